// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let geo04 = RuleSource(
        path: "Rules/geography/GEO-04-foreign-network-class.yml",
        text: ###"""
title: Settled grant used from a hosting or anonymising network
id: b5188e0a-e528-41f7-a1fb-1210a29c8fde
name: GEO-04
status: test
description: |
    A grant that had been used for days was used from a data centre or an anonymiser it never came from, and that
    few other subjects of this server use. People's devices are not there; tools that spend stolen tokens are.

    Triage:
    1. Does the owner use a cloud desktop, a development machine or a private VPN there? Then list it as an own
       network.
    2. Otherwise end the session, and look for the same network in other grants.
    3. Find out what the token was used for since.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.command-and-control
    - attack.t1090.003
    - attack.lateral-movement
    - attack.t1550.001
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    used:
        kind:
            - refresh.succeeded
            - token.used
        outcome: success
    hosted:
        network:
            - hosting
            - tor
    settled:
        family.age_h|gte: 72
    condition: used and hosted and settled
fields:
    - subject
    - client
    - ip
    - asn
    - network
    - user_agent
falsepositives:
    - A cloud desktop or a private server that the owner set up
level: high
grantrail:
    key: [issuer, family]
    needs:
        all: [ip, asn]
        any: [refresh_id, session]
        better: [user_agent, country]
    new_value: {of: asn, learn: 0, within: 90d, peers: 5}
    suppress: 24h
    verdict: foreign_network
    message: >-
        The grant of {subject} at {client} was used from a {network} network it never came from: AS{asn}, {ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: a data centre after four days at home
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 09:00 ???  berlin/hosting:cloud refresh g2>g3
          expect: {level: high}
        - name: on the first day
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 18:00 anna berlin/telekom refresh g0>g1
              day 1 19:00 anna berlin/hosting:cloud refresh g1>g2
          expect: none
        - name: another home network
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 anna berlin/vodafone refresh g1>g2
          expect: none
        - name: refused there
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud refresh g1 refused expired of=anna
          expect: none
        - name: a login there is no use of the grant
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 anna berlin/hosting:cloud login
          expect: none
        - name: the access token is used in a data centre, the refresh token behind Tor
          story: |
              day 1 08:00 anna berlin/telekom       code >g0
              day 4 08:00 anna berlin/telekom       refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud use g1 of=anna
              day 7 09:00 ???  berlin/tor:exit      refresh g1>g2 of=anna
          expect:
              - {level: high, message: hosting}
              - {level: high, message: tor}
        - name: a cloud desktop, every other week
          story: |
              day 1 08:00  anna berlin/telekom       code >g0
              day 5 08:00  anna berlin/hosting:cloud refresh g0>g1
              day 19 08:00 anna berlin/hosting:cloud refresh g1>g2
              day 33 08:00 anna berlin/hosting:cloud refresh g2>g3
          expect: {count: 1}
        - name: what is refused there, or only ends the grant, is no use
          story: |
              day 1 08:00 anna berlin/telekom       code >g0
              day 5 08:00 anna berlin/telekom       refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud use g1 of=anna outcome=failure
              day 5 09:01 anna berlin/hosting:cloud logout
          expect: none

"""###,
        set: 0)
}
