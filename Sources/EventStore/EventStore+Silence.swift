public import AuditModel

/// What people want to hear nothing of, and of what they were told.
extension EventStore {
    /// Silences by id.
    ///
    /// - Parameter includingEnded: also those of which the end was noted.
    public func silences(includingEnded: Bool) throws(StoreError) -> [Silence] {
        guard try hasSilences() else { return [] }
        let query = try database.prepare(
            "SELECT \(Self.silenceColumns) FROM silence WHERE ?1 OR ended = 0 ORDER BY id",
            doing: "read silences")
        query.bind(1, Int64(includingEnded ? 1 : 0))
        var found: [Silence] = []
        while try query.step() { found.append(try checkedSilence(query)) }
        return found
    }

    /// One silence; nil if there is none of this id.
    public func silence(id: Int64) throws(StoreError) -> Silence? {
        guard try hasSilences() else { return nil }
        let query = try database.prepare(
            "SELECT \(Self.silenceColumns) FROM silence WHERE id = ?1", doing: "read a silence")
        query.bind(1, id)
        defer { query.reset() }
        return try query.step() ? try checkedSilence(query) : nil
    }

    /// The id of the last silence; 0 before the first.
    public func lastSilence() throws(StoreError) -> Int64 {
        guard try hasSilences() else { return 0 }
        return try database.number(
            "SELECT coalesce(max(id), 0) FROM silence", doing: "read silences")
    }

    /// Whether there is a notice of an alert: whether anybody was told of it.
    public func hasNotice(of alert: ID128) throws(StoreError) -> Bool {
        guard try hasSilences() else { return false }
        let query = try database.prepare(
            "SELECT 1 FROM notice WHERE id = ?1 LIMIT 1", doing: "read notices")
        query.bind(1, alert)
        defer { query.reset() }
        return try query.step()
    }

    static let silenceColumns = """
        id, rule, client, subject, tenant, attackers, most, actor, reason, created, until, held, \
        ended, ended_by, digest
        """

    private func checkedSilence(_ query: Statement) throws(StoreError) -> Silence {
        guard let silence = Self.silence(query),
            query.array(14) == LiveHash.silence(silence, identity)
        else { throw corrupt("silence \(query.int(0)) does not match its digest") }
        return silence
    }

    /// The columns of a row; nil when one has no meaning.
    static func silence(_ query: Statement) -> Silence? {
        func text(_ column: Int32) -> String? {
            let text = query.text(column)
            return text.isEmpty ? nil : text
        }
        let words = query.text(5).split(separator: " ")
        let attackers = words.compactMap { word -> IPPrefix? in
            if case .success(let prefix) = IPPrefix.read(String(word)) { prefix } else { nil }
        }
        guard attackers.count == words.count,
            let most = UInt8(exactly: query.int(6)).flatMap(Severity.init(rawValue:))
        else { return nil }
        var silence = Silence(
            id: query.int(0), most: most, actor: query.text(7), reason: query.text(8),
            created: query.int(9), until: query.int(10))
        silence.rule = text(1)
        silence.client = text(2)
        silence.subject = text(3)
        silence.tenant = text(4)
        silence.attackers = attackers
        silence.held = query.int(11)
        silence.ended = query.int(12) == 0 ? nil : query.int(12)
        silence.endedBy = query.text(13)
        return silence.attackerText == query.text(5) ? silence : nil
    }

    private func hasSilences() throws(StoreError) -> Bool {
        try checkUsable(forWriting: false)
        return formatVersion >= 4
    }

    // MARK: - Writing, in the transaction of a commit

    /// Adds a silence, or writes what became of one.
    func write(_ silence: Silence, _ statements: LiveStatements) throws(StoreError) {
        let find = statements.silenceKnown
        find.bind(1, silence.id)
        let isKnown = try find.step()
        find.reset()
        let digest = LiveHash.silence(silence, identity)
        if isKnown {
            try statements.silenceChange.insert(
                silence.id, silence.held, silence.ended ?? 0, silence.endedBy, digest)
        } else {
            try statements.silence.insert(
                silence.id, silence.rule ?? "", silence.client ?? "", silence.subject ?? "",
                silence.tenant ?? "", silence.attackerText, Int64(silence.most.rawValue),
                silence.actor, silence.reason, silence.created, silence.until, silence.held,
                silence.ended ?? 0, silence.endedBy, digest)
        }
    }
}

extension Silence {
    /// Prefixes with blanks between them.
    var attackerText: String { attackers.map(\.text).joined(separator: " ") }
}
