internal import AuditModel
internal import MarkedText

/// Acts to events, as a server would have logged them that shows everything (L4).
struct StoryEvents {
    private var networks = StoryNetworks()
    private var hosts: [String: UInt8] = [:]
    private var unknownTokens = 0

    static let dialect = "story"
    static let issuer = "https://story.example"
    static let tenant = "story"
    static let client = "app"

    /// - Parameters:
    ///   - isMidlife: nothing is told of what came before the story's first line.
    ///   - rotation: see ``RuleTest/rotation``.
    mutating func add(
        _ acts: [StoryAct], isMidlife: Bool, rotation: String?, to timeline: inout TestTimeline
    ) {
        if let rotation {
            for act in StoryPrelude.acts(rotation, clients: Set(acts.map(\.lineage.client))) {
                timeline.add(event(act))
            }
        }
        if !isMidlife {
            for (lineage, birth) in StoryBirth.births(acts) { add(birth, lineage, to: &timeline) }
        }
        for act in acts { timeline.add(event(act)) }
    }

    private mutating func add(
        _ birth: StoryBirth, _ lineage: StoryAct.Lineage, to timeline: inout TestTimeline
    ) {
        let step = StoryBirth.secondsBefore / (birth.tokens.count + 1)
        for (index, token) in birth.tokens.enumerated() {
            var act = birth.first
            act.lineage = lineage
            act.members.removeAll { !["user_agent", "device", "tls"].contains($0.name) }
            act.second += index * max(1, step) - StoryBirth.secondsBefore
            act.verb =
                index == 0
                ? .code(nil, issued: token)
                : .refresh(birth.tokens[index - 1], issued: token)
            timeline.add(event(act))
        }
    }

    /// What an event of this story's server has in any case.
    static func plain() -> TestEvent {
        var event = TestEvent()
        event.row.outcome = .success
        event.row.ipRole = .holder
        event.texts = [
            .dialect: dialect, .source: dialect, .issuer: issuer, .tenant: tenant,
        ]
        return event
    }

    private mutating func event(_ act: StoryAct) -> TestEvent {
        var event = Self.plain()
        event.row.time = TestTimeline.time(act.second, millisecond: act.millisecond)
        event.texts[.client] = act.lineage.client
        if !act.lineage.subject.isEmpty { event.texts[.subject] = act.lineage.subject }
        event.texts[.scopes] = "openid offline_access"
        event.texts[.userAgent] =
            act.actor == StoryAct.stranger ? "stranger" : "\(act.actor)'s device"
        place(act.place, actor: act.actor, in: &event)
        event.name(act.lineage.session, .session)
        fill(&event, act)
        for member in act.members { _ = RawEventReader.read(member, into: &event) }
        return event
    }

    /// Gives an event the address of a place, one for each actor there.
    mutating func place(_ place: StoryPlace, actor: String, in event: inout TestEvent) {
        let host = hosts[actor] ?? UInt8(hosts.count % 200 + 10)
        hosts[actor] = host
        networks.place(place, host: host, in: &event)
    }

    /// Gives an event of a list the address of its `where`, unless it has one of its own.
    mutating func place(_ raw: RawEvent, number: Int, in event: inout TestEvent) {
        guard let text = raw.whereText?.replacing("{n}", with: "\(number)"),
            case .place(let place) = StoryAtlas.read(text)
        else { return }
        self.place(place, actor: event.texts[.subject] ?? StoryAct.nobody, in: &event)
        for member in raw.members { _ = RawEventReader.read(member.numbered(number), into: &event) }
    }

    private mutating func fill(_ event: inout TestEvent, _ act: StoryAct) {
        switch act.verb {
        case .code(let code, let issued):
            event.row.kind = .codeRedeemed
            if let code { event.name(code, .code) }
            issue(issued, act, &event)
        case .refresh(let presented, let issued):
            event.row.kind = .refreshSucceeded
            event.name(refreshID(presented, act), .presented)
            issue(issued, act, &event)
        case .use(let token):
            event.row.kind = .tokenUsed
            event.name(accessID(token, act), .presented)
        case .refused(let presented, let refusal):
            event.row.outcome = .failure
            event.name(refreshID(presented, act), .presented)
            refuse(refusal, &event.row)
        case .deed(let deed): fill(&event, act, deed)
        }
    }

