internal import AuditModel
internal import KafkaAccess

/// What a store keeps beside an offset, to know the topic again.
///
/// Text: `1 CLUSTER MARK`, either of which is `-` if unknown.
struct KafkaPlace: Equatable {
    /// The cluster's id; empty where the brokers give none.
    var cluster = ""
    /// The mark of the last message taken in, the one before the offset; empty if unknown.
    var mark = ""

    var text: String { "1 \(Self.word(cluster)) \(Self.word(mark))" }

    init(cluster: String, mark: String) {
        self.cluster = cluster == "-" ? "" : Self.safe(cluster)
        self.mark = mark
    }

    /// Nothing is known for text of another version.
    init(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 3, words[0] == "1" else { return }
        if words[1] != "-" { cluster = String(words[1]) }
        if words[2] != "-" { mark = String(words[2]) }
    }

    private static func word(_ text: String) -> String { text.isEmpty ? "-" : text }

    private static func safe(_ text: String) -> String {
        let bytes = text.utf8.prefix(128).map { KafkaName.isWord($0) ? $0 : UInt8(ascii: "_") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Tells one message from another at the same offset of a topic made anew: 16 hexadecimal
    /// digits.
    static func mark(of value: UnsafeRawBufferPointer, timestamp: Int64) -> String {
        var hash = IdentityHash("kafka.message/1")
        hash.add(timestamp)
        hash.add(Int64(value.count))
        hash.add(UnsafeRawBufferPointer(rebasing: value.prefix(4096)))
        let text = String(hash.id().high, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

/// Where reading of a partition starts.
struct KafkaStart: Equatable {
    /// The first offset to deliver.
    var next: Int64
    /// The mark that the message before `next` must have, which is then fetched first; empty to
    /// fetch from `next`.
    var expectedMark = ""
    var note: Note?

    enum Note: Equatable {
        /// Offsets that were removed before they were read.
        case gap(lost: Int64)
        case recreated(why: String)
    }

    /// What is known about a partition when it is assigned.
    struct Knowledge {
        /// The store's offset and what it keeps beside it.
        var stored: (offset: Int64, place: KafkaPlace)?
        /// The group's offset at the broker.
        var committed: Int64?
        var low: Int64
        var high: Int64
        var cluster: String
        /// Where to start if neither is known.
        var fresh: Int64
        /// Whether reading ends at `high`.
        var isBounded = false
    }

    /// Decides from where a partition is read.
    static func decide(_ known: Knowledge) -> KafkaStart {
        if let stored = known.stored, !stored.place.cluster.isEmpty,
            !known.cluster.isEmpty,
            KafkaPlace(cluster: known.cluster, mark: "").cluster != stored.place.cluster
        {
            return KafkaStart(
                next: known.low, note: .recreated(why: "the cluster has another id"))
        }
        guard let place = [known.stored?.offset, known.committed].compactMap({ $0 }).max() else {
            return KafkaStart(next: min(max(known.fresh, known.low), known.high))
        }
        if place > known.high {
            // Some brokers name an end that lags. The message before the place proves the topic;
            // if there is none, the brokers answer that the offset is out of range.
            if let stored = known.stored, stored.offset == place, !stored.place.mark.isEmpty,
                !known.isBounded
            {
                return KafkaStart(next: place, expectedMark: stored.place.mark)
            }
            let why = "it ends at offset \(known.high) and was read up to \(place)"
            return KafkaStart(next: known.low, note: .recreated(why: why))
        }
        if place < known.low {
            return KafkaStart(next: known.low, note: .gap(lost: known.low - place))
        }
        guard let stored = known.stored, stored.offset == place, place > known.low else {
            return KafkaStart(next: place)
        }
        return KafkaStart(next: place, expectedMark: stored.place.mark)
    }
}
