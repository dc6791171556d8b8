internal import WireFormat

/// The canonical JSON of what no column holds of a nested record: its own shape without the
/// members that columns hold, without nulls and without what is empty then; keys in bytewise
/// order, no white space.
///
/// Bounded like ``PayloadBuilder``; nothing is allocated once it has seen its largest record.
struct PayloadTree: ~Copyable {
    /// The most members of one object; more are left out.
    static let maximumMembers = PayloadBuilder.maximumMembers
    /// The longest text in bytes; longer ones are cut.
    static let maximumText = 4096

    /// A member that the record has elsewhere, in the words that rules use.
    private struct Synonym {
        var name: UnsafeRawBufferPointer
        var text: UnsafeRawBufferPointer
    }

    /// A member in its order: the first eight bytes of its key decide, if they can.
    private struct Place: BitwiseCopyable {
        var prefix: UInt64 = 0
        var node: Int32 = 0
    }

    /// Values or members were left out or cut because of a limit.
    private(set) var isIncomplete = false
    private var output = ByteBuffer(capacity: PayloadBuilder.maximumBytes * 2)
    /// By node, the round in which a column took it.
    private var taken: UnsafeMutablePointer<UInt32>
    private var round: UInt32 = 0
    /// The members of the open objects, in order, one object behind the other.
    private var order: UnsafeMutablePointer<Place>
    private var capacity = 256
    private var synonyms: ContiguousArray<Synonym> = []
    private var writtenSynonyms = 0

    init() {
        taken = .allocate(capacity: capacity)
        taken.initialize(repeating: 0, count: capacity)
        order = .allocate(capacity: capacity)
        order.initialize(repeating: Place(), count: capacity)
    }

    deinit {
        taken.deallocate()
        order.deallocate()
    }

    /// Forgets what was taken.
    ///
    /// - Parameter count: the number of the document's nodes.
    mutating func begin(_ count: Int) {
        isIncomplete = false
        synonyms.removeAll(keepingCapacity: true)
        if count > capacity { widen(to: count) }
        round &+= 1
        if round == 0 {
            taken.update(repeating: 0, count: capacity)
            round = 1
        }
    }

    @inline(never)
    private mutating func widen(to count: Int) {
        while capacity < count { capacity *= 2 }
        taken.deallocate()
        order.deallocate()
        taken = .allocate(capacity: capacity)
        taken.initialize(repeating: 0, count: capacity)
        order = .allocate(capacity: capacity)
        order.initialize(repeating: Place(), count: capacity)
        round = 0
    }

    /// A column holds this value from now on.
    @inline(__always)
    mutating func take(_ node: Int) { taken[node] = round }

    /// Also writes a text under another name, in the outermost object, unless that has such a
    /// member. Names must come in the order of their bytes.
    mutating func add(_ name: StaticString, _ text: UnsafeRawBufferPointer) {
        synonyms.append(
            Synonym(
                name: UnsafeRawBufferPointer(
                    start: name.utf8Start, count: name.utf8CodeUnitCount),
                text: text))
    }

    /// The object, or no bytes when nothing is left of it. Valid until the next call.
    mutating func build(_ document: borrowing JSONDocument, _ root: Int) -> UnsafeRawBufferPointer {
        output.truncate(to: 0)
        writtenSynonyms = 0
        writeObject(document, root, 0, PayloadBuilder.maximumBytes)
        return output.bytes
    }

    /// Writes an object; nothing if it has no member left.
    ///
    /// - Parameters:
    ///   - top: where in `order` there is room.
    ///   - limit: the length that the output may have after it.
    private mutating func writeObject(
        _ document: borrowing JSONDocument, _ root: Int, _ top: Int, _ limit: Int
    ) {
        let count = sortMembers(document, root, top)
        let before = output.count
        var separator: UInt8 = 0x7B
        for place in top..<(top &+ count) {
            let index = Int(order[place].node)
            let node = document[index]
            if top == 0 { writeSynonyms(before: document.key(node), &separator) }
            let start = output.count
            output.append(separator)
            output.appendJSON(document.key(node))
            output.append(0x3A)
            let value = output.count
            write(document, index, node, top &+ count, limit &- 1)
            if output.count == value {
                output.truncate(to: start)
            } else if output.count >= limit {
                output.truncate(to: start)
                isIncomplete = true
            } else {
                separator = 0x2C
            }
        }
        if top == 0 {
            writeSynonyms(before: UnsafeRawBufferPointer(start: nil, count: 0), &separator)
        }
        if output.count > before { output.append(0x7D) }
    }

