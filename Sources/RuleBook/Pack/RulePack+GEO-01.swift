// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let geo01 = RuleSource(
        path: "Rules/geography/GEO-01-access-token-in-two-places.yml",
        text: ###"""
title: One access token used in two distant places
id: 4ce152bd-67fe-4da3-a514-1437a6314dec
name: GEO-01
status: test
description: |
    One access token was used from two places that nobody travels between in the time. An access token lives for
    minutes and has one holder: no phone network, no flight and no second device explains it.

    Triage:
    1. Which of the two places is the owner's? Look at the login and the refreshes of the same session.
    2. End the session: the access token itself often cannot be taken back before it expires.
    3. Look at what the other place called with it.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.10
tags:
    - attack.credential-access
    - attack.t1528
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    used:
        kind:
            - token.used
            - token.validated
        outcome: success
    condition: used
fields:
    - subject
    - client
    - ip
    - country
    - user_agent
falsepositives:
    - A gateway that writes its own address instead of the caller's
    - A company network that leaves in several countries
level: high
grantrail:
    key: [issuer, presented]
    needs:
        all: [token_use, access_id, country]
        better: [asn, user_agent]
    geo_velocity: {speed_kmh: 1000, distance_km: 300, within: 24h, known_days: 0, peers: 0}
    fire_at: 45
    suppress: never
    verdict: two_places
    message: >-
        One access token of {subject} at {client} was used in {from_place} and in {to_place} within {window}:
        {distance_km} km, {speed_kmh} km/h
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: Berlin, then Tokyo twenty minutes later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:25 ???  tokyo/docomo   use g6 of=anna
          expect: {level: high}
        - name: from home to the road
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:06 anna berlin/mobile:o2 use g6
          expect: none
        - name: the next token, in another city by train
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              14:25 anna munich/telekom refresh g6>g7
              14:26 anna munich/telekom use g7
          expect: none
        - name: another token at the same time elsewhere
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:06 bob  tokyo/docomo   refresh g5>g6
              10:07 bob  tokyo/docomo   use g6
          expect: none
        - name: a VPN switched on
          story: |
              10:00 anna berlin/telekom    refresh g5>g6
              10:05 anna berlin/telekom    use g6
              10:06 anna amsterdam/vpn:acme use g6
          expect: none
        - name: coast to coast in three hours, on the network of one provider
          story: |
              10:00 anna newyork/verizon    refresh g5>g6
              10:05 anna newyork/verizon    use g6
              13:05 anna losangeles/verizon use g6
          expect: {level: high, count: 1}
        - name: as fast as an airliner
          story: |
              10:00 anna newyork/verizon    refresh g5>g6
              10:05 anna newyork/verizon    use g6
              14:05 anna losangeles/verizon use g6
          expect: none
        - name: a resource server that validates tokens itself
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom event token.validated presented=t1
              10:25 ???  tokyo/docomo   event token.validated presented=t1 of=anna
          expect: {level: high}
        - name: a VPN at the other end of the world
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:05 anna berlin/telekom  use g6
              10:06 anna sydney/vpn:acme use g6
          expect: none
        - name: refused there
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:25 ???  tokyo/docomo   use g6 of=anna outcome=failure
              10:26 ???  tokyo/docomo   revoke g6 of=anna
          expect: none

"""###,
        set: 0)
}
