// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val01 = RuleSource(
        path: "Rules/validation/VAL-01-failure-spike.yml",
        text: ###"""
title: Validation failures far above the client's own rhythm
id: 2f6ee4a6-0569-4102-ac28-700139a4c409
name: VAL-01
status: test
description: |
    Tokens of one client failed validation far more often than the hour of its week explains; or, of a client
    without a past, many failed in a way that forged tokens do, from several addresses. Somebody tries tokens, or a
    key or a clock is wrong.

    Triage:
    1. Few addresses and many tokens: guessing. Many addresses and one reason: a release or a key roll.
    2. The reason in the alert says which check failed: a signature or an issuer speaks for forged tokens.
    3. For an attack, block the addresses; for a fault, tell the client's owners when it began.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.1
    - https://www.rfc-editor.org/rfc/rfc7662#section-4
tags:
    - attack.credential-access
    - attack.t1110
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - token.exchange_failed
            - refresh.rejected
            - code.rejected
    attack:
        reason:
            - signature
            - malformed
            - issuer
            - audience
            - dpop
    filter_replays:
        kind: refresh.rejected
        reason:
            - policy
            - reused
            - session_inactive
            - session_client_missing
            - concurrency
    condition: (failed or (failed and attack)) and not filter_replays
fields:
    - client
    - reason
    - ip
    - user_agent
falsepositives:
    - A release that holds on to expired tokens
    - A key roll that resource servers notice late
level: medium
grantrail:
    key: [issuer, client]
    needs:
        all: [failures, client]
        better: [token_use, introspection, ip]
    spike:
        within: [5m, 30m, 2h]
        learn: 72h
        learn_events: 50
        floor: 8
        times: 2
        tail: 1e-9
        absolute: {of: attack, count: 10, distinct: {of: ip, gte: 3}, within: 5m}
    raise:
        high: [attack]
    suppress: 6h
    verdict: failure_spike
    message: >-
        {count} tokens of {client} failed within {window}; expected by its own rhythm: {expected}; the last reason
        was {reason}
    actions:
        - title: Show the last failures of {client}
          command: grantrail tail events --store STORE --output ndjson | grep -F -e {client}
          reversible: true
    tests:
        - name: ten days of rhythm, then 400 failures in half an hour
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x400 over 30m
          expect: {level: medium, first: "d11 12:00"}
        - name: ten days of rhythm, then a little more for two hours
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x60 over 2h
          expect: {level: medium}
        - name: ten days of rhythm and nothing else
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x6 over 30m
          expect: none
        - name: a rise of everything but failures
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect x400 over 30m
          expect: none
        - name: expired refresh tokens in great number
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x event refresh.rejected refused expired x200 over 20m
          expect: {level: medium}
        - name: tokens of sessions that have ended, at a resource server
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused session_inactive x200 over 20m
          expect: {level: medium}
        - name: refusals that the rules about replays and sessions look at
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x event refresh.rejected refused policy x200 over 20m
              d12 12:00 - oslo/hosting:x event refresh.rejected refused reused x200 over 20m
              d13 12:00 - oslo/hosting:x event refresh.rejected refused session_inactive x200 over 20m
              d14 12:00 - oslo/hosting:x event refresh.rejected refused session_client_missing x200 over 20m
              d15 12:00 - oslo/hosting:x event refresh.rejected refused concurrency x200 over 20m
          expect: none
        - name: forged tokens before anything is learnt, by each reason
          story: |
              12:00 - oslo/hosting:x fail signature client=signature ip=203.0.113.{n} x12 over 4m
              12:10 - oslo/hosting:x fail malformed client=malformed ip=203.0.113.{n} x12 over 4m
              12:20 - oslo/hosting:x fail issuer client=issuer ip=203.0.113.{n} x12 over 4m
              12:30 - oslo/hosting:x fail audience client=audience ip=203.0.113.{n} x12 over 4m
              12:40 - oslo/hosting:x fail dpop client=dpop ip=203.0.113.{n} x12 over 4m
          expect:
              - {level: high, keys: {client: signature}}
              - {level: high, keys: {client: malformed}}
              - {level: high, keys: {client: issuer}}
              - {level: high, keys: {client: audience}}
              - {level: high, keys: {client: dpop}}
        - name: forged tokens before anything is learnt, wherever they are presented
          story: |
              12:00 - oslo/hosting:x event token.introspect_failed refused signature client=a ip=203.0.113.{n} x12 over 4m
              12:10 - oslo/hosting:x event token.exchange_failed refused signature client=b ip=203.0.113.{n} x12 over 4m
              12:20 - oslo/hosting:x event refresh.rejected refused signature client=c ip=203.0.113.{n} x12 over 4m
              12:30 - oslo/hosting:x event code.rejected refused signature client=d ip=203.0.113.{n} x12 over 4m
          expect:
              - {level: high, keys: {client: a}}
              - {level: high, keys: {client: b}}
              - {level: high, keys: {client: c}}
              - {level: high, keys: {client: d}}
        - name: expired tokens before anything is learnt
          story: |
              12:00 - oslo/hosting:x fail expired ip=203.0.113.{n} x50 over 4m
          expect: none
        - name: one caller with a broken token
          story: |
              12:00 - oslo/hosting:x fail malformed x50 over 4m
          expect: none
        - name: bad signatures of assertions are not about tokens
          story: |
              12:00 - oslo/hosting:x client refused signature ip=203.0.113.{n} x12 over 4m
          expect: none

"""###,
        set: 0)
}
