// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val02 = RuleSource(
        path: "Rules/validation/VAL-02-unknown-key.yml",
        text: ###"""
title: Tokens signed with a key that nobody knows
id: b8948b9f-a75b-4cfb-a27c-8ba70b02d3ec
name: VAL-02
status: test
description: |
    Several tokens named a signing key that the server does not have. A forger who has no key invents one; an honest
    issuer announces its keys before it signs with them.

    Triage:
    1. Was a key rolled within the last hour? Resource servers that keep old key sets refuse the new key until they
       ask again.
    2. Few addresses and no key roll: somebody forges tokens. Check that no resource server accepted one.
    3. See that resource servers take keys from the issuer's own address only, never from the token.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc7517#section-4.5
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.10
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
        reason: signature
    unknown_key:
        reason_raw|contains:
            - kid
            - unknown key
            - key id
            - signing key
            - jwk
    condition: refused and unknown_key
fields:
    - client
    - ip
    - reason_raw
falsepositives:
    - A key roll that a resource server notices late
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [token_use]
    count: {gte: 3, within: 10m}
    suppress: 24h
    verdict: unknown_key
    message: >-
        {count} tokens within {window} named a key that {issuer} does not have, from {ip}: {reason_raw}
    actions:
        - title: Compare with the keys that the realm has (Keycloak)
          command: kcadm.sh get keys -r {tenant}
          reversible: true
    tests:
        - name: three tokens with an invented key
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: unknown kid k9, where: oslo/hosting:x, repeat: {times: 3, over: 5m}}
          expect: {level: high, count: 1}
        - name: whatever the server says of it, and whatever was signed
          events:
              - {time: "10:00", kind: token.introspect_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: Unknown key, where: oslo/one, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: client.auth_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: no such key id, where: oslo/two, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: signing key not found, where: oslo/three, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: no matching JWK, where: oslo/four, repeat: {times: 3, over: 5m}}
          expect:
              - {message: Unknown key}
              - {message: key id}
              - {message: signing key}
              - {message: JWK}
        - name: two of them
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid x2 over 5m
          expect: none
        - name: three in an hour
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid x4 over 1h
          expect: none
        - name: bad signatures of a known key
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=mismatch x9 over 5m
          expect: none
        - name: expired tokens that name their key
          story: |
              10:00 - oslo/hosting:x fail expired reason_raw=kid x9 over 5m
          expect: none
        - name: refresh tokens of a key that was rolled
          story: |
              10:00 - oslo/hosting:x event refresh.rejected refused signature reason_raw=kid x9 over 5m
          expect: none
        - name: three networks after a key roll
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid ip=203.0.{n}.9 x3 over 5m
          expect: none

"""###,
        set: 0)
}
