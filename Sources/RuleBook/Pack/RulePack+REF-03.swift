// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref03 = RuleSource(
        path: "Rules/refresh/REF-03-benign-race.yml",
        text: ###"""
title: Refresh token presented twice, a race or a retry
id: 9e4b7c61-1d2a-4f3b-b6a0-7c5d3e2f1a03
name: REF-03
status: test
description: |
    A refresh token that had been redeemed was presented again, and neither REF-01 nor REF-02 found
    enough to suspect anybody: tabs that refresh at once, a retry after a lost response, a page
    reload, or a client whose tokens may be used more than once. One alert a lineage, for the record
    and for the rate per client.

    Triage:
    1. Nothing is to be done for the subject.
    2. A rate that rises after a release means that the client refreshes from several places at
       once; its owners should let one of them refresh for all.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6749#section-6
tags:
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: refresh.replayed
    condition: replay
fields:
    - subject
    - client
    - session
    - replay_gap_s
falsepositives:
    - A thief in the very network of the owner who is as quick as a retry
level: informational
grantrail:
    key: [issuer, lineage]
    needs:
        any: [refresh_id, generation]
        better: [ip, parent_id]
    unless: [REF-01, REF-02]
    verdict: race
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent;
        it looks like a race or a retry
    actions:
        - title: Tell the owners of {client} to refresh from one place at a time
          reversible: true
    tests:
        - name: two tabs within a second
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect: {level: info, verdict: race}
        - name: whatever the policy
          rotation: off
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:20 anna berlin/telekom refresh g5>g6b
          expect: {level: info}
        - name: a second race in the same lineage is the same alert
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused
              11:00 anna berlin/telekom refresh g6>g7
              +1s   anna berlin/telekom refresh g6 refused
          expect: {count: 2}
        - name: theft is no race
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {rule: REF-01}
        - name: a sibling's token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:01 anna berlin/telekom refresh g3 refused stale tab2
          expect: none
        - name: every token once
          story: |
              09:00 anna berlin/telekom login
              +2s   anna berlin/telekom code >g0
              09:30 anna berlin/telekom refresh g0>g1
              10:00 anna berlin/telekom refresh g1>g2
              10:20 anna berlin/telekom logout
          expect: none
        - name: what may be a copy is no race
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect: {rule: REF-02}

"""###,
        set: 0)
}
