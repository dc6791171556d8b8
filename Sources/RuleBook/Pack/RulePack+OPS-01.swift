// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ops01 = RuleSource(
        path: "Rules/operations/OPS-01-source-silence.yml",
        text: ###"""
title: A server fell silent
id: d04da37d-c3e4-47fc-a1e2-51eb72ecf844
name: OPS-01
status: test
description: |
    A server wrote nothing for much longer than the hour of its week explains. Either its logging or the way to here
    is broken, and nothing that happens there is seen; or somebody switched it off to work unseen.

    Triage:
    1. Is the server up, and does it still write its log?
    2. Was its logging changed? Look at the server's admin events before the silence.
    3. When the log comes back, look at the first events for what was done meanwhile.
author: Grantrail
date: 2026-11-21
references:
    - https://csrc.nist.gov/pubs/sp/800/92/final
tags:
    - attack.defense-evasion
    - attack.t1562.008
logsource:
    product: oauth
    service: events
detection:
    any_event:
        kind|exists: true
    condition: any_event
fields:
    - issuer
    - dialect
falsepositives:
    - A planned stop, or a way of transport that delivers in large steps
level: high
grantrail:
    key: [issuer, dialect]
    absence: {tail: 1e-6, within: 15m}
    suppress: 24h
    verdict: silence
    message: >-
        {issuer} wrote nothing for {silence}
    actions:
        - title: Check that the server writes its events, and that they arrive
          reversible: true
    tests:
        - name: silence on a busy server, told when it is improbable and again when it ends
          background:
              - {per_hour: 60, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 03:00 anna berlin/telekom login
          expect: {level: high, count: 2}
        - name: another server that goes on is the clock
          background:
              - {per_hour: 60, days: 10, issuer: one, kind: session.started, subject: "user{n}"}
              - {per_hour: 60, days: 11, issuer: two, kind: session.started, subject: "user{n}"}
          expect: {level: high, count: 1, keys: {issuer: one}}
        - name: a busy server
          background:
              - {per_hour: 60, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 00:02 anna berlin/telekom login
          expect: none
        - name: a server with a login now and then
          background:
              - {per_hour: 1, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 06:00 anna berlin/telekom login
          expect: none
        - name: the first day of a log
          story: |
              10:00 anna berlin/telekom login x100 over 1h
              20:00 anna berlin/telekom login
          expect: none

"""###,
        set: 0)
}
