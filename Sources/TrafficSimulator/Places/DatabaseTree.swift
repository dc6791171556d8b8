internal import AuditModel

/// The binary search tree of a MaxMind DB: from an address's bits, most significant first, to the
/// offset of a value. IPv4 stands below `::/96`, and `::ffff:0:0/96` leads to the same node.
struct DatabaseTree: Sendable {
    enum Branch: Equatable, Sendable {
        case nothing
        case node(Int)
        case value(Int)
    }

    private struct Node: Sendable {
        var left = Branch.nothing
        var right = Branch.nothing
    }

    private var nodes = [Node()]

    var count: Int { nodes.count }

    /// Puts a value under a prefix; what stood below it goes. A prefix inside another must come
    /// after it.
    ///
    /// - Parameter length: bits of the prefix, of 32 for an IPv4 address and of 128 for others.
    mutating func insert(_ prefix: IPAddress, length: Int, value: Int) {
        let isIPv4 = prefix.isIPv4
        let bits = isIPv4 ? ID128(high: 0, low: prefix.bits.low & 0xFFFF_FFFF) : prefix.bits
        let depth = (isIPv4 ? 96 : 0) + min(max(length, 1), isIPv4 ? 32 : 128)
        var node = 0
        for level in 0..<(depth - 1) {
            let side = Self.bit(bits, level)
            switch self[node, side] {
            case .node(let next): node = next
            case let former:
                nodes.append(Node(left: former, right: former))
                self[node, side] = .node(nodes.count - 1)
                node = nodes.count - 1
            }
        }
        self[node, Self.bit(bits, depth - 1)] = .value(value)
    }

    /// Lets `::ffff:0:0/96` lead where `::/96` does.
    mutating func aliasMappedIPv4() {
        var node = 0
        for _ in 0..<96 {
            guard case .node(let next) = self[node, false] else { return }
            node = next
        }
        var place = 0
        for level in 0..<95 {
            let side = level >= 80
            if case .node(let next) = self[place, side] {
                place = next
            } else {
                nodes.append(Node())
                self[place, side] = .node(nodes.count - 1)
                place = nodes.count - 1
            }
        }
        self[place, true] = .node(node)
    }

    /// The smallest of 24, 28 and 32 bits that holds every record.
    ///
    /// - Parameter dataSize: bytes of the data section.
    func recordSize(dataSize: Int) -> Int {
        let largest = count + 16 + dataSize
        return largest < 1 << 24 ? 24 : largest < 1 << 28 ? 28 : 32
    }

    /// The nodes as the file has them.
    func bytes(recordSize: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * recordSize / 4)
        for node in nodes {
            let left = record(node.left)
            let right = record(node.right)
            Self.append(left, count: recordSize == 32 ? 4 : 3, to: &bytes)
            if recordSize == 28 {
                bytes.append(UInt8(left >> 24 & 15) << 4 | UInt8(right >> 24 & 15))
            }
            Self.append(right, count: recordSize == 32 ? 4 : 3, to: &bytes)
        }
        return bytes
    }

    private func record(_ branch: Branch) -> UInt32 {
        switch branch {
        case .nothing: UInt32(truncatingIfNeeded: count)
        case .node(let index): UInt32(truncatingIfNeeded: index)
        case .value(let offset): UInt32(truncatingIfNeeded: count + 16 + offset)
        }
    }

    private subscript(_ node: Int, _ side: Bool) -> Branch {
        get { side ? nodes[node].right : nodes[node].left }
        set { if side { nodes[node].right = newValue } else { nodes[node].left = newValue } }
    }

    private static func bit(_ bits: ID128, _ level: Int) -> Bool {
        let word = level < 64 ? bits.high : bits.low
        return word >> UInt64(63 - level & 63) & 1 == 1
    }

    private static func append(_ word: UInt32, count: Int, to bytes: inout [UInt8]) {
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * (count - 1 - place))))
        }
    }
}
