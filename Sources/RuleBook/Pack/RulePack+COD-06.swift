// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let cod06 = RuleSource(
        path: "Rules/codes/COD-06-redirect-probing.yml",
        text: ###"""
title: One network tries redirect URIs
id: e10e5674-1b2b-4356-a7ba-fd471a660943
name: COD-06
status: test
description: |
    Authorization requests named several redirect URIs that are not registered, from one network in a short time.
    Somebody looks for a pattern, a wildcard or a look-alike host that the server lets through, to have codes sent
    to themselves.

    Triage:
    1. Read the URIs in the evidence: are they variations of a registered one?
    2. Check the client's registered URIs for wildcards and for hosts that nobody owns any more.
    3. If one of the variations was accepted later, treat the codes of that client as stolen.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.1
    - https://www.rfc-editor.org/rfc/rfc6749#section-10.15
tags:
    - attack.reconnaissance
    - attack.t1595
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: events
detection:
    refused:
        kind: authorization.failed
        reason: redirect_uri
    condition: refused
fields:
    - client
    - ip
    - user_agent
falsepositives:
    - Developers who set up a new client on a shared network
level: medium
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [client]
    distinct: {of: payload.redirect_uri, gte: 5, within: 10m}
    verdict: redirect_probing
    message: >-
        {distinct} unregistered redirect URIs were tried within {window} from {ip}, the last at client {client}
    actions:
        - title: Show the redirect URIs that {client} may use (Keycloak)
          command: kcadm.sh get clients -r {tenant} -q clientId={client} --fields redirectUris
          reversible: true
    tests:
        - name: five hosts in five minutes
          events:
              - {time: "10:00", kind: authorization.failed, outcome: failure, reason: redirect_uri, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://app.{n}.example/cb"}, repeat: {times: 5, over: 5m}}
          expect: {level: medium, count: 1}
        - name: four hosts
          events:
              - {time: "10:00", kind: authorization.failed, outcome: failure, reason: redirect_uri, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://app.{n}.example/cb"}, repeat: {times: 4, over: 4m}}
          expect: none
        - name: one wrong URI again and again
          events:
              - {time: "10:00", kind: authorization.failed, outcome: failure, reason: redirect_uri, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://staging.example/cb"}, repeat: {times: 30, over: 5m}}
          expect: none
        - name: five in a day
          events:
              - {time: "10:00", kind: authorization.failed, outcome: failure, reason: redirect_uri, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://app.{n}.example/cb"}, repeat: {times: 5, over: 10h}}
          expect: none
        - name: requests that fail for another reason
          events:
              - {time: "10:00", kind: authorization.failed, outcome: failure, reason: client_auth, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://app.{n}.example/cb"}, repeat: {times: 9, over: 5m}}
          expect: none
        - name: codes redeemed with the wrong URI
          events:
              - {time: "10:00", kind: code.rejected, outcome: failure, reason: redirect_uri, client: app,
                 where: oslo/hosting:x, payload: {redirect_uri: "https://app.{n}.example/cb"}, repeat: {times: 9, over: 5m}}
          expect: none

"""###,
        set: 0)
}
