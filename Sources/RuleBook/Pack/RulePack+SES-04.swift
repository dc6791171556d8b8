// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ses04 = RuleSource(
        path: "Rules/sessions/SES-04-many-grants.yml",
        text: ###"""
title: One subject opens very many grants
id: 1ce40917-f1c4-4dab-a177-3e45d437e57e
name: SES-04
status: test
description: |
    One subject's account opened ten grants within an hour. People log in a few times a day; a script that holds the
    password, or an attacker who collects refresh tokens to keep, logs in again and again.

    Triage:
    1. A test account, or a client that throws its tokens away? Tell its owners.
    2. Otherwise: set a new password, end all sessions, and look at the addresses of the logins.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.persistence
    - attack.t1078.004
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    opened:
        fact: lineage.opened
    condition: opened
fields:
    - subject
    - client
    - ip
falsepositives:
    - A test account, or a client that logs in instead of refreshing
level: medium
grantrail:
    key: [issuer, subject]
    needs:
        all: [subject, refresh_id]
        better: [session, ip]
    count: {gte: 10, within: 1h}
    suppress: 24h
    verdict: many_grants
    message: >-
        {subject} opened {count} grants within {window}, the last at {client} from {ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: ten grants in half an hour
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x10 over 30m
          expect: {level: medium, count: 1}
        - name: nine grants in half an hour
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x9 over 30m
          expect: none
        - name: twelve grants over two days
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x12 over 2d
          expect: none
        - name: twelve people
          story: |
              10:00 user{n} oslo/hosting:x code >g0 x12 over 30m
          expect: none
        - name: twelve logins that failed
          story: |
              10:00 anna oslo/hosting:x event code.rejected refused expired session=s{n} x12 over 30m
          expect: none
        - name: one grant that is refreshed
          story: |
              10:00 anna berlin/telekom refresh x20 over 30m
          expect: none

"""###,
        set: 0)
}
