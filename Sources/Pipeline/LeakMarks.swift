internal import AuditModel
internal import TokenScan

/// Says of events that their records held tokens where none belongs.
enum LeakMarks {
    /// Sets `leaked` and the effect of every event whose record had a leak: the most telling one,
    /// the first of those.
    ///
    /// Every secret is one, but for those that the dialect reads as the ids of the event's own
    /// tokens and codes: with them the record is what its server always writes.
    ///
    /// - Parameters:
    ///   - events: the events of these records alone, in their order.
    ///   - expectsSecrets: see `LogFormat`; if not, every secret is a leak.
    /// - Returns: how many leaks there were.
    static func mark(
        _ events: inout EventBatch, _ sightings: [TokenSighting], in records: RecordBatch,
        expectsSecrets: Bool = true
    ) -> Int {
        var leaks = 0
        var row = 0
        var next = 0
        while next < sightings.count {
            let record = sightings[next].record
            let end = sightings[next...].firstIndex { $0.record != record } ?? sightings.count
            defer { next = end }
            guard records.records.indices.contains(record) else { continue }
            let at = records.records[record].at
            while row < events.count, events.at[row] < at { row += 1 }
            guard row < events.count, events.at[row] == at else { continue }
            let found = sightings[next..<end].filter {
                !expectsSecrets || !isOwn($0, events, row)
            }
            leaks += found.count
            let best = found.min { rank($0) < rank($1) }
            if let best { mark(&events, row, best) }
        }
        return leaks
    }

    private static func mark(_ events: inout EventBatch, _ row: Int, _ sighting: TokenSighting) {
        let leaked = LeakedToken(
            kind: sighting.kind.tag, id: sighting.claims?.tokenID ?? sighting.anyFingerprint,
            isExpired: sighting.claims?.isExpired(at: events.time[row]) ?? false)
        events.setCode(.leaked, row, events.pool.code(of: leaked.text))
        events.addEffects(.tokenLeaked, row: row)
    }

    private static func isOwn(
        _ sighting: TokenSighting, _ events: borrowing EventBatch, _ row: Int
    ) -> Bool {
        let columns: [IDColumn] = [.presented, .issuedAccess, .issuedRefresh, .code]
        return columns.contains { events.id($0, row) == sighting.fingerprint }
    }

    private static func rank(_ sighting: TokenSighting) -> Int {
        if sighting.claims?.tokenID != nil { return 0 }
        if sighting.claims != nil { return 1 }
        switch sighting.kind {
        case .refreshToken: return 2
        case .accessToken, .bearer, .dpop, .idToken, .token, .jwt: return 3
        default: return 4
        }
    }
}
