internal import AuditModel

/// Acts to events in total order, as a server would have logged them that shows everything (L4).
struct StoryEvents {
    private struct Entry {
        var row: EventRow
        var texts: [(column: IDColumn, text: String)]
    }

    private var pool = StringPool()
    private var networks = StoryNetworks()
    private var hosts: [String: UInt8] = [:]
    private var entries: [Entry] = []

    static let dialect = "story"
    static let issuer = "https://story.example"
    static let tenant = "story"
    /// 2026-03-02T00:00:00Z, a Monday, in seconds.
    static let firstMidnight: Int64 = 1_772_409_600

    /// - Parameters:
    ///   - isMidlife: nothing is told of what came before the story's first line.
    ///   - rotation: see ``RuleTest/rotation``.
    static func batch(
        _ acts: [StoryAct], isMidlife: Bool, rotation: String?
    ) -> EventBatch {
        var builder = StoryEvents()
        if let rotation {
            for act in StoryPrelude.acts(rotation, clients: Set(acts.map(\.lineage.client))) {
                builder.add(act)
            }
        }
        if !isMidlife {
            for (lineage, birth) in StoryBirth.births(acts) { builder.add(birth, lineage) }
        }
        for act in acts { builder.add(act) }
        return builder.batch()
    }

    private mutating func add(_ birth: StoryBirth, _ lineage: StoryAct.Lineage) {
        let step = StoryBirth.secondsBefore / (birth.tokens.count + 1)
        for (index, token) in birth.tokens.enumerated() {
            var act = birth.first
            act.lineage = lineage
            act.second += index * max(1, step) - StoryBirth.secondsBefore
            act.verb =
                index == 0 ? .code(token) : .refresh(birth.tokens[index - 1], issued: token)
            add(act)
        }
    }

    private mutating func add(_ act: StoryAct) {
        var row = EventRow()
        row.time = (Self.firstMidnight + Int64(act.second)) * 1_000_000_000
        row.at = Int64(entries.count)
        row.outcome = .success
        row.dialect = pool.code(of: Self.dialect)
        row.source = pool.code(of: Self.dialect)
        row.issuer = pool.code(of: Self.issuer)
        row.tenant = pool.code(of: Self.tenant)
        row.client = pool.code(of: act.lineage.client)
        row.subject = pool.code(of: act.lineage.subject)
        row.scopes = pool.code(of: "openid offline_access")
        row.userAgent = pool.code(
            of: act.actor == StoryAct.stranger ? "stranger" : "\(act.actor)'s device")
        let host = hosts[act.actor] ?? UInt8(hosts.count % 200 + 10)
        hosts[act.actor] = host
        networks.place(act.place, host: host, in: &row)
        var hash = IdentityHash("story-event/1")
        hash.add(Int64(entries.count))
        row.id = hash.id()
        var entry = Entry(row: row, texts: [])
        name(act.lineage.session, .session, &entry)
        fill(&entry, act)
        entries.append(entry)
    }

    private func fill(_ entry: inout Entry, _ act: StoryAct) {
        switch act.verb {
        case .login: entry.row.kind = .authnSucceeded
        case .logout: entry.row.kind = .sessionEnded
        case .code(let issued):
            entry.row.kind = .codeRedeemed
            issue(issued, act, &entry)
        case .refresh(let presented, let issued):
            entry.row.kind = .refreshSucceeded
            name(refreshID(presented, act), .presented, &entry)
            issue(issued, act, &entry)
        case .use(let token):
            entry.row.kind = .tokenUsed
            name(accessID(token, act), .presented, &entry)
        case .refused(let presented, let refusal):
            entry.row.outcome = .failure
            name(refreshID(presented, act), .presented, &entry)
            refuse(refusal, &entry.row)
        }
    }

    private func issue(_ token: StoryToken, _ act: StoryAct, _ entry: inout Entry) {
        entry.row.effects.insert(.tokenIssued)
        name(refreshID(token, act), .issuedRefresh, &entry)
        name(accessID(token, act), .issuedAccess, &entry)
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

    private func name(_ text: String, _ column: IDColumn, _ entry: inout Entry) {
        guard let packed = Array(text.utf8).withUnsafeBytes({ ID128.pack($0) }) else { return }
        switch column {
        case .session: entry.row.session = packed.id
        case .presented: entry.row.presented = packed.id
        case .issuedRefresh: entry.row.issuedRefresh = packed.id
        default: entry.row.issuedAccess = packed.id
        }
        if !packed.isText { entry.texts.append((column, text)) }
    }

    private func batch() -> EventBatch {
        var batch = EventBatch(capacity: entries.count)
        batch.pool = pool
        for entry in entries.sorted(by: { $0.row.orderKey < $1.row.orderKey }) {
            batch.append(entry.row)
            for text in entry.texts { batch.keepText(text.text, of: text.column) }
        }
        return batch
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
            act(client, 0, 0, .code(token)),
            act(client, 0, 60, .refresh(token, issued: StoryToken(generation: 1))),
            act(client, 0, 61, .refused(token, .reuse)),
        ]
    }

    /// Spent tokens accepted again from their owners: four times over, by six of them, each time
    /// later than any server's leeway for retries.
    private static func acceptances(_ client: String) -> [StoryAct] {
        let token = StoryToken(generation: 0)
        return (0..<6).flatMap { owner in
            [act(client, owner, 0, .code(token))]
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
            place: StoryPlace(country: "CH", prefix: subject, network: "prelude"), verb: verb,
            lineage: StoryAct.Lineage(
                subject: subject, session: "\(subject) \(client)", client: client, tab: 1),
            line: .whole)
    }
}
