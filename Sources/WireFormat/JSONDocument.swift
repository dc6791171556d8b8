internal import AuditModel

/// A strict JSON reader (RFC 8259) that is used again for every record: a flat array of values in
/// the order of the text, whose keys and values are slices of the input.
///
/// Strings with escapes are decoded into a buffer of the document. Refused are: duplicate keys,
/// unpaired surrogates, ill-formed UTF-8, control characters in strings, bytes after the value,
/// and what ``JSONLimits`` excludes. Numbers stay text, so that none loses digits.
public struct JSONDocument: ~Copyable {
    /// The number of values; the root has index 0.
    public private(set) var count = 0

    @usableFromInline var base: UnsafeRawPointer
    /// Where decoded texts lie; they may move while a document is read.
    @usableFromInline var decoded: UnsafeRawPointer
    @usableFromInline var nodes: UnsafeMutablePointer<JSONNode>
    private var capacity: Int
    private let frames: UnsafeMutablePointer<JSONScanner.Frame>
    private var texts = JSONTextReader()

    public init() {
        capacity = 256
        nodes = .allocate(capacity: capacity)
        frames = .allocate(capacity: 256)
        base = UnsafeRawPointer(frames)
        decoded = base
    }

    deinit {
        nodes.deallocate()
        frames.deallocate()
    }

    /// Reads one document; what was read before is forgotten.
    ///
    /// - Parameter bytes: the text. At least 8 more bytes must be readable behind it (any
    ///   content), as ``RecordBatch/tailPadding`` gives. The document refers to them: they must
    ///   stay in place as long as its keys and values are used.
    public mutating func read(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        count = 0
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            throw JSONError(.recordEmpty, at: 0)
        }
        guard bytes.count <= limits.maximumLength else {
            throw JSONError(.recordTooLong, at: limits.maximumLength)
        }
        texts.removeAll()
        base = start
        var scanner = JSONScanner(
            base: start, end: bytes.count, frames: frames, maximumDepth: limits.maximumDepth,
            nodes: nodes, capacity: capacity)
        do throws(JSONError) {
            try scanner.run(&texts)
        } catch {
            (nodes, capacity) = (scanner.nodes, scanner.capacity)
            throw error
        }
        (nodes, capacity) = (scanner.nodes, scanner.capacity)
        decoded = UnsafeRawPointer(texts.decoded)
        count = scanner.count
    }

    /// One value; the index must be below ``count``.
    @inlinable @inline(__always)
    public subscript(index: Int) -> JSONNode {
        precondition(index >= 0 && index < count, "a node index is below the document's count")
        return nodes[index]
    }

    /// The decoded key of a member; empty for elements and the root.
    @inlinable @inline(__always)
    public func key(_ node: JSONNode) -> UnsafeRawBufferPointer {
        let start = node.keyIsDecoded ? decoded : base
        return UnsafeRawBufferPointer(start: start + Int(node.keyStart), count: Int(node.keyCount))
    }

    /// The decoded text of a string; the text of a number, name, array or object as written.
    @inlinable @inline(__always)
    public func value(_ node: JSONNode) -> UnsafeRawBufferPointer {
        let start = node.valueIsDecoded ? decoded : base
        return UnsafeRawBufferPointer(
            start: start + Int(node.valueStart), count: Int(node.valueCount))
    }

    /// Where a value lies in the input, in bytes; for a string with escapes, nil.
    public func offset(_ node: JSONNode) -> Int? {
        node.valueIsDecoded ? nil : Int(node.valueStart)
    }
}

/// Numbers of a document.
public enum JSONNumber {
    /// A number as a 64-bit integer, or why it is none.
    public enum Integer: Equatable, Sendable {
        case value(Int64)
        /// An integer, too large for 64 bits.
        case outOfRange
        /// A fraction or an exponent.
        case notInteger
    }

    /// Reads the text of a JSON number exactly.
    public static func integer(_ text: UnsafeRawBufferPointer) -> Integer {
        guard let first = text.first else { return .notInteger }
        let isNegative = first == 0x2D
        var number: Int64 = 0
        var overflows = text.count == (isNegative ? 1 : 0)
        for byte in text.dropFirst(isNegative ? 1 : 0) {
            guard byte &- 0x30 < 10 else { return .notInteger }
            let digit = Int64(byte &- 0x30)
            let (product, first) = number.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(isNegative ? -digit : digit)
            overflows = overflows || first || second
            number = sum
        }
        return overflows ? .outOfRange : .value(number)
    }
}
