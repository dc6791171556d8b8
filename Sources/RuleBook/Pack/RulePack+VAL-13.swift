// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val13 = RuleSource(
        path: "Rules/validation/VAL-13-success-after-failures.yml",
        text: ###"""
title: Login succeeds after many failures
id: 2f7ede51-8979-451e-af7c-88d4c85f6ce3
name: VAL-13
status: test
description: |
    A subject's login succeeded after ten failures within ten minutes. Either a person remembered their password at
    last, or somebody guessed it.

    Triage:
    1. One address that the subject always uses: a forgotten password.
    2. The success from another address than the subject's: end the session and set a new password.
    3. Failures from many addresses: look for other subjects of the same list (SES-06).
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://pages.nist.gov/800-63-3/sp800-63b.html
tags:
    - attack.credential-access
    - attack.t1110.001
    - attack.t1110.004
logsource:
    product: oauth
    service: events
detection:
    failures:
        kind: authn.failed
    success:
        kind:
            - session.started
            - authn.succeeded
        outcome: success
    condition: failures or success
fields:
    - subject
    - ip
    - user_agent
falsepositives:
    - A person who tries old passwords, or a phone that keeps an old one
level: medium
grantrail:
    key: [issuer, subject]
    needs:
        all: [failures, subject]
        better: [ip, user_agent]
    sequence: {of: [{failures: 10}, success], within: 10m}
    suppress: 24h
    verdict: guessed
    message: >-
        {subject} logged in from {ip} after many failures within {window}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: ten failures, then a success
          story: |
              10:00 anna oslo/hosting:x login refused x10 over 4m
              10:05 anna oslo/hosting:x event session.started
          expect: {level: medium, count: 1}
        - name: a server that tells of the login alone
          story: |
              10:00 anna oslo/hosting:x login refused x10 over 4m
              10:05 anna oslo/hosting:x login
          expect: {level: medium, count: 1}
        - name: nine failures, then a success
          story: |
              10:00 anna oslo/hosting:x login refused x9 over 4m
              10:05 anna oslo/hosting:x event session.started
          expect: none
        - name: somebody else's success
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              10:05 bob  oslo/hosting:x event session.started
          expect: none
        - name: a success the next hour
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              11:05 anna oslo/hosting:x event session.started
          expect: none
        - name: failures after the success
          story: |
              10:00 anna oslo/hosting:x event session.started
              10:01 anna oslo/hosting:x login refused x12 over 4m
          expect: none
        - name: her phone goes on with the session it has
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              10:05 anna berlin/telekom refresh g5>g6
              10:06 anna oslo/hosting:x event session.started refused outcome=failure
          expect: none

"""###,
        set: 0)
}
