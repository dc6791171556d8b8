// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let leak01 = RuleSource(
        path: "Rules/leaks/LEAK-01-live-token-in-log.yml",
        text: ###"""
title: Live token written to a log
id: 1b0e5c1a-6b8e-4a63-9a0e-3d0f5a9c0101
name: LEAK-01
status: test
description: |
    A record held a token that is live: its grant has not ended, and the token is neither spent nor expired.
    Everybody who can read the log, and everything it was copied to, can use it.

    Triage:
    1. End the session; for an access token that cannot be taken back, note when it expires.
    2. Who can read this log, and where is it copied to? That is the list of people who may hold the token.
    3. Watch the grant for use from elsewhere, then find the place that writes tokens and close it.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc6819#section-4.1.2
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.3
tags:
    - attack.credential-access
    - attack.t1552.001
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    leaked:
        fact: token.leaked
        leak_status: live
    lasting:
        leaked|startswith:
            - 'rt '
            - 'secret '
    condition: leaked or (leaked and lasting)
fields:
    - subject
    - client
    - session
falsepositives:
    - A test system whose tokens are worth nothing
level: high
grantrail:
    key: [issuer, family, client]
    needs:
        any: [refresh_id, access_id]
    raise:
        critical: [lasting]
    suppress: 24h
    verdict: live_leak
    message: >-
        A live token of {subject} at {client} stands in a {dialect} record
    actions:
        - do: revoke_token
        - do: end_session
        - do: log_out_subject
        - title: Remove the token from the log and from its copies, and close what wrote it
          reversible: false
    tests:
        - name: a live access token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at live
          expect: {level: high}
        - name: a live refresh token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 rt live
          expect: {level: critical}
        - name: a refresh token that was spent before
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g5 rt live
          expect: {rule: LEAK-04}
        - name: after the session ended
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom logout
              10:10 anna berlin/telekom leak g6 rt live
          expect: {rule: LEAK-04}
        - name: an expired one
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at dead
          expect: {rule: LEAK-04}
        - name: a client's secret that stands beside it
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 secret live
          expect: {level: critical}

"""###,
        set: 0)
}
