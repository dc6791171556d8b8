// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

/// The rule files that the binary carries.
enum RulePack {
    static let sources: [RuleSource] = [
        RuleSource(
            path: "Rules/clients/CLI-05-machine-client-volume.yml",
            text: ###"""
title: Machine client takes far more tokens than it ever did
id: cc83f37e-0c1f-4472-a668-d8e584831959
name: CLI-05
status: test
description: |
    A client that works for itself took far more tokens than the hour of its week explains. Machine clients have
    steady habits: a burst is a loop that lost its cache, or somebody else with the client's secret.

    Triage:
    1. Compare the addresses in the evidence with where the client runs.
    2. Ask its owners about a release or a batch job.
    3. An address that nobody knows: rotate the secret, then look at what the tokens were used for.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.5
tags:
    - attack.credential-access
    - attack.t1528
    - attack.persistence
    - attack.t1078.004
logsource:
    product: oauth
    service: events
detection:
    issued:
        kind: token.issued
        grant_type: client_credentials
    condition: issued
fields:
    - client
    - ip
    - scopes
falsepositives:
    - A new batch job, or a release that no longer caches its token
level: medium
grantrail:
    key: [issuer, client]
    needs:
        all: [client]
        better: [ip, scopes]
    spike: {within: [5m, 30m, 2h], learn: 7d, learn_events: 100, floor: 30, times: 4, tail: 1e-9}
    suppress: 24h
    verdict: volume
    message: >-
        {client} took {count} tokens within {window}, where its own rhythm explains {expected}
    actions:
        - title: Give {client} a new secret (Keycloak; its id is in the first column of the list)
          command: kcadm.sh get clients -r {tenant} -q clientId={client} --fields id,clientId
          reversible: true
    tests:
        - name: a steady client takes 120 tokens in ten minutes
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x120 over 10m
          expect: {level: medium, keys: {client: batch}}
        - name: a little more, for two hours
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x72 over 2h
          expect: {level: medium}
        - name: a new client that starts at once
          story: |
              12:00 - oslo/hosting:x grant client_credentials client=batch x300 over 10m
          expect: none
        - name: twice as many for an hour
          background:
              - {per_hour: 20, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials client=batch x40 over 1h
          expect: none
        - name: passwords are no machine's
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: password, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant password client=batch x300 over 10m
          expect: none
        - name: what gives no token does not count
          background:
              - {per_hour: 6, days: 10, kind: token.issued, grant_type: client_credentials, client: batch}
          story: |
              d11 12:00 - oslo/hosting:x grant client_credentials refused client=batch x300 over 10m
          expect: none

"""###,
            set: 0),
        RuleSource(
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
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
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
            set: 0),
        RuleSource(
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
        - title: Look at the sessions in the evidence, and end those that were opened
          command: kcadm.sh delete sessions/{session} -r {tenant}
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
            set: 0),
        RuleSource(
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
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
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
            set: 0),
        RuleSource(
            path: "Rules/geography/GEO-01-access-token-in-two-places.yml",
            text: ###"""
title: One access token used in two distant places
id: 4ce152bd-67fe-4da3-a514-1437a6314dec
name: GEO-01
status: test
description: |
    One access token was used from two places that nobody travels between in the time. An access token lives for
    minutes and has one holder: no phone network, no flight and no second device explains it.

    Triage:
    1. Which of the two places is the owner's? Look at the login and the refreshes of the same session.
    2. End the session: the access token itself often cannot be taken back before it expires.
    3. Look at what the other place called with it.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.10
tags:
    - attack.credential-access
    - attack.t1528
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    used:
        kind:
            - token.used
            - token.validated
        outcome: success
    condition: used
fields:
    - subject
    - client
    - ip
    - country
    - user_agent
falsepositives:
    - A gateway that writes its own address instead of the caller's
    - A company network that leaves in several countries
level: high
grantrail:
    key: [issuer, presented]
    needs:
        all: [token_use, access_id, country]
        better: [asn, user_agent]
    geo_velocity: {speed_kmh: 1000, distance_km: 300, within: 24h, known_days: 0, peers: 0}
    fire_at: 45
    suppress: never
    verdict: two_places
    message: >-
        One access token of {subject} at {client} was used in {from_place} and in {to_place} within {window}:
        {distance_km} km, {speed_kmh} km/h
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: Berlin, then Tokyo twenty minutes later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:25 ???  tokyo/docomo   use g6 of=anna
          expect: {level: high}
        - name: from home to the road
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:06 anna berlin/mobile:o2 use g6
          expect: none
        - name: the next token, in another city by train
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              14:25 anna munich/telekom refresh g6>g7
              14:26 anna munich/telekom use g7
          expect: none
        - name: another token at the same time elsewhere
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:06 bob  tokyo/docomo   refresh g5>g6
              10:07 bob  tokyo/docomo   use g6
          expect: none
        - name: a VPN switched on
          story: |
              10:00 anna berlin/telekom    refresh g5>g6
              10:05 anna berlin/telekom    use g6
              10:06 anna amsterdam/vpn:acme use g6
          expect: none
        - name: coast to coast in three hours, on the network of one provider
          story: |
              10:00 anna newyork/verizon    refresh g5>g6
              10:05 anna newyork/verizon    use g6
              13:05 anna losangeles/verizon use g6
          expect: {level: high, count: 1}
        - name: as fast as an airliner
          story: |
              10:00 anna newyork/verizon    refresh g5>g6
              10:05 anna newyork/verizon    use g6
              14:05 anna losangeles/verizon use g6
          expect: none
        - name: a resource server that validates tokens itself
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom event token.validated presented=t1
              10:25 ???  tokyo/docomo   event token.validated presented=t1 of=anna
          expect: {level: high}
        - name: a VPN at the other end of the world
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:05 anna berlin/telekom  use g6
              10:06 anna sydney/vpn:acme use g6
          expect: none
        - name: refused there
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom use g6
              10:25 ???  tokyo/docomo   use g6 of=anna outcome=failure
              10:26 ???  tokyo/docomo   revoke g6 of=anna
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/geography/GEO-02-impossible-journey.yml",
            text: ###"""
title: Grant used from places that nobody travels between in time
id: a68f9323-6822-4d59-adf7-7abaa5d9612a
name: GEO-02
status: test
description: |
    A grant was used from two places whose nearest points are farther apart than an airliner flies in the time
    between. The distance is a lower bound: the uncertainty of both places is taken off. Networks the subject is
    known in, networks that many others use, and VPNs count against; a new country, a new provider, a hosting
    network and another browser count for theft.

    Triage:
    1. Read both places, the distance and the time in the alert. Does the owner know both?
    2. Was the token replayed as well (REF-01, REF-02)? Then it is theft: end the session.
    3. A company network or a VPN that is not listed yet: add it to the list of own networks, with its place and
       class.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6819#section-5.2.2.3
tags:
    - attack.credential-access
    - attack.t1528
    - attack.defense-evasion
    - attack.initial-access
    - attack.t1078.004
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    used:
        kind:
            - code.redeemed
            - device_code.redeemed
            - refresh.succeeded
            - token.used
        outcome: success
    condition: used
fields:
    - subject
    - client
    - session
    - ip
    - country
    - asn
    - user_agent
falsepositives:
    - A VPN or a company network that is in no list, used for the first time
    - A carrier whose gateway stands far from its customers, under a database that claims to be exact
level: medium
grantrail:
    key: [issuer, family]
    needs:
        all: [ip, country]
        any: [refresh_id, session]
        better: [asn, user_agent, tls]
    geo_velocity:
        speed_kmh: 1000
        distance_km: 300
        within: 24h
        known_days: 2
        peers: 5
        foreign: {country: 30, asn: 20, hosting: 20, user_agent: 20, tls: 20}
    fire_at: 50
    raise: {high: 60, critical: 75}
    suppress: 24h
    verdict: impossible_journey
    message: >-
        The grant of {subject} at {client} was used in {from_place} and {window} later in {to_place}: at least
        {distance_km} km, {speed_kmh} km/h
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: Berlin for five days, then São Paulo half an hour after the last refresh
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 18:00 anna berlin/telekom refresh g0>g1
              day 2 08:00 anna berlin/telekom refresh g1>g2
              day 3 08:00 anna berlin/telekom refresh g2>g3
              day 4 08:00 anna berlin/telekom refresh g3>g4
              day 5 08:00 anna berlin/telekom refresh g4>g5
              day 5 08:30 ???  saopaulo/claro refresh g5>g6
          expect: {level: critical}
        - name: the same browser, in a neighbouring country by a known provider
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 3 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:00 anna berlin/telekom refresh g2>g3
              day 5 08:10 anna vienna/telekom refresh g3>g4
          expect: {level: medium}
        - name: New York fourteen hours later
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 3 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:00 anna berlin/telekom refresh g2>g3
              day 5 22:00 anna newyork/verizon refresh g3>g4
          expect: none
        - name: another network in the same city
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:01 anna berlin/vodafone refresh g2>g3
              day 5 08:02 anna berlin/mobile:o2 refresh g3>g4
          expect: none
        - name: a VPN switched on and off
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:10 anna amsterdam/vpn:acme refresh g2>g3
              day 5 08:20 anna berlin/telekom refresh g3>g4
          expect: none
        - name: a subject of the first day
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 08:30 anna saopaulo/claro refresh g0>g1
          expect: {level: low}
        - name: a refusal elsewhere is no use
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 4 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro refresh g2 refused expired of=anna
          expect: none
        - name: coast to coast in twenty minutes, by the same provider
          story: |
              day 1 08:00 anna newyork/verizon    code >g0
              day 2 08:00 anna newyork/verizon    refresh g0>g1
              day 5 08:00 anna newyork/verizon    refresh g1>g2
              day 5 08:20 anna losangeles/verizon refresh g2>g3
          expect: {level: medium}
        - name: coast to coast in twenty-five
          story: |
              day 1 08:00 anna newyork/verizon    code >g0
              day 2 08:00 anna newyork/verizon    refresh g0>g1
              day 5 08:00 anna newyork/verizon    refresh g1>g2
              day 5 08:25 anna losangeles/verizon refresh g2>g3
          expect: none
        - name: another continent by the same provider
          story: |
              day 1 08:00 anna berlin/telekom  code >g0
              day 2 08:00 anna berlin/telekom  refresh g0>g1
              day 5 08:00 anna berlin/telekom  refresh g1>g2
              day 5 08:10 anna newyork/telekom refresh g2>g3
          expect: {level: high}
        - name: Sydney ten hours later
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 18:00 anna sydney/telstra refresh g2>g3
          expect: {level: high}
        - name: the access token is used elsewhere
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro use g2 of=anna
          expect:
              - {level: critical}
              - {none: [GEO-04]}
        - name: what is refused there, or only ends the grant, is no use
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 2 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 08:30 ???  saopaulo/claro use g2 of=anna outcome=failure
              day 5 08:31 anna saopaulo/claro logout
          expect: none
        - name: a device that was connected elsewhere
          story: |
              day 1 08:00 anna berlin/telekom device redeem >g0
              day 1 08:30 anna saopaulo/claro use g0
          expect: {level: low}

"""###,
            set: 0),
        RuleSource(
            path: "Rules/geography/GEO-04-foreign-network-class.yml",
            text: ###"""
title: Settled grant used from a hosting or anonymising network
id: b5188e0a-e528-41f7-a1fb-1210a29c8fde
name: GEO-04
status: test
description: |
    A grant that had been used for days was used from a data centre or an anonymiser it never came from, and that
    few other subjects of this server use. People's devices are not there; tools that spend stolen tokens are.

    Triage:
    1. Does the owner use a cloud desktop, a development machine or a private VPN there? Then list it as an own
       network.
    2. Otherwise end the session, and look for the same network in other grants.
    3. Find out what the token was used for since.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.command-and-control
    - attack.t1090.003
    - attack.lateral-movement
    - attack.t1550.001
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    used:
        kind:
            - refresh.succeeded
            - token.used
        outcome: success
    hosted:
        network:
            - hosting
            - tor
    settled:
        family.age_h|gte: 72
    condition: used and hosted and settled
fields:
    - subject
    - client
    - ip
    - asn
    - network
    - user_agent
falsepositives:
    - A cloud desktop or a private server that the owner set up
level: high
grantrail:
    key: [issuer, family]
    needs:
        all: [ip, asn]
        any: [refresh_id, session]
        better: [user_agent, country]
    new_value: {of: asn, learn: 0, within: 90d, peers: 5}
    suppress: 24h
    verdict: foreign_network
    message: >-
        The grant of {subject} at {client} was used from a {network} network it never came from: AS{asn}, {ip}
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: a data centre after four days at home
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 08:00 anna berlin/telekom refresh g1>g2
              day 5 09:00 ???  berlin/hosting:cloud refresh g2>g3
          expect: {level: high}
        - name: on the first day
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 1 18:00 anna berlin/telekom refresh g0>g1
              day 1 19:00 anna berlin/hosting:cloud refresh g1>g2
          expect: none
        - name: another home network
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 anna berlin/vodafone refresh g1>g2
          expect: none
        - name: refused there
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud refresh g1 refused expired of=anna
          expect: none
        - name: a login there is no use of the grant
          story: |
              day 1 08:00 anna berlin/telekom code >g0
              day 3 08:00 anna berlin/telekom refresh g0>g1
              day 5 09:00 anna berlin/hosting:cloud login
          expect: none
        - name: the access token is used in a data centre, the refresh token behind Tor
          story: |
              day 1 08:00 anna berlin/telekom       code >g0
              day 4 08:00 anna berlin/telekom       refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud use g1 of=anna
              day 7 09:00 ???  berlin/tor:exit      refresh g1>g2 of=anna
          expect:
              - {level: high, message: hosting}
              - {level: high, message: tor}
        - name: a cloud desktop, every other week
          story: |
              day 1 08:00  anna berlin/telekom       code >g0
              day 5 08:00  anna berlin/hosting:cloud refresh g0>g1
              day 19 08:00 anna berlin/hosting:cloud refresh g1>g2
              day 33 08:00 anna berlin/hosting:cloud refresh g2>g3
          expect: {count: 1}
        - name: what is refused there, or only ends the grant, is no use
          story: |
              day 1 08:00 anna berlin/telekom       code >g0
              day 5 08:00 anna berlin/telekom       refresh g0>g1
              day 5 09:00 ???  berlin/hosting:cloud use g1 of=anna outcome=failure
              day 5 09:01 anna berlin/hosting:cloud logout
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/leaks/LEAK-01-live-token-in-log.yml",
            text: ###"""
title: Live token written to a log
id: 1b0e5c1a-6b8e-4a63-9a0e-3d0f5a9c0101
name: LEAK-01
status: test
description: |
    A record held a token that is live: its grant has not ended, and the token is neither spent nor expired.
    Everybody who can read the log, and everything it was copied to, can use it.

    Triage:
    1. End the session; for an access token that cannot be taken back, note when it expires.
    2. Who can read this log, and where is it copied to? That is the list of people who may hold the token.
    3. Watch the grant for use from elsewhere, then find the place that writes tokens and close it.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc6819#section-4.1.2
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.3
tags:
    - attack.credential-access
    - attack.t1552.001
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    leaked:
        fact: token.leaked
        leak_status: live
    lasting:
        leaked|startswith:
            - 'rt '
            - 'secret '
    condition: leaked or (leaked and lasting)
fields:
    - subject
    - client
    - session
falsepositives:
    - A test system whose tokens are worth nothing
level: high
grantrail:
    key: [issuer, family, client]
    needs:
        any: [refresh_id, access_id]
    raise:
        critical: [lasting]
    suppress: 24h
    verdict: live_leak
    message: >-
        A live token of {subject} at {client} stands in a {dialect} record
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Remove the token from the log and from its copies, and close what wrote it
          reversible: false
    tests:
        - name: a live access token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at live
          expect: {level: high}
        - name: a live refresh token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 rt live
          expect: {level: critical}
        - name: a refresh token that was spent before
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g5 rt live
          expect: {rule: LEAK-04}
        - name: after the session ended
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom logout
              10:10 anna berlin/telekom leak g6 rt live
          expect: {rule: LEAK-04}
        - name: an expired one
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at dead
          expect: {rule: LEAK-04}
        - name: a client's secret that stands beside it
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 secret live
          expect: {level: critical}

"""###,
            set: 0),
        RuleSource(
            path: "Rules/leaks/LEAK-04-dead-token-in-log.yml",
            text: ###"""
title: Dead token written to a log
id: 1b0e5c1a-6b8e-4a63-9a0e-3d0f5a9c0104
name: LEAK-04
status: test
description: |
    A record held a token that is worth nothing any more: spent, expired, or of a grant that has ended. No harm by
    itself, but what writes dead tokens writes live ones too.

    Triage:
    1. Find the place that writes it: the field and the client are in the event.
    2. Close it: move tokens out of URLs, and headers out of debug logs.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc6750#section-5.3
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.3
tags:
    - attack.credential-access
    - attack.t1552.001
logsource:
    product: oauth
    service: ledger
detection:
    leaked:
        fact: token.leaked
        leak_status:
            - spent
            - ended
            - expired
    condition: leaked
fields:
    - subject
    - client
    - session
falsepositives:
    - None; the log held a token
level: low
grantrail:
    key: [issuer, family, client]
    needs:
        any: [refresh_id, access_id]
    suppress: 24h
    verdict: dead_leak
    message: >-
        A token of {client} that is no longer valid stands in a {dialect} record
    actions:
        - title: Find out what writes it, before it writes a live one
          reversible: true
    tests:
        - name: a refresh token that was spent before
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g5 rt live
          expect: {level: low}
        - name: an expired access token
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at dead
          expect: {level: low}
        - name: a token of a session that ended
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:05 anna berlin/telekom logout
              10:10 anna berlin/telekom leak g6 rt live
          expect: {level: low}
        - name: a live one
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom leak g6 at live
          expect: {none: [LEAK-04]}
        - name: no token at all
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom use g6
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/operations/OPS-01-source-silence.yml",
            text: ###"""
title: A server fell silent
id: d04da37d-c3e4-47fc-a1e2-51eb72ecf844
name: OPS-01
status: test
description: |
    A server wrote nothing for much longer than the hour of its week explains. Either its logging or the way to here
    is broken, and nothing that happens there is seen; or somebody switched it off to work unseen.

    Triage:
    1. Is the server up, and does it still write its log?
    2. Was its logging changed? Look at the server's admin events before the silence.
    3. When the log comes back, look at the first events for what was done meanwhile.
author: Grantrail
date: 2026-11-21
references:
    - https://csrc.nist.gov/pubs/sp/800/92/final
tags:
    - attack.defense-evasion
    - attack.t1562.008
logsource:
    product: oauth
    service: events
detection:
    any_event:
        kind|exists: true
    condition: any_event
fields:
    - issuer
    - dialect
falsepositives:
    - A planned stop, or a way of transport that delivers in large steps
level: high
grantrail:
    key: [issuer, dialect]
    absence: {tail: 1e-6, within: 15m}
    suppress: 24h
    verdict: silence
    message: >-
        {issuer} wrote nothing for {silence}
    actions:
        - title: Check that the server writes its events, and that they arrive
          reversible: true
    tests:
        - name: silence on a busy server, told when it is improbable and again when it ends
          background:
              - {per_hour: 60, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 03:00 anna berlin/telekom login
          expect: {level: high, count: 2}
        - name: another server that goes on is the clock
          background:
              - {per_hour: 60, days: 10, issuer: one, kind: session.started, subject: "user{n}"}
              - {per_hour: 60, days: 11, issuer: two, kind: session.started, subject: "user{n}"}
          expect: {level: high, count: 1, keys: {issuer: one}}
        - name: a busy server
          background:
              - {per_hour: 60, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 00:02 anna berlin/telekom login
          expect: none
        - name: a server with a login now and then
          background:
              - {per_hour: 1, days: 10, kind: session.started, subject: "user{n}"}
          story: |
              d11 06:00 anna berlin/telekom login
          expect: none
        - name: the first day of a log
          story: |
              10:00 anna berlin/telekom login x100 over 1h
              20:00 anna berlin/telekom login
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/refresh/REF-01-replayed-by-a-stranger.yml",
            text: ###"""
title: Refresh token replayed by a stranger
id: 6f0c2a52-6c1e-4b1a-9c55-0e6f8f5f0c01
name: REF-01
status: test
description: |
    A refresh token that had been redeemed was presented again, and the evidence says that two
    different parties hold it: one of the two presenters came from a network the grant had never
    been used from, the token was generations old, or its successor was in use already.
    Replays at once, from the same network, or after a lost response count against theft.

    Triage:
    1. Look at the two presenters in the alert. Does the owner know both places?
    2. attacker_first: the stranger redeemed the token before its owner and holds the live branch.
       End the session now. victim_first: the stranger came later; if the server refused, it got
       nothing with this token, but whatever it was copied from may still leak.
    3. Search for the stranger's network in other grants: one stolen token rarely comes alone.
    4. Find out where the token was kept (browser storage, backup, log, proxy) and close that.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6819#section-5.2.2.3
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
    replay:
        fact: refresh.replayed
    allowed:
        policy_allows: true
    ev_new_country:
        presenter.new: country
    ev_new_asn:
        presenter.new: asn
    ev_new_prefix:
        presenter.new: prefix
    ev_known_places:
        presenter.new: none
    ev_older_than_parent:
        generation_gap|gte: 2
    ev_successor_used:
        successor: used
    ev_instant:
        replay_gap_s|lte: 2
    ev_same_network:
        same_network: true
    ev_lost_response:
        successor: unused
        replay_gap_s|lte: 120
    condition: replay and not allowed and 1 of ev_*
fields:
    - subject
    - client
    - session
    - ip
    - user_agent
    - generation_gap
    - replay_gap_s
falsepositives:
    - A device restored from a backup that presents the tokens it had then, from another network
    - A phone that wakes after days in another country and retries with a token already spent
level: high
grantrail:
    key: [issuer, lineage]
    needs:
        all: [ip]
        any: [refresh_id, generation]
        better: [parent_id, asn, token_use]
    points:
        ev_new_country: 3.6
        ev_new_asn: 2
        ev_new_prefix: 1.8
        ev_known_places: -2
        ev_older_than_parent: 1
        ev_successor_used: 2
        ev_instant: -3
        ev_same_network: -3
        ev_lost_response: -2.5
    fire_at: 4
    raise:
        critical: [ev_older_than_parent]
    verdict: theft
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent
        ({branch}, generation gap {generation_gap}): attacker {attacker.ip}, owner {victim.ip}
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Disable {subject} until they were asked (Keycloak)
          command: kcadm.sh update users/{subject} -r {tenant} -s enabled=false
          reversible: true
        - title: Ask {subject} whether both places are theirs
          reversible: true
    tests:
        - name: thief two generations later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {level: critical, branch: victim_first, verdict: theft}
        - name: thief two generations later, when no place is known but the address
          story: |
              10:00 anna ?/home    refresh g5>g6
              10:50 anna ?/home    refresh g6>g7
              11:31 ???  ?/hosting refresh g5 refused
          expect: {level: critical, branch: victim_first}
        - name: thief first, the owner is refused
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:41 ???  lagos/mtn      refresh g6>g7
              10:55 anna berlin/telekom refresh g6 refused reuse
          expect: {level: high, branch: attacker_first}
        - name: thief first and twice, when no place is known but the address
          story: |
              10:00 anna ?/home    refresh g5>g6
              10:41 ???  ?/hosting refresh g6>g7
              10:50 ???  ?/hosting refresh g7>g8
              10:51 anna ?/home    refresh g6 refused
          expect: {level: critical, branch: attacker_first}
        - name: thief accepted by a server that does not rotate strictly
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:00 ???  oslo/telenor   refresh g6>g7b
          expect: {level: high, branch: victim_first}
        - name: late retry from a new country, the successor not seen in use
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:31 ???  oslo/telenor   refresh g5 refused
          expect:
              - {level: high, branch: victim_first}
              - {none: [REF-02]}
        - name: late retry from a new provider, the successor in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:10 anna berlin/telekom  use g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a new provider two generations later
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:50 anna berlin/telekom  refresh g6>g7
              11:31 ???  berlin/vodafone refresh g5 refused
          expect: {level: critical, branch: victim_first}
        - name: two tabs within a second
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect:
              - {rule: REF-03, level: info, verdict: race}
              - {none: [REF-02]}
        - name: retry after a lost response, same phone
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +19s  anna berlin/telekom refresh g5 refused reuse
          expect:
              - {rule: REF-03}
              - {none: [REF-02]}
        - name: retry after a lost response, from home to the road
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +19s  anna berlin/vodafone refresh g5 refused
          expect:
              - {rule: REF-03}
              - {none: [REF-02]}
        - name: sibling tab's token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:01 anna berlin/telekom refresh g2 refused stale tab2
          expect: {none: [REF-01, REF-02, REF-03]}
        - name: the owner travels
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              18:00 anna tokyo/docomo   refresh g6>g7
              19:00 anna tokyo/docomo   refresh g7>g8
          expect: none
        - name: presented again where the policy allows it
          rotation: off
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              18:00 anna tokyo/docomo   refresh g5>g6b
              18:30 anna tokyo/docomo   refresh g5>g6c
          expect: none
        - name: a life first seen in its middle gives no birth to a verdict
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: none
        - name: the owner roams to another country while an answer is lost
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +60s  anna vienna/telekom refresh g5 refused
          expect: {none: [REF-01]}
        - name: the same, ten minutes later
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna vienna/telekom refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a new provider within a minute, the successor in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              +10s  anna berlin/telekom  use g6
              +50s  ???  berlin/vodafone refresh g5 refused
          expect: {level: high, branch: victim_first}
        - name: a phone that changes networks as it refreshes
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              +1s   anna berlin/telekom  use g6
              +1s   anna berlin/vodafone refresh g5 refused
          expect: {none: [REF-01]}
        - name: two tabs that travelled together
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:30 anna munich/vodafone refresh g6>g7
              10:31 anna munich/vodafone use g7
              10:40 anna munich/vodafone refresh g6 refused
          expect: {none: [REF-01]}
        - name: a fork of the branches is for REF-05 to tell
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:30 ???  lagos/mtn      refresh g5>g6b
              11:00 anna berlin/telekom refresh g6>g7
              11:30 ???  lagos/mtn      refresh g6b>g7b
          expect:
              - {level: high, count: 1}
              - {rule: REF-05}

"""###,
            set: 0),
        RuleSource(
            path: "Rules/refresh/REF-02-replayed-ambiguous.yml",
            text: ###"""
title: Refresh token replayed, evidence ambiguous
id: 0b2f9d0e-53a4-4c0f-8a7e-2d9c6b8e1f02
name: REF-02
status: test
description: |
    A refresh token that had been redeemed was presented again. The evidence of REF-01 adds up to
    more than a race and to less than theft: for instance another network of the same country, long
    after the token was spent, while nothing shows that its successor is in other hands.

    Triage:
    1. Compare the two presenters in the alert; ask the owner if one looks foreign.
    2. Several of these for one client and many subjects point to a client that keeps old tokens:
       tell its owners to store the newest token before they use it.
    3. Watch the grant for a week; a second one is worth ending the session.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.credential-access
    - attack.t1528
    - attack.t1550.001
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: refresh.replayed
    allowed:
        policy_allows: true
    condition: replay and not allowed
fields:
    - subject
    - client
    - session
    - ip
    - user_agent
    - generation_gap
    - replay_gap_s
falsepositives:
    - A client that keeps a spent token and tries again hours later
    - A laptop that sleeps through a refresh and wakes in another network
level: medium
grantrail:
    key: [issuer, lineage]
    needs:
        all: [ip]
        any: [refresh_id, generation]
        better: [parent_id, asn, token_use]
    points_from: REF-01
    fire_at: {from: 2, below: 4}
    verdict: ambiguous
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent;
        it may be a retry or a copy
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Ask {subject} whether they changed networks then
          reversible: true
    tests:
        - name: same provider, another network, an hour later
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:30 anna berlin/telekom   refresh g6>g7
              11:31 ???  berlin/telekom#2 refresh g5 refused
          expect:
              - {rule: REF-01, branch: victim_first}
        - name: same provider, another network, the successor in use
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:10 anna berlin/telekom   use g6
              10:41 ???  berlin/telekom#2 refresh g5 refused
          expect: {level: medium, branch: victim_first, verdict: ambiguous}
        - name: late retry from a new provider, the successor not seen in use
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect:
              - {level: medium, branch: victim_first, verdict: ambiguous}
              - {none: [REF-01]}
        - name: a life first seen in its middle
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect:
              - {level: medium, branch: undetermined}
              - {none: [REF-01]}
        - name: the owner answers a thief who came too late
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:40 ???  berlin/telekom#2 refresh g5 refused reuse
              10:50 anna berlin/telekom   refresh g6 refused gone
          expect: {level: medium, branch: victim_first, verdict: ambiguous}
        - name: two tabs that travelled together
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:40 anna berlin/telekom#2 refresh g5 refused reuse
              10:50 anna berlin/telekom#2 refresh g6 refused gone
          expect: none
        - name: theft is for REF-01 alone
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {rule: REF-01}
        - name: five tabs at once
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +0s   anna berlin/telekom refresh g5 refused reuse
              +0s   anna berlin/telekom refresh g5 refused reuse
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect: {rule: REF-03, count: 3}
        - name: an expired token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              day 9 10:00 anna rome/tim refresh g6 refused expired
          expect: none
        - name: of a life first seen in its middle, no more than that the successor is in use
          story: |
              midlife
              10:00 anna berlin/telekom refresh g5>g6
              10:10 anna berlin/telekom use g6
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {level: medium}
        - name: presented again where the policy allows it
          rotation: off
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 anna berlin/vodafone refresh g5>g6b
          expect: {none: [REF-02]}
        - name: a fork of the branches is for REF-05 to tell
          story: |
              10:00 anna berlin/telekom   refresh g5>g6
              10:30 anna berlin/telekom#2 refresh g5>g6b
              11:00 anna berlin/telekom   refresh g6>g7
              11:30 anna berlin/telekom#2 refresh g6b>g7b
          expect: {rule: REF-05}

"""###,
            set: 0),
        RuleSource(
            path: "Rules/refresh/REF-03-benign-race.yml",
            text: ###"""
title: Refresh token presented twice, a race or a retry
id: 9e4b7c61-1d2a-4f3b-b6a0-7c5d3e2f1a03
name: REF-03
status: test
description: |
    A refresh token that had been redeemed was presented again, and neither REF-01 nor REF-02 found
    enough to suspect anybody: tabs that refresh at once, a retry after a lost response, a page
    reload, or a client whose tokens may be used more than once. One alert a lineage, for the record
    and for the rate per client.

    Triage:
    1. Nothing is to be done for the subject.
    2. A rate that rises after a release means that the client refreshes from several places at
       once; its owners should let one of them refresh for all.
author: Grantrail
date: 2026-03-02
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc6749#section-6
tags:
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    replay:
        fact: refresh.replayed
    condition: replay
fields:
    - subject
    - client
    - session
    - replay_gap_s
falsepositives:
    - A thief in the very network of the owner who is as quick as a retry
level: informational
grantrail:
    key: [issuer, lineage]
    needs:
        any: [refresh_id, generation]
        better: [ip, parent_id]
    unless: [REF-01, REF-02]
    verdict: race
    message: >-
        Refresh token of {subject} at {client} was presented again {replay_gap} after it was spent;
        it looks like a race or a retry
    actions:
        - title: Tell the owners of {client} to refresh from one place at a time
          reversible: true
    tests:
        - name: two tabs within a second
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused reuse
          expect: {level: info, verdict: race}
        - name: whatever the policy
          rotation: off
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:20 anna berlin/telekom refresh g5>g6b
          expect: {level: info}
        - name: a second race in the same lineage is the same alert
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              +1s   anna berlin/telekom refresh g5 refused
              11:00 anna berlin/telekom refresh g6>g7
              +1s   anna berlin/telekom refresh g6 refused
          expect: {count: 2}
        - name: theft is no race
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:50 anna berlin/telekom refresh g6>g7
              11:31 ???  saopaulo/claro refresh g5 refused
          expect: {rule: REF-01}
        - name: a sibling's token that nobody spent
          story: |
              10:00 anna berlin/telekom refresh g5>g6
              10:01 anna berlin/telekom refresh g3 refused stale tab2
          expect: none
        - name: every token once
          story: |
              09:00 anna berlin/telekom login
              +2s   anna berlin/telekom code >g0
              09:30 anna berlin/telekom refresh g0>g1
              10:00 anna berlin/telekom refresh g1>g2
              10:20 anna berlin/telekom logout
          expect: none
        - name: what may be a copy is no race
          story: |
              10:00 anna berlin/telekom  refresh g5>g6
              10:31 ???  berlin/vodafone refresh g5 refused
          expect: {rule: REF-02}

"""###,
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
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
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
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
            set: 0),
        RuleSource(
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
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
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
            set: 0),
        RuleSource(
            path: "Rules/sessions/SES-04-many-grants.yml",
            text: ###"""
title: One subject opens very many grants
id: 1ce40917-f1c4-4dab-a177-3e45d437e57e
name: SES-04
status: test
description: |
    One subject's account opened ten grants within an hour. People log in a few times a day; a script that holds the
    password, or an attacker who collects refresh tokens to keep, logs in again and again.

    Triage:
    1. A test account, or a client that throws its tokens away? Tell its owners.
    2. Otherwise: set a new password, end all sessions, and look at the addresses of the logins.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
tags:
    - attack.persistence
    - attack.t1078.004
    - attack.credential-access
    - attack.t1528
logsource:
    product: oauth
    service: ledger
detection:
    opened:
        fact: lineage.opened
    condition: opened
fields:
    - subject
    - client
    - ip
falsepositives:
    - A test account, or a client that logs in instead of refreshing
level: medium
grantrail:
    key: [issuer, subject]
    needs:
        all: [subject, refresh_id]
        better: [session, ip]
    count: {gte: 10, within: 1h}
    suppress: 24h
    verdict: many_grants
    message: >-
        {subject} opened {count} grants within {window}, the last at {client} from {ip}
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: ten grants in half an hour
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x10 over 30m
          expect: {level: medium, count: 1}
        - name: nine grants in half an hour
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x9 over 30m
          expect: none
        - name: twelve grants over two days
          story: |
              10:00 anna oslo/hosting:x code >g0 session=s{n} x12 over 2d
          expect: none
        - name: twelve people
          story: |
              10:00 user{n} oslo/hosting:x code >g0 x12 over 30m
          expect: none
        - name: twelve logins that failed
          story: |
              10:00 anna oslo/hosting:x event code.rejected refused expired session=s{n} x12 over 30m
          expect: none
        - name: one grant that is refreshed
          story: |
              10:00 anna berlin/telekom refresh x20 over 30m
          expect: none

"""###,
            set: 0),
        RuleSource(
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
            set: 0),
        RuleSource(
            path: "Rules/validation/VAL-01-failure-spike.yml",
            text: ###"""
title: Validation failures far above the client's own rhythm
id: 2f6ee4a6-0569-4102-ac28-700139a4c409
name: VAL-01
status: test
description: |
    Tokens of one client failed validation far more often than the hour of its week explains; or, of a client
    without a past, many failed in a way that forged tokens do, from several addresses. Somebody tries tokens, or a
    key or a clock is wrong.

    Triage:
    1. Few addresses and many tokens: guessing. Many addresses and one reason: a release or a key roll.
    2. The reason in the alert says which check failed: a signature or an issuer speaks for forged tokens.
    3. For an attack, block the addresses; for a fault, tell the client's owners when it began.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.1
    - https://www.rfc-editor.org/rfc/rfc7662#section-4
tags:
    - attack.credential-access
    - attack.t1110
    - attack.lateral-movement
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - token.exchange_failed
            - refresh.rejected
            - code.rejected
    attack:
        reason:
            - signature
            - malformed
            - issuer
            - audience
            - dpop
    filter_replays:
        kind: refresh.rejected
        reason:
            - policy
            - reused
            - session_inactive
            - session_client_missing
            - concurrency
    condition: (failed or (failed and attack)) and not filter_replays
fields:
    - client
    - reason
    - ip
    - user_agent
falsepositives:
    - A release that holds on to expired tokens
    - A key roll that resource servers notice late
level: medium
grantrail:
    key: [issuer, client]
    needs:
        all: [failures, client]
        better: [token_use, introspection, ip]
    spike:
        within: [5m, 30m, 2h]
        learn: 72h
        learn_events: 50
        floor: 8
        times: 2
        tail: 1e-9
        absolute: {of: attack, count: 10, distinct: {of: ip, gte: 3}, within: 5m}
    raise:
        high: [attack]
    suppress: 6h
    verdict: failure_spike
    message: >-
        {count} tokens of {client} failed within {window}; expected by its own rhythm: {expected}; the last reason
        was {reason}
    actions:
        - title: Show the last failures of {client}
          command: grantrail tail events --store STORE --output ndjson | grep -F -e {client}
          reversible: true
    tests:
        - name: ten days of rhythm, then 400 failures in half an hour
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x400 over 30m
          expect: {level: medium, first: "d11 12:00"}
        - name: ten days of rhythm, then a little more for two hours
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x60 over 2h
          expect: {level: medium}
        - name: ten days of rhythm and nothing else
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused x6 over 30m
          expect: none
        - name: a rise of everything but failures
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect x400 over 30m
          expect: none
        - name: expired refresh tokens in great number
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x event refresh.rejected refused expired x200 over 20m
          expect: {level: medium}
        - name: tokens of sessions that have ended, at a resource server
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x introspect refused session_inactive x200 over 20m
          expect: {level: medium}
        - name: refusals that the rules about replays and sessions look at
          background:
              - {per_hour: 6, days: 10, kind: token.introspect_failed, outcome: failure, reason: expired, client: app}
          story: |
              d11 12:00 - oslo/hosting:x event refresh.rejected refused policy x200 over 20m
              d12 12:00 - oslo/hosting:x event refresh.rejected refused reused x200 over 20m
              d13 12:00 - oslo/hosting:x event refresh.rejected refused session_inactive x200 over 20m
              d14 12:00 - oslo/hosting:x event refresh.rejected refused session_client_missing x200 over 20m
              d15 12:00 - oslo/hosting:x event refresh.rejected refused concurrency x200 over 20m
          expect: none
        - name: forged tokens before anything is learnt, by each reason
          story: |
              12:00 - oslo/hosting:x fail signature client=signature ip=203.0.113.{n} x12 over 4m
              12:10 - oslo/hosting:x fail malformed client=malformed ip=203.0.113.{n} x12 over 4m
              12:20 - oslo/hosting:x fail issuer client=issuer ip=203.0.113.{n} x12 over 4m
              12:30 - oslo/hosting:x fail audience client=audience ip=203.0.113.{n} x12 over 4m
              12:40 - oslo/hosting:x fail dpop client=dpop ip=203.0.113.{n} x12 over 4m
          expect:
              - {level: high, keys: {client: signature}}
              - {level: high, keys: {client: malformed}}
              - {level: high, keys: {client: issuer}}
              - {level: high, keys: {client: audience}}
              - {level: high, keys: {client: dpop}}
        - name: forged tokens before anything is learnt, wherever they are presented
          story: |
              12:00 - oslo/hosting:x event token.introspect_failed refused signature client=a ip=203.0.113.{n} x12 over 4m
              12:10 - oslo/hosting:x event token.exchange_failed refused signature client=b ip=203.0.113.{n} x12 over 4m
              12:20 - oslo/hosting:x event refresh.rejected refused signature client=c ip=203.0.113.{n} x12 over 4m
              12:30 - oslo/hosting:x event code.rejected refused signature client=d ip=203.0.113.{n} x12 over 4m
          expect:
              - {level: high, keys: {client: a}}
              - {level: high, keys: {client: b}}
              - {level: high, keys: {client: c}}
              - {level: high, keys: {client: d}}
        - name: expired tokens before anything is learnt
          story: |
              12:00 - oslo/hosting:x fail expired ip=203.0.113.{n} x50 over 4m
          expect: none
        - name: one caller with a broken token
          story: |
              12:00 - oslo/hosting:x fail malformed x50 over 4m
          expect: none
        - name: bad signatures of assertions are not about tokens
          story: |
              12:00 - oslo/hosting:x client refused signature ip=203.0.113.{n} x12 over 4m
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/validation/VAL-02-unknown-key.yml",
            text: ###"""
title: Tokens signed with a key that nobody knows
id: b8948b9f-a75b-4cfb-a27c-8ba70b02d3ec
name: VAL-02
status: test
description: |
    Several tokens named a signing key that the server does not have. A forger who has no key invents one; an honest
    issuer announces its keys before it signs with them.

    Triage:
    1. Was a key rolled within the last hour? Resource servers that keep old key sets refuse the new key until they
       ask again.
    2. Few addresses and no key roll: somebody forges tokens. Check that no resource server accepted one.
    3. See that resource servers take keys from the issuer's own address only, never from the token.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc7517#section-4.5
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.10
tags:
    - attack.credential-access
    - attack.t1606
    - attack.defense-evasion
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    refused:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - client.auth_failed
        reason: signature
    unknown_key:
        reason_raw|contains:
            - kid
            - unknown key
            - key id
            - signing key
            - jwk
    condition: refused and unknown_key
fields:
    - client
    - ip
    - reason_raw
falsepositives:
    - A key roll that a resource server notices late
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [token_use]
    count: {gte: 3, within: 10m}
    suppress: 24h
    verdict: unknown_key
    message: >-
        {count} tokens within {window} named a key that {issuer} does not have, from {ip}: {reason_raw}
    actions:
        - title: Compare with the keys that the issuer announces (Keycloak)
          command: curl -s {issuer}/protocol/openid-connect/certs
          reversible: true
    tests:
        - name: three tokens with an invented key
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: unknown kid k9, where: oslo/hosting:x, repeat: {times: 3, over: 5m}}
          expect: {level: high, count: 1}
        - name: whatever the server says of it, and whatever was signed
          events:
              - {time: "10:00", kind: token.introspect_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: Unknown key, where: oslo/one, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: client.auth_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: no such key id, where: oslo/two, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: signing key not found, where: oslo/three, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: no matching JWK, where: oslo/four, repeat: {times: 3, over: 5m}}
          expect:
              - {message: Unknown key}
              - {message: key id}
              - {message: signing key}
              - {message: JWK}
        - name: two of them
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid x2 over 5m
          expect: none
        - name: three in an hour
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid x4 over 1h
          expect: none
        - name: bad signatures of a known key
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=mismatch x9 over 5m
          expect: none
        - name: expired tokens that name their key
          story: |
              10:00 - oslo/hosting:x fail expired reason_raw=kid x9 over 5m
          expect: none
        - name: refresh tokens of a key that was rolled
          story: |
              10:00 - oslo/hosting:x event refresh.rejected refused signature reason_raw=kid x9 over 5m
          expect: none
        - name: three networks after a key roll
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=kid ip=203.0.{n}.9 x3 over 5m
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/validation/VAL-03-algorithm-attack.yml",
            text: ###"""
title: Tokens with an algorithm that the server does not use
id: 986090b3-8e7e-4c20-aea8-e2560799bcae
name: VAL-03
status: test
description: |
    Several tokens were refused because of their signing algorithm: `none`, or a symmetric one where the issuer has
    key pairs. No client library does this by accident more than once.

    Triage:
    1. A penetration test? Put its addresses on an allow-list with an expiry.
    2. Otherwise block the addresses, and check that every resource server refuses these algorithms.
    3. Search the resource servers' logs for a token that was accepted from the same addresses.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.1
    - https://www.rfc-editor.org/rfc/rfc9068#section-2.1
tags:
    - attack.credential-access
    - attack.t1606
    - attack.defense-evasion
    - attack.t1550.001
logsource:
    product: oauth
    service: events
detection:
    refused:
        kind:
            - token.validation_failed
            - token.introspect_failed
            - client.auth_failed
    algorithm:
        - reason_raw|contains:
              - algorithm
              - alg none
              - alg HS
              - alg not
              - unsigned
        - payload.alg:
              - none
              - HS256
              - HS384
              - HS512
    condition: refused and algorithm
fields:
    - client
    - ip
    - reason_raw
falsepositives:
    - A penetration test
level: medium
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, ip]
        better: [token_use]
    count: {gte: 3, within: 10m}
    suppress: 24h
    verdict: algorithm_attack
    message: >-
        {count} tokens within {window} had a signing algorithm that is not allowed, from {ip}: {reason_raw}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: three unsigned tokens
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg none is not allowed, where: oslo/hosting:x, repeat: {times: 3, over: 5m}}
          expect: {level: medium, count: 1}
        - name: whatever the server says of it, and whatever was signed
          events:
              - {time: "10:00", kind: token.introspect_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: Unsupported algorithm, where: oslo/p0, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: client.auth_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg HS256 refused, where: oslo/p1, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: alg not allowed, where: oslo/p2, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: unsigned token, where: oslo/p3, repeat: {times: 3, over: 5m}}
          expect:
              - {message: Unsupported algorithm}
              - {message: alg HS256 refused}
              - {message: alg not allowed}
              - {message: unsigned token}
        - name: named by the gateway
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: none}, where: oslo/p0, repeat: {times: 3, over: 5m}}
              - {time: "11:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS256}, where: oslo/p1, repeat: {times: 3, over: 5m}}
              - {time: "12:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS384}, where: oslo/p2, repeat: {times: 3, over: 5m}}
              - {time: "13:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 payload: {alg: HS512}, where: oslo/p3, repeat: {times: 3, over: 5m}}
          expect:
              - {level: medium}
              - {level: medium}
              - {level: medium}
              - {level: medium}
        - name: two odd tokens
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=unsigned x2 over 5m
          expect: none
        - name: four in an hour
          story: |
              10:00 - oslo/hosting:x fail signature reason_raw=unsigned x4 over 1h
          expect: none
        - name: the right algorithm, a bad signature
          events:
              - {time: "10:00", kind: token.validation_failed, outcome: failure, reason: signature, client: api,
                 reason_raw: signature mismatch, payload: {alg: RS256}, where: oslo/hosting:x, repeat: {times: 9, over: 5m}}
          expect: none
        - name: accepted tokens
          events:
              - {time: "10:00", kind: token.used, client: api, payload: {alg: HS256}, where: oslo/hosting:x,
                 repeat: {times: 9, over: 5m}}
          expect: none

"""###,
            set: 0),
        RuleSource(
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
            set: 0),
        RuleSource(
            path: "Rules/validation/VAL-13-success-after-failures.yml",
            text: ###"""
title: Login succeeds after many failures
id: 2f7ede51-8979-451e-af7c-88d4c85f6ce3
name: VAL-13
status: test
description: |
    A subject's login succeeded after ten failures within ten minutes. Either a person remembered their password at
    last, or somebody guessed it.

    Triage:
    1. One address that the subject always uses: a forgotten password.
    2. The success from another address than the subject's: end the session and set a new password.
    3. Failures from many addresses: look for other subjects of the same list (SES-06).
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-4.14
    - https://pages.nist.gov/800-63-3/sp800-63b.html
tags:
    - attack.credential-access
    - attack.t1110.001
    - attack.t1110.004
logsource:
    product: oauth
    service: events
detection:
    failures:
        kind: authn.failed
    success:
        kind:
            - session.started
            - authn.succeeded
        outcome: success
    condition: failures or success
fields:
    - subject
    - ip
    - user_agent
falsepositives:
    - A person who tries old passwords, or a phone that keeps an old one
level: medium
grantrail:
    key: [issuer, subject]
    needs:
        all: [failures, subject]
        better: [ip, user_agent]
    sequence: {of: [{failures: 10}, success], within: 10m}
    suppress: 24h
    verdict: guessed
    message: >-
        {subject} logged in from {ip} after many failures within {window}
    actions:
        - title: End the session {session} (Keycloak)
          command: kcadm.sh delete sessions/{session} -r {tenant}
          reversible: false
        - title: Log {subject} out of every session (Keycloak)
          command: kcadm.sh create users/{subject}/logout -r {tenant}
          reversible: false
        - title: Ask {subject} whether it was them
          reversible: true
    tests:
        - name: ten failures, then a success
          story: |
              10:00 anna oslo/hosting:x login refused x10 over 4m
              10:05 anna oslo/hosting:x event session.started
          expect: {level: medium, count: 1}
        - name: a server that tells of the login alone
          story: |
              10:00 anna oslo/hosting:x login refused x10 over 4m
              10:05 anna oslo/hosting:x login
          expect: {level: medium, count: 1}
        - name: nine failures, then a success
          story: |
              10:00 anna oslo/hosting:x login refused x9 over 4m
              10:05 anna oslo/hosting:x event session.started
          expect: none
        - name: somebody else's success
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              10:05 bob  oslo/hosting:x event session.started
          expect: none
        - name: a success the next hour
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              11:05 anna oslo/hosting:x event session.started
          expect: none
        - name: failures after the success
          story: |
              10:00 anna oslo/hosting:x event session.started
              10:01 anna oslo/hosting:x login refused x12 over 4m
          expect: none
        - name: her phone goes on with the session it has
          story: |
              10:00 anna oslo/hosting:x login refused x12 over 4m
              10:05 anna berlin/telekom refresh g5>g6
              10:06 anna oslo/hosting:x event session.started refused outcome=failure
          expect: none

"""###,
            set: 0),
        RuleSource(
            path: "Rules/validation/VAL-14-client-secret-spray.yml",
            text: ###"""
title: One network tries the secrets of many clients
id: c427de98-ba1d-4949-a12f-e3c9f51eddf4
name: VAL-14
status: test
description: |
    Authentication failed for many different clients from one network in a short time. An expired secret is one
    client from its own address; many clients from one place are somebody who tries a list of secrets.

    Triage:
    1. Did one of the clients succeed from this network? Rotate its secret now.
    2. Are the clients of one vendor or one repository? Then a file with their secrets has leaked.
    3. Block the network.
author: Grantrail
date: 2026-11-21
references:
    - https://www.rfc-editor.org/rfc/rfc9700#section-2.5
    - https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
tags:
    - attack.credential-access
    - attack.t1110.003
    - attack.t1078.004
logsource:
    product: oauth
    service: events
detection:
    failed:
        kind: client.auth_failed
    condition: failed
fields:
    - client
    - ip
    - reason
falsepositives:
    - A gateway in front of many clients, after their secrets were rotated
level: high
grantrail:
    key: [issuer, prefix]
    needs:
        all: [failures, client, ip]
    distinct: {of: client, gte: 10, within: 10m}
    suppress: 24h
    verdict: secret_spray
    message: >-
        Authentication failed for {distinct} clients within {window} from {ip}, the last was {client}
    actions:
        - title: Block {ip} at the edge for now
          reversible: true
    tests:
        - name: ten clients in five minutes
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x10 over 5m
          expect: {level: high, count: 1}
        - name: nine clients
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x9 over 5m
          expect: none
        - name: one client with an expired secret
          story: |
              10:00 - oslo/hosting:x client refused client=app x300 over 5m
          expect: none
        - name: twelve clients in a day
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} x12 over 20h
          expect: none
        - name: twelve clients from their own networks
          story: |
              10:00 - oslo/hosting:x client refused client=app-{n} ip=203.0.{n}.9 x12 over 5m
          expect: none
        - name: people who mistype
          story: |
              10:00 - oslo/hosting:x login refused client=app-{n} x12 over 5m
          expect: none

"""###,
            set: 0),
    ]
}
