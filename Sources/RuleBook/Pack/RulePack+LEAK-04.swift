// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let leak04 = RuleSource(
        path: "Rules/leaks/LEAK-04-dead-token-in-log.yml",
        text: ###"""
title: Dead token written to a log
id: 1b0e5c1a-6b8e-4a63-9a0e-3d0f5a9c0104
name: LEAK-04
status: test
description: |
    A record held a token that is worth nothing any more: spent, expired, or of a grant that has ended. No harm by
    itself, but what writes dead tokens writes live ones too.

    Triage:
    1. Find the place that writes it: the field and the client are in the event.
    2. Close it: move tokens out of URLs, and headers out of debug logs.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.3
tags:
    - attack.credential-access
    - attack.t1552.001
logsource:
    product: oauth
    service: ledger
detection:
    leaked:
        fact: token.leaked
        leak_status:
            - spent
            - ended
            - expired
    condition: leaked
fields:
    - subject
    - client
    - session
falsepositives:
    - None; the log held a token
level: low
grantrail:
    key: [issuer, family, client]
    needs:
        any: [refresh_id, access_id]
    suppress: 24h
    verdict: dead_leak
    message: >-
        A token of {client} that is no longer valid stands in a {dialect} record
    actions:
        - title: Find out what writes it, before it writes a live one
          reversible: true
    tests:
        - name: a refresh token that was spent before
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g5 rt live
          expect: {level: low}
        - name: an expired access token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at dead
          expect: {level: low}
        - name: a token of a session that ended
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom logout
              10:10 anna berlin/telekom leak g6 rt live
          expect: {level: low}
        - name: a live one
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at live
          expect: {none: [LEAK-04]}
        - name: no token at all
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom use g6
          expect: none

"""###,
        set: 0)
}
