// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref05 = RuleSource(
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
        - do: end_session
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
        set: 0)
}
