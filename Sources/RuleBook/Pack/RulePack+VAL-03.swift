// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val03 = RuleSource(
        path: "Rules/validation/VAL-03-algorithm-attack.yml",
        text: ###"""
title: Tokens with an algorithm that the server does not use
id: 986090b3-8e7e-4c20-aea8-e2560799bcae
name: VAL-03
status: test
description: |
    Several tokens were refused because of their signing algorithm: `none`, or a symmetric one where the issuer has
    key pairs. No client library does this by accident more than once.

    Triage:
    1. A penetration test? Put its addresses on an allow-list with an expiry.
    2. Otherwise block the addresses, and check that every resource server refuses these algorithms.
    3. Search the resource servers' logs for a token that was accepted from the same addresses.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.1
    - https://www.rfc-editor.org/rfc/rfc9068#section-2.1
tags:
    - attack.credential-access
    - attack.t1606
    - attack.defense-evasion
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    refused:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - client.auth_failed
    algorithm:
        - reason_raw|contains:
              - algorithm
              - alg none
              - alg HS
              - alg not
              - unsigned
        - payload.alg:
              - none
              - HS256
              - HS384
              - HS512
    condition: refused and algorithm
fields:
    - client
    - ip
    - reason_raw
falsepositives:
    - A penetration test
level: medium
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [token_use]
    count: {gte: 3, within: 10m}
    suppress: 24h
    verdict: algorithm_attack
    message: >-
        {count} tokens within {window} had a signing algorithm that is not allowed, from {ip}: {reason_raw}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: three unsigned tokens
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg none is not allowed, where: oslo/hosting:x, repeat: {times: 3, over: 5m}}
          expect: {level: medium, count: 1}
        - name: whatever the server says of it, and whatever was signed
          events:
              - {time: "10:00", kind: token.introspect_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: Unsupported algorithm, where: oslo/p0, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: client.auth_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg HS256 refused, where: oslo/p1, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg not allowed, where: oslo/p2, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: unsigned token, where: oslo/p3, repeat: {times: 3, over: 5m}}
          expect:
              - {message: Unsupported algorithm}
              - {message: alg HS256 refused}
              - {message: alg not allowed}
              - {message: unsigned token}
        - name: named by the gateway
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: none}, where: oslo/p0, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS256}, where: oslo/p1, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS384}, where: oslo/p2, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS512}, where: oslo/p3, repeat: {times: 3, over: 5m}}
          expect:
              - {level: medium}
              - {level: medium}
              - {level: medium}
              - {level: medium}
        - name: two odd tokens
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=unsigned x2 over 5m
          expect: none
        - name: four in an hour
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=unsigned x4 over 1h
          expect: none
        - name: the right algorithm, a bad signature
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: signature mismatch, payload: {alg: RS256}, where: oslo/hosting:x, repeat: {times: 9, over: 5m}}
          expect: none
        - name: accepted tokens
          events:
              - {time: "10:00", kind: token.used, client: api, payload: {alg: HS256}, where: oslo/hosting:x,
                 repeat: {times: 9, over: 5m}}
          expect: none

"""###,
        set: 0)
}
