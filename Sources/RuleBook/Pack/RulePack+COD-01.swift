// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

extension RulePack {
    static let cod01 = RuleSource(
        path: "Rules/codes/COD-01-code-replayed.yml",
        text: ###"""
title: Authorization code presented twice
id: a38cd0ca-4dd0-49a1-af4e-a14c9494a0f1
name: COD-01
status: test
description: |
    An authorization code that had been redeemed was presented again. Codes are for one use: a second presentation
    from another network means that the code was read on its way, in a log, a referrer or a malicious app.

    Triage:
    1. Same network within seconds: a double submit; nothing to do.
    2. Another network: revoke the tokens that the first redemption gave, since nobody knows which of the two is
       the owner.
    3. Find out where the code could be read: proxy logs, browser history, a custom URL scheme of an app.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.5
tags:
    - attack.credential-access
    - attack.t1528
    - attack.t1557
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: code.replayed
    elsewhere:
        same_network: false
    late:
        replay_gap_s|gt: 5
    condition: replay or (replay and elsewhere) or (replay and late)
fields:
    - subject
    - client
    - session
    - ip
falsepositives:
    - A browser that reloads the redirect, or a back end that retries after a lost answer
level: low
grantrail:
    key: [issuer, session, client]
    needs:
        any: [code_id, session]
        better: [ip, failures]
    raise:
        high: [elsewhere]
        medium: [late]
    verdict: code_replay
    message: >-
        The authorization code of {subject} at {client} was presented again {replay_gap} after it was redeemed, from
        {ip}
    actions:
        - do: end_session
        - do: log_out_subject
        - title: Tell the owners of {client} that its codes are read on their way
          reversible: true
    tests:
        - name: somebody else presents the code after forty seconds
          story: |
              10:00 anna berlin/telekom  code c1 >g0
              +40s  anna oslo/hosting:x  code c1 refused reuse
          expect: {level: high, count: 1}
        - name: a stranger is as quick as a double submit
          story: |
              10:00 anna berlin/telekom  code c1 >g0
              +1s   anna oslo/hosting:x  code c1 refused reuse
          expect: {level: high}
        - name: the same network, late
          story: |
              10:00 anna berlin/telekom code c1 >g0
              +3m   anna berlin/telekom code c1 refused reuse
          expect: {level: medium}
        - name: a double submit
          story: |
              10:00 anna berlin/telekom code c1 >g0
              +5s   anna berlin/telekom code c1 refused reuse
          expect: {level: low}
        - name: a code that came too late
          story: |
              10:00 anna berlin/telekom code c1 refused expired
          expect: none
        - name: two codes of one session
          story: |
              10:00 anna berlin/telekom code c1 >g0 session=s1
              11:00 anna oslo/telenor   code c2 >g0 session=s1 tab2
          expect: none
        - name: a refresh token presented again is another matter
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:31 ???  oslo/telenor   refresh g5 refused
              10:32 anna berlin/telekom refresh g5 refused
          expect: {none: [COD-01]}

"""###,
        set: 0)
}
