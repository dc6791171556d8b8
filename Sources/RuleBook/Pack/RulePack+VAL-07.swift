// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let val07 = RuleSource(
        path: "Rules/validation/VAL-07-token-guessing.yml",
        text: ###"""
title: One network tries many different tokens
id: 6bd557e0-5978-4769-a9bc-864bf928cdf5
name: VAL-07
status: test
description: |
    One network presented very many different tokens that all failed, in a few minutes. A broken client repeats one
    token; somebody who guesses, or who tries a list, has a new one every time. Expired tokens that a resource
    server asks about do not count: those are its users', who come back.

    Triage:
    1. Did any token from this network work? Look for a success in the same minutes.
    2. Limit or block the network.
    3. Tokens that the server once issued, now expired, are a stolen list: find out whose they were.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6819#section-4.6.3
    - https://www.rfc-editor.org/rfc/rfc6749#section-10.10
tags:
    - attack.credential-access
    - attack.t1110
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - refresh.rejected
            - code.rejected
    filter_expired:
        ip_role: caller
        reason: expired
    condition: failed and not filter_expired
fields:
    - ip
    - reason
    - user_agent
falsepositives:
    - A gateway that writes its own address for all of its callers, during an outage
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        any: [refresh_id, access_id]
    distinct: {of: presented, gte: 50, within: 5m}
    suppress: 24h
    verdict: token_guessing
    message: >-
        {distinct} different tokens failed within {window} from {ip}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: fifty tokens in four minutes
          story: |
              10:00 - oslo/hosting:x introspect refused not_found presented=t{n} x50 over 4m
          expect: {level: high, count: 1}
        - name: whatever they are presented for
          story: |
              10:00 - oslo/one   fail malformed presented=t{n} x55 over 4m
              11:00 - oslo/two   event refresh.rejected refused not_found presented=t{n} x55 over 4m
              12:00 - oslo/three event code.rejected refused not_found presented=t{n} x55 over 4m
          expect:
              - {level: high}
              - {level: high}
              - {level: high}
        - name: forty-nine tokens
          story: |
              10:00 - oslo/hosting:x introspect refused not_found presented=t{n} x49 over 4m
          expect: none
        - name: one token eight hundred times
          story: |
              10:00 - oslo/hosting:x introspect refused not_found presented=t1 x800 over 4m
          expect: none
        - name: sixty tokens in a day
          story: |
              10:00 - oslo/hosting:x introspect refused not_found presented=t{n} x60 over 20h
          expect: none
        - name: sixty tokens that work
          story: |
              10:00 - oslo/hosting:x introspect presented=t{n} x60 over 4m
          expect: none
        - name: sixty networks with a token each
          story: |
              10:00 - oslo/hosting:x introspect refused not_found presented=t{n} ip=203.0.{n}.9 x60 over 4m
          expect: none
        - name: an API whose users come back after the night
          story: |
              10:00 - oslo/hosting:x introspect refused expired presented=t{n} x60 over 4m
          expect: none
        - name: a list of tokens that have expired
          story: |
              10:00 - oslo/hosting:x event refresh.rejected refused expired presented=t{n} x60 over 4m
          expect: {level: high}

"""###,
        set: 0)
}
