internal import AuditModel
internal import GrantLedger

/// `new_value`: a value that the key did not have within the window's span, from a key that has
/// been known for some time. A key that was silent for the whole span is learnt anew.
struct NewValueOperator: RuleOperator {
    /// Different values of one key that are remembered; the one not seen for longest is forgotten.
    static let mostValues = 64
    static let mostKeys = 131_072
    /// Values, each of one issuer, of which it is remembered who has them.
    static let mostShared = 65_536
    /// Other keys that a rule may ask for.
    static let mostPeers = 255

    struct Sighting: Sendable, BitwiseCopyable {
        var what: ID128
        var time: Int64
    }

    struct State: Sendable {
        var since: Int64
        var last: EventReference
        /// Different values, the latest last.
        var values: ContiguousArray<Sighting> = []
    }

    private let clock: WindowClock
    private let news: Operation.NewValue
    private let peers: Int
    var table = KeyedTable<State>(capacity: NewValueOperator.mostKeys)
    /// By issuer and value: the keys that had it, the latest last.
    var shared = KeyedTable<ContiguousArray<Sighting>>(
        capacity: NewValueOperator.mostShared)

    init(_ operation: Operation, _ news: Operation.NewValue) {
        clock = WindowClock(window: operation.window)
        self.news = news
        peers = min(max(0, news.peers), Self.mostPeers)
    }

    var evictions: Int { table.evictions + shared.evictions }

    /// With each key's share of what is known of others.
    var bytesPerKey: Int {
        let sharing = peers == 0 ? 0 : (peers + 1) * Self.mostShared / Self.mostKeys
        return MemoryLayout<State>.stride
            + (Self.mostValues + 1 + sharing) * MemoryLayout<Sighting>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        guard let value = GroupKey.value(news.fields, batch, row, transition, pool)
        else { return nil }
        let time = occurrence.time
        let oldest = clock.horizon(at: time)
        let others = self.others(
            having: value, than: occurrence.key, at: time,
            GeoVelocityOperator.owner(batch, row))
        let reference = EventReference(batch, row)
        let known = table.with(
            occurrence.key, fresh: { State(since: time, last: reference) }
        ) { state -> (age: Int64, last: EventReference)? in
            if state.last.time <= oldest {
                state.values.removeAll()
                state.since = time
            }
            let last = state.last
            state.last = reference
            let isOld = Self.note(value, at: time, in: &state.values, Self.mostValues) > oldest
            return isOld ? nil : (time.subtractingReportingOverflow(state.since).0, last)
        }
        guard let known, known.age >= news.learn, peers == 0 || others < peers
        else { return nil }
        return firing(batch, row, transition, pool, after: known.last, reference)
    }

    /// How many other keys of the issuer had the value in the span; notes that this one has it.
    private mutating func others(
        having value: ID128, than key: ID128, at time: Int64, _ owner: UInt64
    ) -> Int {
        if peers == 0 { return 0 }
        let oldest = clock.horizon(at: time)
        let most = peers + 1
        let place = ID128(
            high: value.high &+ owner &* 0x9E37_79B9_7F4A_7C15, low: value.low)
        return shared.with(place, fresh: { [] }) { keys in
            let count = keys.count { $0.what != key && $0.time > oldest }
            _ = Self.note(key, at: time, in: &keys, most)
            return count
        }
    }

    /// Moves a value to the end.
    ///
    /// - Returns: when it was seen before; `.min` for never.
    private static func note(
        _ what: ID128, at time: Int64, in list: inout ContiguousArray<Sighting>, _ most: Int
    ) -> Int64 {
        var earlier = Int64.min
        if let index = list.lastIndex(where: { $0.what == what }) {
            earlier = list[index].time
            if index == list.count - 1 {
                list[index].time = time
                return earlier
            }
            list.remove(at: index)
        } else if list.count == most {
            list.removeFirst()
        }
        list.append(Sighting(what: what, time: time))
        return earlier
    }

    private func firing(
        _ batch: EventBatch, _ row: Int, _ transition: Transition?, _ pool: StringPool,
        after last: EventReference, _ own: EventReference
    ) -> Firing {
        let texts = news.fields.map {
            FieldReader.value($0, batch, row, transition, pool).text
        }
        return Firing(
            figures: [
                Firing.Figure(
                    name: "value", value: texts.joined(separator: ", "),
                    comparedTo: "not seen for \(clock.text)")
            ], evidence: last == own ? [] : [last])
    }
}
