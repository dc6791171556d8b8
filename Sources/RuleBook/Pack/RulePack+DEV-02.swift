// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let dev02 = RuleSource(
        path: "Rules/devices/DEV-02-first-device-flow.yml",
        text: ###"""
title: First device flow of a subject at a client
id: c672499e-1192-4ea1-aa9c-d66a5d8339e8
name: DEV-02
status: test
description: |
    A subject approved a device code for a client they never used this way. Most are new televisions and command
    lines. It is also how device code phishing looks from the server: a code that the attacker asked for, and that a
    person typed in because of a message.

    Triage:
    1. Ask the subject whether they connected a device just now, and who sent them the code.
    2. Look at the address of the device: a hosting network, or another country than the person's, speaks for
       phishing.
    3. If it was not theirs, revoke the grant and look for more approvals of the same client in the same hours.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc8628#section-5.4
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.initial-access
    - attack.t1566.002
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: events
detection:
    redeemed:
        kind: device_code.redeemed
        outcome: success
    hosted:
        network:
            - hosting
            - tor
            - vpn
    condition: redeemed or (redeemed and hosted)
fields:
    - subject
    - client
    - ip
    - network
falsepositives:
    - A new television, console or command line
level: low
grantrail:
    key: [issuer, subject]
    needs:
        all: [subject, client]
        better: [ip, asn]
    new_value: {of: client, learn: 0, within: 90d}
    raise:
        medium: [hosted]
    suppress: 1h
    verdict: first_device_flow
    message: >-
        {subject} connected a device to {client} for the first time, from {ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: the first device
          story: |
              10:00 anna berlin/telekom device redeem >g0 client=tv
          expect: {level: low, count: 1}
        - name: the first device, where no devices of people are
          story: |
              10:00 anna berlin/hosting:x device redeem >g0 client=a
              12:00 anna berlin/tor:x     device redeem >g0 client=b
              14:00 anna berlin/vpn:x     device redeem >g0 client=c
          expect:
              - {level: medium, keys: {client: a}}
              - {level: medium, keys: {client: b}}
              - {level: medium, keys: {client: c}}
        - name: the same client again, a month later
          story: |
              10:00     anna berlin/telekom device redeem >g0 client=tv
              d31 10:00 anna berlin/telekom device redeem >g0 client=tv tab2
          expect: {level: low, count: 1}
        - name: a code that was refused
          story: |
              10:00 anna berlin/hosting:x event device_code.rejected refused expired client=tv
              10:01 anna berlin/hosting:x event device_code.redeemed refused outcome=failure client=tv
          expect: none
        - name: a browser login of the same subject
          story: |
              10:00 anna berlin/hosting:x code >g0 client=tv
          expect: none

"""###,
        set: 0)
}