    /// - Parameter key: of the next member; empty behind the last one.
    @inline(__always)
    private mutating func writeSynonyms(
        before key: UnsafeRawBufferPointer, _ separator: inout UInt8
    ) {
        while writtenSynonyms < synonyms.count {
            let synonym = synonyms[writtenSynonyms]
            let order = key.isEmpty ? -1 : PayloadBuilder.compare(synonym.name, key)
            if order > 0 { return }
            writtenSynonyms += 1
            guard order < 0, output.count + synonym.text.count < PayloadBuilder.maximumBytes / 2
            else { continue }
            output.append(separator)
            output.appendJSON(synonym.name)
            output.append(0x3A)
            writeText(synonym.text)
            separator = 0x2C
        }
    }

    /// Puts the members of an object that are left into `order`, by the bytes of their keys.
    private mutating func sortMembers(
        _ document: borrowing JSONDocument, _ root: Int, _ top: Int
    ) -> Int {
        let end = Int(document[root].next)
        var count = 0
        var index = root &+ 1
        while index < end {
            let node = document[index]
            if node.kind != .null, taken[index] != round {
                if count == Self.maximumMembers {
                    isIncomplete = true
                    return count
                }
                insert(document, index, document.key(node), top, count)
                count &+= 1
            }
            index = Int(node.next)
        }
        return count
    }

    @inline(__always)
    private mutating func insert(
        _ document: borrowing JSONDocument, _ index: Int, _ key: UnsafeRawBufferPointer,
        _ top: Int, _ count: Int
    ) {
        let prefix = Self.prefix(key)
        var place = top &+ count
        while place > top {
            let other = order[place &- 1]
            if other.prefix < prefix { break }
            if other.prefix == prefix,
                PayloadBuilder.compare(document.key(document[Int(other.node)]), key) <= 0
            {
                break
            }
            order[place] = other
            place &-= 1
        }
        order[place] = Place(prefix: prefix, node: Int32(truncatingIfNeeded: index))
    }

    /// The first eight bytes of a key as a number that orders like them; a document has as many
    /// bytes behind its keys.
    @inline(__always)
    private static func prefix(_ key: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = key.baseAddress, !key.isEmpty else { return 0 }
        let word = UInt64(bigEndian: base.loadUnaligned(as: UInt64.self))
        return key.count >= 8 ? word : word & ~(UInt64.max &>> UInt64(key.count &* 8))
    }

    private mutating func write(
        _ document: borrowing JSONDocument, _ index: Int, _ node: JSONNode, _ top: Int,
        _ limit: Int
    ) {
        switch node.kind {
        case .string: writeText(document.value(node))
        case .bool: output.append(document.value(node))
        case .number:
            let text = document.value(node)
            if CanonicalNode.isPlain(text) { output.append(text) } else { writeText(text) }
        case .object: writeObject(document, index, top, limit)
        case .array: writeArray(document, index, top, limit)
        case .null: break
        }
    }

    private mutating func writeText(_ text: UnsafeRawBufferPointer) {
        guard text.count > Self.maximumText else { return output.appendJSON(text) }
        isIncomplete = true
        let length = UTF8Check.cut(text, to: Self.maximumText)
        output.appendJSON(UnsafeRawBufferPointer(rebasing: text[0..<length]))
    }

    private mutating func writeArray(
        _ document: borrowing JSONDocument, _ root: Int, _ top: Int, _ limit: Int
    ) {
        let end = Int(document[root].next)
        let before = output.count
        var separator: UInt8 = 0x5B
        var index = root &+ 1
        while index < end {
            let node = document[index]
            if taken[index] == round {
                index = Int(node.next)
                continue
            }
            let start = output.count
            output.append(separator)
            write(document, index, node, top, limit &- 1)
            if output.count == start &+ 1 {
                output.truncate(to: start)
            } else if output.count >= limit {
                output.truncate(to: start)
                isIncomplete = true
                break
            } else {
                separator = 0x2C
            }
            index = Int(node.next)
        }
        if output.count > before { output.append(0x5D) }
    }
}
