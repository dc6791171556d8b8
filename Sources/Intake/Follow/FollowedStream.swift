internal import AuditModel

/// One stream of records: what stands in a file, and in whatever copy of it goes on where it ends.
final class FollowedStream {
    let lineage: ID128
    /// Tells streams apart whose first records are equal.
    let ordinal: Int
    /// The first byte not delivered, in decompressed bytes.
    var offset: Int64 = 0
    /// Kept up to date by whoever moves `offset`.
    var place: FilePlace
    /// The file it is read from; nil while none is known to hold it.
    weak var file: FollowedFile?
    /// Whether the sink knows the partition as open.
    var isOpen = false
    var isCaughtUp = false
    /// When its file went away, while a copy of it may still turn up.
    var orphanSince: ContinuousClock.Instant?
    /// Its file was emptied, rather than gone.
    var wasEmptied = false
    /// How long its file was when last seen, before decompression is undone.
    var knownSize: Int64 = 0

    init(lineage: ID128, ordinal: Int, place: FilePlace) {
        self.lineage = lineage
        self.ordinal = ordinal
        self.place = place
    }

    /// The hexadecimal lineage; `#` and a number tell further streams of it apart.
    var partition: String { ordinal == 0 ? lineage.hex : "\(lineage.hex)#\(ordinal)" }

    /// What a partition's name says; nil for one that is none of ours.
    static func parse(partition: String) -> (lineage: ID128, ordinal: Int)? {
        let parts = partition.split(separator: "#", omittingEmptySubsequences: false)
        guard let first = parts.first, let lineage = ID128(hex: String(first)) else { return nil }
        if parts.count == 1 { return (lineage, 0) }
        guard parts.count == 2, let ordinal = Int(parts[1]), ordinal > 0 else { return nil }
        return (lineage, ordinal)
    }
}

/// Every stream that was ever followed, as far as the store remembers.
struct StreamTable {
    private var byLineage: [ID128: [FollowedStream]] = [:]
    /// Streams whose file went away before they ended.
    private(set) var orphans: [FollowedStream] = []

    init(_ positions: [ResumePosition]) {
        for position in positions {
            guard let place = FilePlace(position.detail), position.offset >= 0,
                let name = FollowedStream.parse(partition: position.partition)
            else { continue }
            let stream = FollowedStream(
                lineage: name.lineage, ordinal: name.ordinal, place: place)
            stream.offset = position.offset
            byLineage[name.lineage, default: []].append(stream)
        }
        for lineage in byLineage.keys { byLineage[lineage]?.sort { $0.ordinal < $1.ordinal } }
    }

    /// Streams whose first record has this digest, oldest first.
    subscript(lineage: ID128) -> [FollowedStream] { byLineage[lineage] ?? [] }

    /// Every stream that has not ended, in the order of their partitions.
    var unfinished: [FollowedStream] {
        byLineage.values.joined().filter { !$0.place.isEnded }
            .sorted { ($0.lineage, $0.ordinal) < ($1.lineage, $1.ordinal) }
    }

    /// A new stream of a lineage.
    mutating func add(_ lineage: ID128, _ place: FilePlace) -> FollowedStream {
        let last = byLineage[lineage]?.map(\.ordinal).max()
        let stream = FollowedStream(lineage: lineage, ordinal: (last ?? -1) + 1, place: place)
        byLineage[lineage, default: []].append(stream)
        return stream
    }

    mutating func orphan(_ stream: FollowedStream, at time: ContinuousClock.Instant) {
        stream.file = nil
        if stream.orphanSince == nil { orphans.append(stream) }
        stream.orphanSince = time
    }

    /// The stream has a file again, or ended.
    mutating func settle(_ stream: FollowedStream) {
        if stream.orphanSince == nil { return }
        stream.orphanSince = nil
        orphans.removeAll { $0 === stream }
    }
}
