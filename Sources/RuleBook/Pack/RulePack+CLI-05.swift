// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let cli05 = RuleSource(
        path: "Rules/clients/CLI-05-machine-client-volume.yml",
        text: ###"""
title: Machine client takes far more tokens than it ever did
id: cc83f37e-0c1f-4472-a668-d8e584831959
name: CLI-05
status: test
description: |
    A client that works for itself took far more tokens than the hour of its week explains. Machine clients have
    steady habits: a burst is a loop that lost its cache, or somebody else with the client's secret.

    Triage:
    1. Compare the addresses in the evidence with where the client runs.
    2. Ask its owners about a release or a batch job.
    3. An address that nobody knows: rotate the secret, then look at what the tokens were used for.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.5
tags:
    - attack.credential-access
    - attack.t1528
    - attack.persistence
    - attack.t1078.004
logsource:
    product: oauth
    service: events
detection:
    issued:
        kind: token.issued
        grant_type: client_credentials
    condition: issued
fields:
    - client
    - ip
    - scopes
falsepositives:
    - A new batch job, or a release that no longer caches its token
level: medium
grantrail:
    key: [issuer, client]
    needs:
        all: [client]
        better: [ip, scopes]
    spike: {within: [5m, 30m, 2h], learn: 7d, learn_events: 100, floor: 30, times: 4, tail: 1e-9}
    suppress: 24h
    verdict: volume
    message: >-
        {client} took {count} tokens within {window}, where its own rhythm explains {expected}
    actions:
        - do: renew_client_secret
        - do: refuse_older_tokens
        - do: disable_client
    tests:
        - name: a steady client takes 120 tokens in ten minutes
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x120 over 10m
          expect: {level: medium, keys: {client: batch}}
        - name: a little more, for two hours
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x72 over 2h
          expect: {level: medium}
        - name: a new client that starts at once
          story: |
              12:00 - oslo/hosting:x grant client_credentials client=batch x300 over 10m
          expect: none
        - name: twice as many for an hour
          background:
              - {per_hour: 20, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x40 over 1h
          expect: none
        - name: passwords are no machine's
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: password, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant password client=batch x300 over 10m
          expect: none
        - name: what gives no token does not count
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials refused client=batch x300 over 10m
          expect: none

"""###,
        set: 0)
}
