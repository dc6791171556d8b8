// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref02 = RuleSource(
        path: "Rules/refresh/REF-02-replayed-ambiguous.yml",
        text: ###"""
title: Refresh token replayed, evidence ambiguous
id: 0b2f9d0e-53a4-4c0f-8a7e-2d9c6b8e1f02
name: REF-02
status: test
description: |
    A refresh token that had been redeemed was presented again. The evidence of REF-01 adds up to
    more than a race and to less than theft: for instance another network of the same country, long
    after the token was spent, while nothing shows that its successor is in other hands.

    Triage:
    1. Compare the two presenters in the alert; ask the owner if one looks foreign.
    2. Several of these for one client and many subjects point to a client that keeps old tokens:
       tell its owners to store the newest token before they use it.
    3. Watch the grant for a week; a second one is worth ending the session.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.credential-access
    - attack.t1528
    - attack.t1550.001
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: refresh.replayed
    allowed:
        policy_allows: true
    condition: replay and not allowed
fields:
    - subject
    - client
    - session
    - ip
    - user_agent
    - generation_gap
    - replay_gap_s
falsepositives:
    - A client that keeps a spent token and tries again hours later
    - A laptop that sleeps through a refresh and wakes in another network
level: medium
grantrail:
    key: [issuer, lineage]
    needs:
        all: [ip]
        any: [refresh_id, generation]
        better: [parent_id, asn, token_use]
    points_from: REF-01
    fire_at: {from: 2, below: 4}
    verdict: ambiguous
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent;
        it may be a retry or a copy
    actions:
        - do: end_session
        - title: Ask {subject} whether they changed networks then
          reversible: true
    tests:
        - name: same provider, another network, an hour later
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:30 anna berlin/telekom   refresh g6>g7
              11:31 ???  berlin/telekom#2 refresh g5 refused
          expect:
              - {rule: REF-01, branch: victim_first}
        - name: same provider, another network, the successor in use
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:10 anna berlin/telekom   use g6
              10:41 ???  berlin/telekom#2 refresh g5 refused
          expect: {level: medium, branch: victim_first, verdict: ambiguous}
        - name: late retry from a new provider, the successor not seen in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect:
              - {level: medium, branch: victim_first, verdict: ambiguous}
              - {none: [REF-01]}
        - name: a life first seen in its middle
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect:
              - {level: medium, branch: undetermined}
              - {none: [REF-01]}
        - name: the owner answers a thief who came too late
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:40 ???  berlin/telekom#2 refresh g5 refused reuse
              10:50 anna berlin/telekom   refresh g6 refused gone
          expect: {level: medium, branch: victim_first, verdict: ambiguous}
        - name: two tabs that travelled together
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:40 anna berlin/telekom#2 refresh g5 refused reuse
              10:50 anna berlin/telekom#2 refresh g6 refused gone
          expect: none
        - name: theft is for REF-01 alone
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {rule: REF-01}
        - name: five tabs at once
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +0s   anna berlin/telekom refresh g5 refused reuse
              +0s   anna berlin/telekom refresh g5 refused reuse
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect: {rule: REF-03, count: 3}
        - name: an expired token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              day 9 10:00 anna rome/tim refresh g6 refused expired
          expect: none
        - name: of a life first seen in its middle, no more than that the successor is in use
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom use g6
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {level: medium}
        - name: presented again where the policy allows it
          rotation: off
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 anna berlin/vodafone refresh g5>g6b
          expect: {none: [REF-02]}
        - name: a fork of the branches is for REF-05 to tell
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:30 anna berlin/telekom#2 refresh g5>g6b
              11:00 anna berlin/telekom   refresh g6>g7
              11:30 anna berlin/telekom#2 refresh g6b>g7b
          expect: {rule: REF-05}

"""###,
        set: 0)
}
