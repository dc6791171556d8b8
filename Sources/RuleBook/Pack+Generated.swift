// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

/// The rule files that the binary carries.
enum RulePack {
    static let sources: [RuleSource] = [
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Disable {subject} until they were asked (Keycloak)
          command: kcadm.sh update users/{subject} -r {tenant} -s enabled=false
          reversible: true
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

"""###,
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
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

"""###,
            set: 0),
        RuleSource(
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

"""###,
            set: 0),
        RuleSource(
            path: "Rules/refresh/REF-05-forked-lineage.yml",
            text: ###"""
title: Two branches of one refresh token are in use
id: 3d8a5e27-84bc-4e19-a1f6-5b7c9d0e2f05
name: REF-05
status: test
description: |
    The server accepted one refresh token twice, and both of the tokens it gave have been used
    since: two parties, or two copies of a client, live on the same grant side by side. Where
    refresh tokens are for one use, or where the branches come from networks foreign to each other,
    one of the two is most likely a thief and the server let it live.

    Triage:
    1. Critical: end the session, then compare what the two branches did since the fork.
    2. Informational: the client's tokens may be used more than once, and both branches come from
       the subject's usual network. Consider one-time refresh tokens for this client.
    3. Where refresh tokens are for one use, report to the server's owners that reuse was accepted.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.2.2
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
    forked:
        fact: refresh.forked
    worse_one_use:
        rotation: on
    worse_foreign:
        branches_foreign: true
    condition: forked or (forked and 1 of worse_*)
fields:
    - subject
    - client
    - session
    - ip
    - rotation
    - branches_foreign
falsepositives:
    - A server that counts uses instead of rotating, with a client that runs in two places
    - A profile copied from one of the owner's machines to another
level: informational
grantrail:
    key: [issuer, lineage]
    needs:
        all: [refresh_id]
        better: [ip, asn, token_use]
    raise:
        critical: [worse_one_use, worse_foreign]
    verdict: fork
    message: >-
        Two branches of one refresh token of {subject} at {client} are both in use ({branch}):
        attacker {attacker.ip}, owner {victim.ip}
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Make refresh tokens of {tenant} one-time (Keycloak)
          command: kcadm.sh update realms/{tenant} -s revokeRefreshToken=true
          reversible: true
    tests:
        - name: owner and thief both live on
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:30 ???  lagos/mtn      refresh g5>g6b
              11:00 anna berlin/telekom refresh g6>g7
              11:30 ???  lagos/mtn      refresh g6b>g7b
          expect:
              - {level: critical, branch: victim_first, verdict: fork}
              - {rule: REF-01}
        - name: same network, but tokens are for one use
          rotation: on
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5>g6b
              11:00 anna berlin/telekom refresh g6>g7
              11:01 anna berlin/telekom refresh g6b>g7b
          expect: {level: critical}
        - name: two windows where tokens may be used again
          rotation: off
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:20 anna berlin/telekom refresh g5>g6b
              11:00 anna berlin/telekom refresh g6>g7
              11:01 anna berlin/telekom refresh g6b>g7b
          expect: {level: info}
        - name: lost response forgiven, the first branch never lives
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +19s  anna berlin/telekom refresh g5>g6b
              11:00 anna berlin/telekom refresh g6b>g7
              12:00 anna berlin/telekom refresh g7>g8
          expect: none
        - name: two tabs are two lineages
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:01 anna berlin/telekom refresh g5>g6 tab2
              11:00 anna berlin/telekom refresh g6>g7
              11:01 anna berlin/telekom refresh g6>g7 tab2
          expect: none
        - name: a refused copy makes no branch
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:30 ???  lagos/mtn      refresh g5 refused reuse
              11:00 anna berlin/telekom refresh g6>g7
          expect: {none: [REF-05]}

"""###,
            set: 0),
    ]
}