    private mutating func fill(_ event: inout TestEvent, _ act: StoryAct, _ deed: StoryDeed) {
        event.row.kind = deed.kind
        event.row.outcome = deed.outcome
        event.row.reason = deed.reason
        event.row.ipRole = deed.ipRole
        if deed.kind == .codeReplayed { event.row.flags.insert(.asserted) }
        if let code = deed.code { event.name(code, .code) }
        if let grantType = deed.grantType { event.texts[.grantType] = grantType }
        if let issued = deed.issued { issue(issued, act, &event) }
        if let leak = deed.leak, let token = deed.token {
            let name = leak.kind == "rt" ? refreshID(token, act) : accessID(token, act)
            let id = Array(name.utf8).withUnsafeBytes { ID128.pack($0)?.id } ?? .none
            event.texts[.leaked] =
                LeakedToken(kind: leak.kind, id: id, isExpired: leak.isExpired).text
        } else if let token = deed.token {
            event.name(accessID(token, act), .presented)
        } else if deed.isUnknownToken {
            unknownTokens += 1
            event.name("unknown-\(unknownTokens)", .presented)
        }
    }

    private func issue(_ token: StoryToken, _ act: StoryAct, _ event: inout TestEvent) {
        event.row.effects.insert(.tokenIssued)
        event.name(refreshID(token, act), .issuedRefresh)
        event.name(accessID(token, act), .issuedAccess)
    }

    private func refuse(_ refusal: StoryAct.Refusal, _ row: inout EventRow) {
        row.kind = .refreshRejected
        switch refusal {
        case .plain: row.reason = .unspecified
        case .stale: row.reason = .policy
        case .expired: row.reason = .expired
        case .gone: row.reason = .notFound
        case .reuse:
            row.kind = .refreshReuseDetected
            row.reason = .reused
            row.flags.insert(.asserted)
        }
    }

    private func refreshID(_ token: StoryToken, _ act: StoryAct) -> String {
        let tab = act.lineage.tab == 1 ? "" : "/tab\(act.lineage.tab)"
        return "\(act.lineage.session)/\(act.lineage.client)\(tab)/\(token.text)"
    }

    private func accessID(_ token: StoryToken, _ act: StoryAct) -> String {
        refreshID(token, act) + "/access"
    }
}

/// What came before a story, so that the ledger knows the client's rotation policy the only way it
/// can: from what other people's events showed.
enum StoryPrelude {
    /// Subjects of the prelude begin with this; no story can name them so.
    static let subjectPrefix = "= "
    private static let daysBefore = 2

    static func acts(_ rotation: String, clients: Set<String>) -> [StoryAct] {
        clients.sorted().flatMap { client in
            rotation == "on" ? refusal(client) : acceptances(client)
        }
    }

    /// One refusal that the server called reuse.
    private static func refusal(_ client: String) -> [StoryAct] {
        let token = StoryToken(generation: 0)
        return [
            act(client, 0, 0, .code(nil, issued: token)),
            act(client, 0, 60, .refresh(token, issued: StoryToken(generation: 1))),
            act(client, 0, 61, .refused(token, .reuse)),
        ]
    }

    /// Spent tokens accepted again from their owners: four times over, by six of them, each time
    /// later than any server's leeway for retries.
    private static func acceptances(_ client: String) -> [StoryAct] {
        let token = StoryToken(generation: 0)
        return (0..<6).flatMap { owner in
            [act(client, owner, 0, .code(nil, issued: token))]
                + (0..<5).map { time in
                    let issued = StoryToken(generation: 1, suffix: time == 0 ? "" : "\(time)")
                    return act(client, owner, 60 + 600 * time, .refresh(token, issued: issued))
                }
        }
    }

    private static func act(
        _ client: String, _ owner: Int, _ second: Int, _ verb: StoryAct.Verb
    ) -> StoryAct {
        let subject = "\(subjectPrefix)\(owner)"
        return StoryAct(
            second: second + owner * 3600 - daysBefore * 86_400, actor: subject,
            place: StoryPlace(city: nil, prefix: subject, network: "prelude"), verb: verb,
            lineage: StoryAct.Lineage(
                subject: subject, session: "\(subject) \(client)", client: client, tab: 1),
            line: .whole)
    }
}
