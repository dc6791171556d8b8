internal import AuditModel

/// Finds the end of plain text: printable ASCII without quote and backslash.
enum PlainScan {
    /// The first offset from `start` on whose byte is a quote, a backslash, a control character or
    /// not ASCII; some offset at or after `end` if there is none. Reads up to 7 bytes past `end`.
    @inline(__always)
    static func stop(_ base: UnsafeRawPointer, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end {
            let hits = hits(base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            if hits != 0 { return at &+ hits.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        return at
    }

    /// The upper bit of every byte that ends plain text. A borrow may also mark bytes above such a
    /// one, never below: the lowest mark is right.
    @inline(__always)
    private static func hits(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let control = word &- (ones &* 0x20)
        return (quote | backslash | control | word) & (ones &* 0x80)
    }
}

/// Numbers and the three literal names.
enum JSONScalar {
    struct Found: BitwiseCopyable {
        var kind: JSONNode.Kind
        var after: Int
    }

    @inline(never)
    static func read(
        _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> Found {
        switch base.load(fromByteOffset: at, as: UInt8.self) {
        case 0x2D, 0x30...0x39: return try number(base, at, end)
        case 0x74: return try name("true", .bool, base, at, end)
        case 0x66: return try name("false", .bool, base, at, end)
        case 0x6E: return try name("null", .null, base, at, end)
        default: throw JSONError(.jsonSyntax, at: at)
        }
    }

    private static func name(
        _ name: StaticString, _ kind: JSONNode.Kind, _ base: UnsafeRawPointer, _ at: Int, _ end: Int
    ) throws(JSONError) -> Found {
        for offset in 0..<name.utf8CodeUnitCount {
            if at + offset >= end { throw JSONError(.recordTruncated, at: end) }
            if base.load(fromByteOffset: at + offset, as: UInt8.self) != name.utf8Start[offset] {
                throw JSONError(.jsonSyntax, at: at)
            }
        }
        return Found(kind: kind, after: at + name.utf8CodeUnitCount)
    }

    private static func number(
        _ base: UnsafeRawPointer, _ start: Int, _ end: Int
    ) throws(JSONError) -> Found {
        var at = start
        if peek(base, at, end) == 0x2D { at += 1 }
        let integer = at
        at = digits(base, at, end)
        if at == integer { throw fault(at, end) }
        if at - integer > 1, peek(base, integer, end) == 0x30 {
            throw JSONError(.jsonSyntax, at: integer)
        }
        if peek(base, at, end) == 0x2E {
            let fraction = at + 1
            at = digits(base, fraction, end)
            if at == fraction { throw fault(at, end) }
        }
        if peek(base, at, end) | 0x20 == 0x65 {
            at += 1
            let sign = peek(base, at, end)
            if sign == 0x2B || sign == 0x2D { at += 1 }
            let exponent = at
            at = digits(base, exponent, end)
            if at == exponent { throw fault(at, end) }
        }
        return Found(kind: .number, after: at)
    }

    private static func fault(_ at: Int, _ end: Int) -> JSONError {
        at >= end ? JSONError(.recordTruncated, at: end) : JSONError(.jsonSyntax, at: at)
    }

    @inline(__always)
    private static func peek(_ base: UnsafeRawPointer, _ at: Int, _ end: Int) -> UInt8 {
        at < end ? base.load(fromByteOffset: at, as: UInt8.self) : 0
    }

    @inline(__always)
    private static func digits(_ base: UnsafeRawPointer, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, base.load(fromByteOffset: at, as: UInt8.self) &- 0x30 < 10 { at += 1 }
        return at
    }
}

/// The keys of one open object, to find one that is there twice.
struct JSONKeys {
    let base: UnsafeRawPointer
    let decoded: UnsafeRawPointer
    let nodes: UnsafeMutablePointer<JSONNode>

    private func bytes(_ node: JSONNode) -> UnsafeRawBufferPointer {
        let start = (node.keyIsDecoded ? decoded : base) + Int(node.keyStart)
        return UnsafeRawBufferPointer(start: start, count: Int(node.keyCount))
    }

    /// Whether one of the siblings `from..<to` has the key of `node`.
    @inline(never)
    func contains(_ node: JSONNode, from first: Int, to end: Int) -> Bool {
        var index = first
        while index < end {
            let other = nodes[index]
            if other.keyHash == node.keyHash, RawBytes.equal(bytes(other), bytes(node)) {
                return true
            }
            index = Int(other.next)
        }
        return false
    }

    /// Whether two of the siblings `from..<to` have the same key, in n log n.
    @inline(never)
    func hasDuplicate(from first: Int, to end: Int) -> Bool {
        var siblings: [Int] = []
        var index = first
        while index < end {
            siblings.append(index)
            index = Int(nodes[index].next)
        }
        siblings.sort { precedes(bytes(nodes[$0]), bytes(nodes[$1])) }
        for (left, right) in zip(siblings, siblings.dropFirst())
        where RawBytes.equal(bytes(nodes[left]), bytes(nodes[right])) {
            return true
        }
        return false
    }

    private func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}
