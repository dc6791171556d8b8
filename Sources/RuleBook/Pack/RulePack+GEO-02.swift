// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let geo02 = RuleSource(
        path: "Rules/geography/GEO-02-impossible-journey.yml",
        text: ###"""
title: Grant used from places that nobody travels between in time
id: a68f9323-6822-4d59-adf7-7abaa5d9612a
name: GEO-02
status: test
description: |
    A grant was used from two places whose nearest points are farther apart than an airliner flies in the time
    between. The distance is a lower bound: the uncertainty of both places is taken off. Networks the subject is
    known in, networks that many others use, and VPNs count against; a new country, a new provider, a hosting
    network and another browser count for theft.

    Triage:
    1. Read both places, the distance and the time in the alert. Does the owner know both?
    2. Was the token replayed as well (REF-01, REF-02)? Then it is theft: end the session.
    3. A company network or a VPN that is not listed yet: add it to the list of own networks, with its place and
       class.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6819#section-5.2.2.3
tags:
    - attack.credential-access
    - attack.t1528
    - attack.defense-evasion
    - attack.initial-access
    - attack.t1078.004
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    used:
        kind:
            - code.redeemed
            - device_code.redeemed
            - refresh.succeeded
            - token.used
        outcome: success
    condition: used
fields:
    - subject
    - client
    - session
    - ip
    - country
    - asn
    - user_agent
falsepositives:
    - A VPN or a company network that is in no list, used for the first time
    - A carrier whose gateway stands far from its customers, under a database that claims to be exact
level: medium
grantrail:
    key: [issuer, family]
    needs:
        all: [ip, country]
        any: [refresh_id, session]
        better: [asn, user_agent, tls]
    geo_velocity:
        speed_kmh: 1000
        distance_km: 300
        within: 24h
        known_days: 2
        peers: 5
        foreign: {country: 30, asn: 20, hosting: 20, user_agent: 20, tls: 20}
    fire_at: 50
    raise: {high: 60, critical: 75}
    suppress: 24h
    verdict: impossible_journey
    message: >-
        The grant of {subject} at {client} was used in {from_place} and {window} later in {to_place}: at least
        {distance_km} km, {speed_kmh} km/h
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: Berlin for five days, then São Paulo half an hour after the last refresh
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 18:00 anna berlin/telekom refresh g0>g1
              day 2 08:00 anna berlin/telekom refresh g1>g2
              day 3 08:00 anna berlin/telekom refresh g2>g3
              day 4 08:00 anna berlin/telekom refresh g3>g4
              day 5 08:00 anna berlin/telekom refresh g4>g5
              day 5 08:30 ???  saopaulo/claro refresh g5>g6
          expect: {level: critical}
        - name: the same browser, in a neighbouring country by a known provider
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 3 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:00 anna berlin/telekom refresh g2>g3
              day 5 08:10 anna vienna/telekom refresh g3>g4
          expect: {level: medium}
        - name: New York fourteen hours later
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 3 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:00 anna berlin/telekom refresh g2>g3
              day 5 22:00 anna newyork/verizon refresh g3>g4
          expect: none
        - name: another network in the same city
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:01 anna berlin/vodafone refresh g2>g3
              day 5 08:02 anna berlin/mobile:o2 refresh g3>g4
          expect: none
        - name: a VPN switched on and off
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:10 anna amsterdam/vpn:acme refresh g2>g3
              day 5 08:20 anna berlin/telekom refresh g3>g4
          expect: none
        - name: a subject of the first day
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 08:30 anna saopaulo/claro refresh g0>g1
          expect: {level: low}
        - name: a refusal elsewhere is no use
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 4 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro refresh g2 refused expired of=anna
          expect: none
        - name: coast to coast in twenty minutes, by the same provider
          story: |
              day 1 08:00 anna newyork/verizon    code >g0
              day 2 08:00 anna newyork/verizon    refresh g0>g1
              day 5 08:00 anna newyork/verizon    refresh g1>g2
              day 5 08:20 anna losangeles/verizon refresh g2>g3
          expect: {level: medium}
        - name: coast to coast in twenty-five
          story: |
              day 1 08:00 anna newyork/verizon    code >g0
              day 2 08:00 anna newyork/verizon    refresh g0>g1
              day 5 08:00 anna newyork/verizon    refresh g1>g2
              day 5 08:25 anna losangeles/verizon refresh g2>g3
          expect: none
        - name: another continent by the same provider
          story: |
              day 1 08:00 anna berlin/telekom  code >g0
              day 2 08:00 anna berlin/telekom  refresh g0>g1
              day 5 08:00 anna berlin/telekom  refresh g1>g2
              day 5 08:10 anna newyork/telekom refresh g2>g3
          expect: {level: high}
        - name: Sydney ten hours later
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 18:00 anna sydney/telstra refresh g2>g3
          expect: {level: high}
        - name: the access token is used elsewhere
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro use g2 of=anna
          expect:
              - {level: critical}
              - {none: [GEO-04]}
        - name: what is refused there, or only ends the grant, is no use
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro use g2 of=anna outcome=failure
              day 5 08:31 anna saopaulo/claro logout
          expect: none
        - name: a device that was connected elsewhere
          story: |
              day 1 08:00 anna berlin/telekom device redeem >g0
              day 1 08:30 anna saopaulo/claro use g0
          expect: {level: low}

"""###,
        set: 0)
}
