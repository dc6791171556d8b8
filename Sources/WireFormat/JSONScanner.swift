internal import AuditModel

/// One pass over a JSON text: structure, plain strings and numbers.
///
/// Fast where texts are plain ASCII: 8 bytes at a time up to the closing quote. Any other string
/// goes to ``JSONTextReader``. The rules are those of RFC 8259 in both cases, so what is accepted
/// does not depend on which way a string took.
///
/// Lives in registers: nothing here may be passed `inout` to a function that is not inlined.
struct JSONScanner {
    /// An open container.
    struct Frame: BitwiseCopyable {
        var node = 0
        /// One bit for each key hash seen, by its upper six bits.
        var seen: UInt64 = 0
        var members = 0
        var isObject = false
    }

    let base: UnsafeRawPointer
    let end: Int
    let frames: UnsafeMutablePointer<Frame>
    let maximumDepth: Int
    var nodes: UnsafeMutablePointer<JSONNode>
    var capacity: Int
    var count = 0
    var at = 0
    var depth = 0
    var frame = Frame()

    @inline(__always)
    init(
        base: UnsafeRawPointer, end: Int, frames: UnsafeMutablePointer<Frame>, maximumDepth: Int,
        nodes: UnsafeMutablePointer<JSONNode>, capacity: Int
    ) {
        self.base = base
        self.end = end
        self.frames = frames
        self.maximumDepth = maximumDepth
        self.nodes = nodes
        self.capacity = capacity
    }

    /// Beyond this many members an object's keys are compared by sorting when it closes.
    static let scannedMembers = 64

    @inline(__always)
    mutating func run(_ texts: inout JSONTextReader) throws(JSONError) {
        skipBlanks()
        try readValue(JSONNode(), &texts)
        while depth > 0 { try step(&texts) }
        skipBlanks()
        if at > end { throw JSONError(.recordTruncated, at: end) }
        if at < end { throw JSONError(.jsonSyntax, at: at) }
    }

    /// Reads one member, one element or the end of the innermost container.
    @inline(__always)
    private mutating func step(_ texts: inout JSONTextReader) throws(JSONError) {
        skipBlanks()
        if at >= end { throw JSONError(.recordTruncated, at: end) }
        let byte = peek()
        if byte == (frame.isObject ? 0x7D : 0x5D) {
            try close(texts)
            return
        }
        if frame.members > 0 {
            guard byte == 0x2C else { throw JSONError(.jsonSyntax, at: at) }
            at &+= 1
            skipBlanks()
        }
        var node = JSONNode()
        if frame.isObject { try readKey(&node, &texts) }
        frame.members &+= 1
        node.depth = UInt8(truncatingIfNeeded: depth)
        try readValue(node, &texts)
    }

    @inline(__always)
    private mutating func readKey(
        _ node: inout JSONNode, _ texts: inout JSONTextReader
    ) throws(JSONError) {
        guard at < end, peek() == 0x22 else { throw unexpected() }
        let text = try readText(&texts)
        node.keyStart = UInt32(truncatingIfNeeded: text.start)
        node.keyCount = UInt32(truncatingIfNeeded: text.count)
        node.keyIsDecoded = text.isDecoded
        let bytes = text.isDecoded ? UnsafeRawPointer(texts.decoded) : base
        node.keyHash = KeyHash.of(padded: bytes + text.start, count: text.count)
        let bit: UInt64 = 1 &<< UInt64(node.keyHash &>> 26)
        if frame.seen & bit != 0, frame.members < Self.scannedMembers {
            let keys = JSONKeys(base: base, decoded: UnsafeRawPointer(texts.decoded), nodes: nodes)
            if keys.contains(node, from: frame.node &+ 1, to: count) {
                throw JSONError(.jsonDuplicateKey, at: at)
            }
        }
        frame.seen |= bit
        skipBlanks()
        guard at < end, peek() == 0x3A else { throw unexpected() }
        at &+= 1
        skipBlanks()
    }

    @inline(__always)
    private mutating func readValue(
        _ start: JSONNode, _ texts: inout JSONTextReader
    ) throws(JSONError) {
        guard at < end else { throw JSONError(.recordTruncated, at: end) }
        var node = start
        switch peek() {
        case 0x22:
            let text = try readText(&texts)
            node.kind = .string
            node.valueIsDecoded = text.isDecoded
            node.valueStart = UInt32(truncatingIfNeeded: text.start)
            node.valueCount = UInt32(truncatingIfNeeded: text.count)
        case 0x7B, 0x5B:
            try open(node)
            return
        default:
            node.valueStart = UInt32(truncatingIfNeeded: at)
            let scalar = try JSONScalar.read(base, at, end)
            node.kind = scalar.kind
            at = scalar.after
            node.valueCount = UInt32(truncatingIfNeeded: at) &- node.valueStart
        }
        node.next = UInt32(truncatingIfNeeded: count &+ 1)
        append(node)
    }

    /// Reads the string that starts at the quote at `at`.
    @inline(__always)
    private mutating func readText(
        _ texts: inout JSONTextReader
    ) throws(JSONError) -> JSONTextReader.Text {
        let start = at &+ 1
        let stop = PlainScan.stop(base, start, end)
        if stop < end, base.load(fromByteOffset: stop, as: UInt8.self) == 0x22 {
            at = stop &+ 1
            return JSONTextReader.Text(
                after: at, start: start, count: stop &- start, isDecoded: false)
        }
        let text = try texts.read(base, from: start, plain: min(stop, end), end: end)
        at = text.after
        return text
    }

    @inline(__always)
    private mutating func open(_ start: JSONNode) throws(JSONError) {
        if depth >= maximumDepth { throw JSONError(.jsonDepth, at: at) }
        var node = start
        node.kind = peek() == 0x7B ? .object : .array
        node.valueStart = UInt32(truncatingIfNeeded: at)
        frames[depth] = frame
        depth &+= 1
        frame = Frame(node: count, isObject: node.kind == .object)
        append(node)
        at &+= 1
    }

    @inline(__always)
    private mutating func close(_ texts: borrowing JSONTextReader) throws(JSONError) {
        if frame.isObject, frame.members > Self.scannedMembers {
            let keys = JSONKeys(base: base, decoded: UnsafeRawPointer(texts.decoded), nodes: nodes)
            if keys.hasDuplicate(from: frame.node &+ 1, to: count) {
                throw JSONError(.jsonDuplicateKey, at: at)
            }
        }
        at &+= 1
        nodes[frame.node].next = UInt32(truncatingIfNeeded: count)
        nodes[frame.node].valueCount =
            UInt32(truncatingIfNeeded: at) &- nodes[frame.node].valueStart
        depth &-= 1
        frame = frames[depth]
    }

    @inline(__always)
    private mutating func append(_ node: JSONNode) {
        if count == capacity {
            nodes = Self.grown(nodes, capacity)
            capacity &*= 2
        }
        (nodes + count).initialize(to: node)
        count &+= 1
    }

    @inline(never)
    private static func grown(
        _ nodes: UnsafeMutablePointer<JSONNode>, _ capacity: Int
    ) -> UnsafeMutablePointer<JSONNode> {
        let wider = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        wider.moveInitialize(from: nodes, count: capacity)
        nodes.deallocate()
        return wider
    }

    @inline(__always)
    private func peek() -> UInt8 { base.load(fromByteOffset: at, as: UInt8.self) }

    private func unexpected() -> JSONError {
        at >= end ? JSONError(.recordTruncated, at: end) : JSONError(.jsonSyntax, at: at)
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while at < end {
            let byte = peek()
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at &+= 1
        }
    }
}
