internal import AuditModel
internal import Glibc
internal import WireFormat

/// The values of one event's payload by dotted path.
struct PayloadMembers: Sendable {
    private struct Member: Sendable {
        /// ASCII letters folded; arrays leave no trace.
        let path: String
        let text: String
    }

    private var members: [Member] = []

    /// The deepest nesting that is entered; deeper values are not seen.
    fileprivate static let deepest = 16
    private static let longest = 1 << 20

    /// Without members.
    static let empty = PayloadMembers()

    private init() {}

    /// - Parameter wanted: the members to read; nil reads all.
    init(
        _ batch: EventBatch, _ row: Int, _ scratch: PayloadScratch = PayloadScratch(),
        wanted: PayloadNames? = nil
    ) {
        batch.withPayload(row) { bytes in
            if !bytes.isEmpty, bytes.count <= Self.longest, wanted?.mayOccur(in: bytes) ?? true {
                scratch.read(bytes) { add($0[$1], $0, &$2, wanted) }
            }
        }
    }

    /// All values at a path or below it, in the order of the payload.
    func values(_ path: String) -> [String] {
        if members.isEmpty { return [] }
        return members.filter { member in
            member.path.hasPrefix(path)
                && (member.path.utf8.count == path.utf8.count
                    || member.path.utf8.dropFirst(path.utf8.count).first == 0x2E)
        }.map(\.text)
    }

    var texts: [String] { members.map(\.text) }

    private mutating func add(
        _ node: JSONNode, _ document: borrowing JSONDocument,
        _ names: inout ContiguousArray<UnsafeRawBufferPointer>, _ wanted: PayloadNames?
    ) {
        let depth = Int(node.depth)
        guard depth <= Self.deepest else { return }
        names.removeLast(max(0, names.count - max(0, depth - 1)))
        let key = document.key(node)
        while names.count < depth - 1 { names.append(Self.nameless) }
        if depth > 0 { names.append(key) }
        switch node.kind {
        case .string, .number, .bool:
            // A path stands for all that lies below it.
            if let wanted, !names.contains(where: wanted.mayHave) { return }
            let path = names.filter { !$0.isEmpty }
                .map { String(decoding: $0, as: UTF8.self).asciiLowercased }
            members.append(
                Member(
                    path: path.joined(separator: "."),
                    text: String(decoding: document.value(node), as: UTF8.self)))
        case .null, .array, .object: break
        }
    }

    private static var nameless: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

/// The last names of the paths that are asked for.
struct PayloadNames: Sendable {
    private var hashes: ContiguousArray<UInt64> = []
    /// Bit i: a name whose hash ends in i.
    private var bits: UInt64 = 0
    /// Bit `last + 256 * last but one`: a name that ends in these folded bytes.
    private var endings = ContiguousArray<UInt64>(repeating: 0, count: 1024)

    mutating func add(path: String) {
        var folded = path.asciiLowercased
        let name = folded.withUTF8 { bytes in
            let start = bytes.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? 0
            return Self.hash(
                UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start...])))
        }
        let place = hashes.firstIndex { $0 >= name } ?? hashes.count
        if place == hashes.count || hashes[place] != name { hashes.insert(name, at: place) }
        bits |= 1 << (name & 63)
        // From its last byte on.
        let ending = folded.utf8.reversed().prefix { $0 != UInt8(ascii: ".") }.prefix(2)
        let all = UInt8.min...UInt8.max
        for last in ending.first.map({ $0...$0 }) ?? all {
            for other in ending.dropFirst().first.map({ $0...$0 }) ?? all {
                mark(Int(last) | Int(other) << 8)
            }
        }
    }

    private mutating func mark(_ ending: Int) {
        endings[ending >> 6] |= 1 << UInt64(ending & 63)
    }

    /// Whether a text may have a member with one of the names: false only where none has.
    func mayOccur(in text: UnsafeRawBufferPointer) -> Bool {
        guard let base = text.baseAddress, text.count > 3 else { return false }
        // An escape may hide a name.
        if memchr(base, 0x5C, text.count) != nil { return true }
        let end = base + text.count
        var rest = base
        while let colon = memchr(rest, 0x3A, rest.distance(to: end)) {
            let place = base.distance(to: UnsafeRawPointer(colon))
            rest = UnsafeRawPointer(colon) + 1
            if place < 3 { continue }
            let before = text[place - 1]
            if before <= 0x20 { return true }
            guard before == UInt8(ascii: "\"") else { continue }
            let ending = Int(text[place - 2].asciiLowercased)
                | Int(text[place - 3].asciiLowercased) << 8
            if endings[ending >> 6] & 1 << UInt64(ending & 63) != 0 { return true }
        }
        return false
    }

    /// Whether a path may end in a name; true for one that holds a full stop itself.
    func mayHave(_ name: UnsafeRawBufferPointer) -> Bool {
        let hash = Self.hash(name)
        guard hash != 0 else { return true }
        guard bits & (1 << (hash & 63)) != 0 else { return false }
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }

    /// FNV-1a over folded bytes, mixed; 0 for a name with a full stop.
    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name {
            if byte == UInt8(ascii: ".") { return 0 }
            hash = (hash ^ UInt64(byte.asciiLowercased)) &* 0x100_0000_01B3
        }
        return (hash ^ (hash >> 32)) | 1
    }
}

/// Memory for reading payloads, used again for every event of one engine.
final class PayloadScratch {
    private var document = JSONDocument()
    private var buffer: ContiguousArray<UInt8> = []
    private var names: ContiguousArray<UnsafeRawBufferPointer> = []

    /// Visits the values of a payload that is JSON, by their index.
    func read(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (
            borrowing JSONDocument, Int, inout ContiguousArray<UnsafeRawBufferPointer>
        ) -> Void
    ) {
        // The reader loads whole words past the end.
        let room = bytes.count + RecordBatch.tailPadding
        if buffer.count < room { buffer = ContiguousArray(repeating: 0, count: room * 2) }
        names.removeAll(keepingCapacity: true)
        buffer.withUnsafeMutableBytes { all in
            all.copyMemory(from: bytes)
            let text = UnsafeRawBufferPointer(rebasing: all[..<bytes.count])
            guard (try? document.read(text)) != nil else { return }
            for index in 0..<document.count { body(document, index, &names) }
        }
        names.removeAll(keepingCapacity: true)
    }
}
