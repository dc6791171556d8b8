// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let ses06 = RuleSource(
        path: "Rules/sessions/SES-06-password-spray.yml",
        text: ###"""
title: One network tries the passwords of many people
id: c21054c0-05a6-4966-a1fd-fb47976ee71b
name: SES-06
status: test
description: |
    Logins of many different people failed from one network within minutes. A person mistypes their own password;
    somebody who goes through a list of names tries one or two passwords for each.

    Triage:
    1. Did one of them succeed from this network? Set a new password for them and end their sessions.
    2. Names that do not exist among them: a list from elsewhere.
    3. Limit or block the network; a company's own exit belongs on the list of own networks.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-10.10
    - https://pages.nist.gov/800-63-3/sp800-63b.html
tags:
    - attack.credential-access
    - attack.t1110.003
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind: authn.failed
    filter_own:
        network:
            - corporate
            - education
    condition: failed and not filter_own
fields:
    - subject
    - ip
    - user_agent
falsepositives:
    - A large office on the first morning after a forced change of passwords
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [subject]
    distinct: {of: payload.username, gte: 10, within: 10m}
    suppress: 24h
    verdict: password_spray
    message: >-
        Logins of {distinct} different people failed within {window} from {ip}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: ten names in five minutes
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: oslo/hosting:x, payload: {username: "user{n}"}, repeat: {times: 10, over: 5m}}
          expect: {level: high, count: 1}
        - name: nine names
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: oslo/hosting:x, payload: {username: "user{n}"}, repeat: {times: 9, over: 5m}}
          expect: none
        - name: one person who forgot
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: oslo/hosting:x, payload: {username: "anna"}, repeat: {times: 40, over: 5m}}
          expect: none
        - name: ten names over a day
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: oslo/hosting:x, payload: {username: "user{n}"}, repeat: {times: 20, over: 10h}}
          expect: none
        - name: the company's own exit on Monday morning
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: berlin/corporate:us, payload: {username: "user{n}"}, repeat: {times: 20, over: 5m}}
          expect: none
        - name: a campus
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: berlin/education:uni, payload: {username: "user{n}"}, repeat: {times: 20, over: 5m}}
          expect: none
        - name: twenty networks
          events:
              - {time: "10:00", kind: authn.failed, outcome: failure, reason: unspecified, client: app,
                 where: oslo/hosting:x, ip: "203.0.{n}.9", payload: {username: "user{n}"}, repeat: {times: 20, over: 5m}}
          expect: none
        - name: twenty who succeed
          events:
              - {time: "10:00", kind: session.started, client: app,
                 where: oslo/hosting:x, payload: {username: "user{n}"}, repeat: {times: 20, over: 5m}}
          expect: none

"""###,
        set: 0)
}
