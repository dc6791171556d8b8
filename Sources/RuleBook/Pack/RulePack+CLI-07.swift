// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let cli07 = RuleSource(
        path: "Rules/clients/CLI-07-deprecated-grant.yml",
        text: ###"""
title: Client uses a grant that should no longer be used
id: e824abb5-d9f5-4373-a371-94be52ac7055
name: CLI-07
status: test
description: |
    A client used the password grant or the implicit grant for the first time in half a year. Both put passwords or
    tokens where they leak, and both go around second factors: the first use is a client that was opened too far, or
    somebody who found one that is.

    Triage:
    1. Was the client changed lately to allow it? Look at the server's admin events.
    2. One subject from an unusual place: somebody tests stolen passwords where no second factor is asked.
    3. Switch the grant off for the client (direct access grants, implicit flow).
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.4
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2
tags:
    - attack.initial-access
    - attack.t1078.004
    - attack.credential-access
    - attack.t1110
logsource:
    product: oauth
    service: events
detection:
    deprecated:
        kind:
            - session.started
            - authn.succeeded
            - token.issued
            - code.redeemed
        grant_type:
            - password
            - implicit
    condition: deprecated
fields:
    - client
    - subject
    - ip
    - grant_type
falsepositives:
    - An old client at the start of the log, since the first day of a log shows what was always there
level: medium
grantrail:
    key: [issuer, client]
    needs:
        all: [client]
        better: [subject, ip]
    new_value: {of: grant_type, learn: 0, within: 180d}
    suppress: never
    verdict: deprecated_grant
    message: >-
        {client} used the {grant_type} grant, for {subject} from {ip}
    actions:
        - title: Show the client's allowed grants (Keycloak)
          command: kcadm.sh get clients -r {tenant} -q clientId={client} --fields directAccessGrantsEnabled,implicitFlowEnabled
          reversible: true
    tests:
        - name: the first password grant
          story: |
              10:00 anna berlin/telekom event session.started grant_type=authorization_code
              11:00 anna berlin/telekom event session.started grant_type=password
          expect: {level: medium, count: 1, message: password}
        - name: each deprecated grant, whatever the server calls the event
          story: |
              10:00 anna berlin/telekom event session.started grant_type=implicit client=a
              10:00 anna berlin/telekom event authn.succeeded grant_type=password client=b
              10:00 anna berlin/telekom grant password client=c
              10:00 anna berlin/telekom event code.redeemed grant_type=implicit client=d
          expect:
              - {keys: {client: a}}
              - {keys: {client: b}}
              - {keys: {client: c}}
              - {keys: {client: d}}
        - name: a client that always used it is told of once
          story: |
              10:00     anna berlin/telekom grant password
              d2 10:00  bob  berlin/telekom grant password
              d60 10:00 anna berlin/telekom grant password
              d200 10:00 bob berlin/telekom grant password
          expect: {count: 1}
        - name: the code flow
          story: |
              10:00 anna berlin/telekom event session.started grant_type=authorization_code
          expect: none
        - name: a password grant that was refused
          story: |
              10:00 anna berlin/telekom grant password refused
          expect: none

"""###,
        set: 0)
}
