internal import WireFormat

/// The canonical JSON object of what no column holds: keys in bytewise order, no white space.
///
/// Members refer to the record being decoded; they are gone with the next one.
struct PayloadBuilder: ~Copyable {
    struct Member {
        var key: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
        /// The node of a JSON value that is no string; -1 for text.
        var node: Int
    }

    /// The longest payload in bytes; members that do not fit are left out.
    static let maximumBytes = 16_384
    /// The most members; more are left out.
    static let maximumMembers = 256

    private let members: UnsafeMutablePointer<Member>
    private(set) var count = 0
    /// Members were left out because of a limit or a key that was there twice.
    private(set) var isIncomplete = false
    private var output = ByteBuffer(capacity: maximumBytes * 2)

    init() {
        members = .allocate(capacity: Self.maximumMembers)
    }

    deinit { members.deallocate() }

    mutating func removeAll() {
        count = 0
        isIncomplete = false
    }

    /// Adds a member in its place; of equal keys the first one stays.
    ///
    /// - Parameter key: 8 bytes must be readable behind it.
    mutating func add(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, node: Int = -1
    ) {
        guard count < Self.maximumMembers else {
            isIncomplete = true
            return
        }
        var place = count
        while place > 0 {
            let order = Self.compare(members[place &- 1].key, key)
            if order < 0 { break }
            if order == 0 {
                isIncomplete = true
                close(gapAt: place)
                return
            }
            (members + place).initialize(to: members[place &- 1])
            place &-= 1
        }
        (members + place).initialize(to: Member(key: key, value: value, node: node))
        count &+= 1
    }

    /// Undoes the moves of an insertion that found its key.
    private mutating func close(gapAt place: Int) {
        var index = place
        while index < count {
            members[index] = members[index + 1]
            index += 1
        }
    }

    /// Order of two keys by their bytes, the shorter first: below 0, 0, above 0.
    @inline(__always)
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let first = left.baseAddress, let second = right.baseAddress else {
            return left.count &- right.count
        }
        let shared = min(left.count, right.count)
        var at = 0
        while at &+ 8 <= shared {
            let a = UInt64(bigEndian: first.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let b = UInt64(bigEndian: second.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            if a != b { return a < b ? -1 : 1 }
            at &+= 8
        }
        while at < shared {
            let a = first.load(fromByteOffset: at, as: UInt8.self)
            let b = second.load(fromByteOffset: at, as: UInt8.self)
            if a != b { return a < b ? -1 : 1 }
            at &+= 1
        }
        return left.count &- right.count
    }

    /// The object, or no bytes when it has no members. Valid until the next call.
    mutating func build(_ document: borrowing JSONDocument) -> UnsafeRawBufferPointer {
        output.truncate(to: 0)
        var index = 0
        while index < count {
            let member = members[index]
            let start = output.count
            output.append(start == 0 ? 0x7B : 0x2C)
            output.appendJSON(member.key)
            output.append(0x3A)
            if member.node < 0 {
                output.appendJSON(member.value)
            } else {
                appendNode(member.node, document)
            }
            if output.count >= Self.maximumBytes {
                output.truncate(to: start)
                isIncomplete = true
            }
            index &+= 1
        }
        if output.count > 0 { output.append(0x7D) }
        return output.bytes
    }

    private mutating func appendNode(_ index: Int, _ document: borrowing JSONDocument) {
        var writer = JSONWriter()
        CanonicalNode.write(index, document, &writer)
        writer.bytes.withUnsafeBytes { output.append($0) }
    }
}

/// A value of a document again as JSON, the keys of its objects in bytewise order.
enum CanonicalNode {
    /// The depth of recursion is the document's depth, which its reader limits.
    static func write(
        _ index: Int, _ document: borrowing JSONDocument, _ writer: inout JSONWriter
    ) {
        let node = document[index]
        switch node.kind {
        case .string: writer.string(document.value(node))
        case .null, .bool: writer.raw(document.value(node))
        case .number: writeNumber(document.value(node), &writer)
        case .array:
            writer.beginArray()
            for child in children(index, document) { write(child, document, &writer) }
            writer.endArray()
        case .object:
            let sorted = children(index, document)
                .map { (key: document.key(document[$0]), node: $0) }
                .sorted { PayloadBuilder.compare($0.key, $1.key) < 0 }
            writer.beginObject()
            for child in sorted {
                writer.key(String(decoding: child.key, as: UTF8.self))
                write(child.node, document, &writer)
            }
            writer.endObject()
        }
    }

    /// As written where every reader can hold it, else as text: `1e999` is none's number.
    private static func writeNumber(_ text: UnsafeRawBufferPointer, _ writer: inout JSONWriter) {
        if isPlain(text) { writer.raw(text) } else { writer.string(text) }
    }

    /// Whether every reader can hold a number as it is written.
    static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        if case .value = JSONNumber.integer(text) { return true }
        return text.count <= 17 && !text.contains { $0 | 0x20 == 0x65 }
    }

    private static func children(_ index: Int, _ document: borrowing JSONDocument) -> [Int] {
        var found: [Int] = []
        let end = Int(document[index].next)
        var child = index + 1
        while child < end {
            found.append(child)
            child = Int(document[child].next)
        }
        return found
    }
}
