// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let cod03 = RuleSource(
        path: "Rules/codes/COD-03-pkce-failures.yml",
        text: ###"""
title: Several codes fail their PKCE check from one network
id: ba35ea1b-978b-4f39-a338-3ffec9c7baa9
name: COD-03
status: test
description: |
    Authorization codes were redeemed from one network without the verifier that belongs to them. The proof key
    exists for this: whoever holds the code did not start the flow. One failure is a broken client; several from one
    place are somebody trying codes.

    Triage:
    1. One client, one app version, many networks: a release that lost the verifier. Tell its owners.
    2. Several clients or subjects from one network: somebody collects codes. Block the network, revoke the grants
       of these sessions.
    3. See that the client is not allowed to leave PKCE out.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc7636#section-7.2
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1
tags:
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind: code.rejected
        reason: pkce
    condition: failed
fields:
    - client
    - ip
    - user_agent
falsepositives:
    - An app release that forgets the verifier after it was put to the background
level: medium
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [session, client]
    distinct: {of: session, gte: 3, within: 10m}
    verdict: pkce_failures
    message: >-
        {distinct} sessions failed their PKCE check within {window} from {ip}
    actions:
        - do: end_session
        - title: Look at the other sessions in the evidence, and end those that were opened
          reversible: false
    tests:
        - name: three codes from one network
          story: |
              10:00 - oslo/hosting:x event code.rejected refused pkce session=s1
              10:02 - oslo/hosting:x event code.rejected refused pkce session=s2
              10:04 - oslo/hosting:x event code.rejected refused pkce session=s3 client=web
          expect: {level: medium, count: 1}
        - name: two codes
          story: |
              10:00 - oslo/hosting:x event code.rejected refused pkce session=s{n} x2 over 4m
          expect: none
        - name: a broken app on three networks
          story: |
              10:00 - oslo/telenor   event code.rejected refused pkce session=s1
              10:02 - berlin/telekom event code.rejected refused pkce session=s2
              10:04 - rome/tim       event code.rejected refused pkce session=s3
          expect: none
        - name: one session that tries again
          story: |
              10:00 - oslo/hosting:x event code.rejected refused pkce session=s1 x5 over 2m
          expect: none
        - name: three in half an hour
          story: |
              10:00 - oslo/hosting:x event code.rejected refused pkce session=s{n} x3 over 40m
          expect: none
        - name: codes that fail for another reason
          story: |
              10:00 - oslo/hosting:x event code.rejected refused expired session=s{n} x5 over 2m
          expect: none
        - name: authorizations that fail for want of a challenge, where no code was given
          story: |
              10:00 - oslo/hosting:x event authorization.failed refused pkce session=s{n} x5 over 2m
          expect: none

"""###,
        set: 0)
}
