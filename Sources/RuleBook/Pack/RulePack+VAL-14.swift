// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val14 = RuleSource(
        path: "Rules/validation/VAL-14-client-secret-spray.yml",
        text: ###"""
title: One network tries the secrets of many clients
id: c427de98-ba1d-4949-a12f-e3c9f51eddf4
name: VAL-14
status: test
description: |
    Authentication failed for many different clients from one network in a short time. An expired secret is one
    client from its own address; many clients from one place are somebody who tries a list of secrets.

    Triage:
    1. Did one of the clients succeed from this network? Rotate its secret now.
    2. Are the clients of one vendor or one repository? Then a file with their secrets has leaked.
    3. Block the network.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.5
    - https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
tags:
    - attack.credential-access
    - attack.t1110.003
    - attack.t1078.004
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind: client.auth_failed
    condition: failed
fields:
    - client
    - ip
    - reason
falsepositives:
    - A gateway in front of many clients, after their secrets were rotated
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, client, ip]
    distinct: {of: client, gte: 10, within: 10m}
    suppress: 24h
    verdict: secret_spray
    message: >-
        Authentication failed for {distinct} clients within {window} from {ip}, the last was {client}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: ten clients in five minutes
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x10 over 5m
          expect: {level: high, count: 1}
        - name: nine clients
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x9 over 5m
          expect: none
        - name: one client with an expired secret
          story: |
              10:00 - oslo/hosting:x client refused client=app x300 over 5m
          expect: none
        - name: twelve clients in a day
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x12 over 20h
          expect: none
        - name: twelve clients from their own networks
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} ip=203.0.{n}.9 x12 over 5m
          expect: none
        - name: people who mistype
          story: |
              10:00 - oslo/hosting:x login refused client=app-{n} x12 over 5m
          expect: none

"""###,
        set: 0)
}
