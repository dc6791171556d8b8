// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref01 = RuleSource(
        path: "Rules/refresh/REF-01-replayed-by-a-stranger.yml",
        text: ###"""
title: Refresh token replayed by a stranger
id: 6f0c2a52-6c1e-4b1a-9c55-0e6f8f5f0c01
name: REF-01
status: test
description: |
    A refresh token that had been redeemed was presented again, and the evidence says that two
    different parties hold it: one of the two presenters came from a network the grant had never
    been used from, the token was generations old, or its successor was in use already.
    Replays at once, from the same network, or after a lost response count against theft.

    Triage:
    1. Look at the two presenters in the alert. Does the owner know both places?
    2. attacker_first: the stranger redeemed the token before its owner and holds the live branch.
       End the session now. victim_first: the stranger came later; if the server refused, it got
       nothing with this token, but whatever it was copied from may still leak.
    3. Search for the stranger's network in other grants: one stolen token rarely comes alone.
    4. Find out where the token was kept (browser storage, backup, log, proxy) and close that.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6819#section-5.2.2.3
tags:
    - attack.credential-access
    - attack.t1528
    - attack.defense-evasion
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: refresh.replayed
    allowed:
        policy_allows: true
    ev_new_country:
        presenter.new: country
    ev_new_asn:
        presenter.new: asn
    ev_new_prefix:
        presenter.new: prefix
    ev_known_places:
        presenter.new: none
    ev_older_than_parent:
        generation_gap|gte: 2
    ev_successor_used:
        successor: used
    ev_instant:
        replay_gap_s|lte: 2
    ev_same_network:
        same_network: true
    ev_lost_response:
        successor: unused
        replay_gap_s|lte: 120
    condition: replay and not allowed and 1 of ev_*
fields:
    - subject
    - client
    - session
    - ip
    - user_agent
    - generation_gap
    - replay_gap_s
falsepositives:
    - A device restored from a backup that presents the tokens it had then, from another network
    - A phone that wakes after days in another country and retries with a token already spent
level: high
grantrail:
    key: [issuer, lineage]
    needs:
        all: [ip]
        any: [refresh_id, generation]
        better: [parent_id, asn, token_use]
    points:
        ev_new_country: 3.6
        ev_new_asn: 2
        ev_new_prefix: 1.8
        ev_known_places: -2
        ev_older_than_parent: 1
        ev_successor_used: 2
        ev_instant: -3
        ev_same_network: -3
        ev_lost_response: -2.5
    fire_at: 4
    raise:
        critical: [ev_older_than_parent]
    verdict: theft
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent
        ({branch}, generation gap {generation_gap}): attacker {attacker.ip}, owner {victim.ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - do: revoke_grant
        - do: disable_subject
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: thief two generations later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {level: critical, branch: victim_first, verdict: theft}
        - name: thief two generations later, when no place is known but the address
          story: |
              10:00 anna ?/home    refresh g5>g6
              10:50 anna ?/home    refresh g6>g7
              11:31 ???  ?/hosting refresh g5 refused
          expect: {level: critical, branch: victim_first}
        - name: thief first, the owner is refused
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:41 ???  lagos/mtn      refresh g6>g7
              10:55 anna berlin/telekom refresh g6 refused reuse
          expect: {level: high, branch: attacker_first}
        - name: thief first and twice, when no place is known but the address
          story: |
              10:00 anna ?/home    refresh g5>g6
              10:41 ???  ?/hosting refresh g6>g7
              10:50 ???  ?/hosting refresh g7>g8
              10:51 anna ?/home    refresh g6 refused
          expect: {level: critical, branch: attacker_first}
        - name: thief accepted by a server that does not rotate strictly
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:00 ???  oslo/telenor   refresh g6>g7b
          expect: {level: high, branch: victim_first}
        - name: late retry from a new country, the successor not seen in use
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:31 ???  oslo/telenor   refresh g5 refused
          expect:
              - {level: high, branch: victim_first}
              - {none: [REF-02]}
        - name: late retry from a new provider, the successor in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:10 anna berlin/telekom  use g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a new provider two generations later
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:50 anna berlin/telekom  refresh g6>g7
              11:31 ???  berlin/vodafone refresh g5 refused
          expect: {level: critical, branch: victim_first}
        - name: two tabs within a second
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect:
              - {rule: REF-03, level: info, verdict: race}
              - {none: [REF-02]}
        - name: retry after a lost response, same phone
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +19s  anna berlin/telekom refresh g5 refused reuse
          expect:
              - {rule: REF-03}
              - {none: [REF-02]}
        - name: retry after a lost response, from home to the road
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +19s  anna berlin/vodafone refresh g5 refused
          expect:
              - {rule: REF-03}
              - {none: [REF-02]}
        - name: sibling tab's token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:01 anna berlin/telekom refresh g2 refused stale tab2
          expect: {none: [REF-01, REF-02, REF-03]}
        - name: the owner travels
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              18:00 anna tokyo/docomo   refresh g6>g7
              19:00 anna tokyo/docomo   refresh g7>g8
          expect: none
        - name: presented again where the policy allows it
          rotation: off
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              18:00 anna tokyo/docomo   refresh g5>g6b
              18:30 anna tokyo/docomo   refresh g5>g6c
          expect: none
        - name: a life first seen in its middle gives no birth to a verdict
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: none
        - name: the owner roams to another country while an answer is lost
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +60s  anna vienna/telekom refresh g5 refused
          expect: {none: [REF-01]}
        - name: the same, ten minutes later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna vienna/telekom refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a new provider within a minute, the successor in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              +10s  anna berlin/telekom  use g6
              +50s  ???  berlin/vodafone refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a phone that changes networks as it refreshes
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              +1s   anna berlin/telekom  use g6
              +1s   anna berlin/vodafone refresh g5 refused
          expect: {none: [REF-01]}
        - name: two tabs that travelled together
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:30 anna munich/vodafone refresh g6>g7
              10:31 anna munich/vodafone use g7
              10:40 anna munich/vodafone refresh g6 refused
          expect: {none: [REF-01]}
        - name: a fork of the branches is for REF-05 to tell
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:30 ???  lagos/mtn      refresh g5>g6b
              11:00 anna berlin/telekom refresh g6>g7
              11:30 ???  lagos/mtn      refresh g6b>g7b
          expect:
              - {level: high, count: 1}
              - {rule: REF-05}

"""###,
        set: 0)
}
