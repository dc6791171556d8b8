// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ref11 = RuleSource(
        path: "Rules/refresh/REF-11-scope-growth.yml",
        text: ###"""
title: Scopes grew at a refresh
id: 34abca6d-229a-4edf-aec8-4448d8544067
name: REF-11
status: test
description: |
    The server answered a refresh with scopes that the grant was never given. A refresh may narrow scopes and never
    widen them: the server has a fault, or its policy was changed under a live grant.

    Triage:
    1. Compare the scopes of the grant's birth with those of this event.
    2. If the new scope is a privileged one, end the session and look at what was done with it.
    3. Report to the server's owners: consent for the new scope was never asked.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-6
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.2.2
tags:
    - attack.privilege-escalation
    - attack.t1548
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    grown:
        fact: scope.grown
    privileged:
        scopes|contains:
            - admin
            - write
            - manage
            - offline_access
    condition: grown or (grown and privileged)
fields:
    - subject
    - client
    - scopes
falsepositives:
    - A server that adds default scopes of the client at every refresh after the client was reconfigured
level: high
grantrail:
    key: [issuer, lineage]
    needs:
        all: [scopes, refresh_id]
    raise:
        critical: [privileged]
    verdict: scope_growth
    message: >-
        {client} got more scopes at a refresh for {subject} than the grant has: {scopes}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Show the scopes that {client} gets by default (Keycloak)
          command: kcadm.sh get clients -r {tenant} -q clientId={client} --fields defaultClientScopes,optionalClientScopes
          reversible: true
    tests:
        - name: a privileged scope appears
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid,profile
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,profile,realm-admin
          expect: {level: critical}
        - name: a harmless scope appears
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid,profile
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,profile,email
          expect: {level: high}
        - name: scopes are narrowed and come back
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid,profile,email
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid
              11:00 anna berlin/telekom refresh g1>g2 scopes=openid,profile,email
          expect: none
        - name: the same scopes in another order
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid,profile
              10:30 anna berlin/telekom refresh g0>g1 scopes=profile,openid
          expect: none
        - name: each privileged scope
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid client=a
              10:00 anna berlin/telekom code >g0 scopes=openid client=b
              10:00 anna berlin/telekom code >g0 scopes=openid client=c
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,mail.write client=a
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,manage-users client=b
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,offline_access client=c
          expect:
              - {level: critical, keys: {client: a}}
              - {level: critical, keys: {client: b}}
              - {level: critical, keys: {client: c}}
        - name: a grant that was privileged from the start
          story: |
              10:00 anna berlin/telekom code >g0 scopes=openid,realm-admin
              10:30 anna berlin/telekom refresh g0>g1 scopes=openid,realm-admin
          expect: none

"""###,
        set: 0)
}
