// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref09 = RuleSource(
        path: "Rules/refresh/REF-09-other-client-presents-token.yml",
        text: ###"""
title: Refresh token presented by another client
id: 094c68f6-9b57-4342-af1f-a230b0232be9
name: REF-09
status: test
description: |
    A refresh token that was issued to one client was presented by another one. A refresh token is bound to its
    client: either the other client's operator holds a token that is not theirs, or somebody uses the other client's
    identity to spend what they stole.

    Triage:
    1. Compare the client that presented the token with the owner in the alert. Do both belong to one team, or to a
       migration?
    2. If the server accepted it, treat the grant as stolen: end the session, and find out which scopes the other
       client got.
    3. If it refused, search for other grants of the owner's that the same address touched.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-6
    - https://www.rfc-editor.org/rfc/rfc6749#section-10.4
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.credential-access
    - attack.t1528
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: ledger
detection:
    mismatch:
        fact: client.mismatch
    accepted:
        refused: false
    condition: mismatch or (mismatch and accepted)
fields:
    - subject
    - client
    - session
    - ip
falsepositives:
    - A client that was renamed or split while its tokens live on
    - A family of first-party clients that share tokens on purpose
level: high
grantrail:
    key: [issuer, lineage]
    needs:
        all: [refresh_id, client]
        better: [ip, parent_id]
    raise:
        critical: [accepted]
    verdict: foreign_client
    message: >-
        A refresh token of {subject} that belongs to {client} was presented by {presenting_client} from {ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - do: revoke_grant
        - title: Ask the owners of {client} and {presenting_client} whether they share tokens
          reversible: true
    tests:
        - name: another client tries the token and is refused
          events:
              - &birth {time: "10:00", kind: code.redeemed, effects: token.issued, issuer: as, client: app, subject: anna,
                 session: s1, issued: r1, where: berlin/telekom}
              - {time: "10:20", kind: refresh.rejected, outcome: failure, reason: wrong_client, issuer: as,
                 client: other, presented: r1, where: oslo/hosting:x}
          expect: {level: high, keys: {client: app, subject: anna}, message: by other}
        - name: another client spends the token
          events:
              - *birth
              - {time: "10:20", kind: refresh.succeeded, effects: token.issued, issuer: as, client: other, subject: anna,
                 session: s1, presented: r1, issued: r2, where: oslo/hosting:x}
          expect: {level: critical, count: 1}
        - name: the same person uses two clients
          story: |
              10:00 anna berlin/telekom refresh g5>g6 client=app
              10:20 anna berlin/telekom refresh g2>g3 client=other
          expect: none
        - name: a token that nobody saw issued
          events:
              - {time: "10:20", kind: refresh.rejected, outcome: failure, reason: wrong_client, issuer: as,
                 client: other, presented: r1, where: oslo/hosting:x}
          expect: none
        - name: the owner comes back from elsewhere
          story: |
              10:00 anna berlin/telekom refresh g5>g6 client=app
              19:20 anna oslo/telenor   refresh g6>g7 client=app
          expect: none

"""###,
        set: 0)
}
