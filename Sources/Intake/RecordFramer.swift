internal import AuditModel

/// Cuts the bytes of one source into records. What it finds depends on the bytes alone, never on
/// how they arrive.
struct RecordFramer {
    private static let lookAhead = 4096

    let source: ByteSource
    var window: ByteWindow
    let limit: Int
    private(set) var framing = Framing.lines
    private var isDetected = false
    private var passedMark = false
    private var saidFault = false
    /// Where a line that is too long began, while its end is still to come.
    var dropStart: Int64?
    /// The record of several lines whose end is still to come.
    var openLines: OpenLines?
    /// Where a line begins that opens no record of several lines, although it looks like it.
    var plainLine: Int64 = -1
    /// The element whose end is still to come.
    private var openElement: OpenElement?
    var issues: [ReadIssue] = []

    init(_ source: ByteSource, _ limits: ReadLimits) {
        self.source = source
        limit = limits.recordBytes
        window = ByteWindow(chunkBytes: limits.chunkBytes)
    }

    /// Goes on in the middle of a stream, at a place that ``settledOffset`` named; the source
    /// starts there, too.
    init(_ source: ByteSource, _ limits: ReadLimits, at offset: Int64, _ framing: Framing) {
        self.source = source
        self.framing = framing
        isDetected = true
        limit = limits.recordBytes
        window = ByteWindow(chunkBytes: limits.chunkBytes, offset: offset)
    }

    /// The first byte that is neither in a record handed out nor in a loss that was told.
    var settledOffset: Int64 { dropStart ?? openElement?.at ?? window.offset }

    /// Passes over a byte order mark and tells an array of objects from lines.
    ///
    /// - Returns: false while a growing source holds too little to tell.
    private mutating func detect() throws(IntakeError) -> Bool {
        if !passedMark {
            if try has(3) {
                if window[0] == 0xEF, window[1] == 0xBB, window[2] == 0xBF { window.consume(3) }
            } else if source.mayGrow, window.count == 0 || window[0] == 0xEF {
                return false
            }
            passedMark = true
        }
        guard let first = try textIndex(from: 0) else { return !mayTellLater }
        guard window[first] == Byte.openBracket else { return true }
        guard let second = try textIndex(from: first + 1) else { return !mayTellLater }
        if window[second] == Byte.openBrace {
            guard let third = try textIndex(from: second + 1) else { return !mayTellLater }
            guard window[third] == Byte.quote || window[third] == Byte.closeBrace else {
                return true
            }
        } else if window[second] != Byte.closeBracket {
            return true
        }
        window.consume(first + 1)
        framing = .array
        return true
    }

    private var mayTellLater: Bool { source.mayGrow && window.count < Self.lookAhead }

    /// The next record; it stays in the window until it is consumed.
    ///
    /// - Parameter mayWait: whether to wait for a pipe to bring more.
    mutating func next(mayWait: Bool) throws(IntakeError) -> FrameResult {
        if !isDetected {
            isDetected = try detect()
            if !isDetected { return .waiting }
        }
        while true {
            switch framing {
            case .lines: return try nextLine(mayWait)
            case .array: if let result = try nextElement() { return result }
            case .afterArray: if let result = try enterNextArray() { return result }
            }
        }
    }

    mutating func refill() throws(IntakeError) -> Bool {
        try window.refill(from: source)
    }

    mutating func has(_ count: Int) throws(IntakeError) -> Bool {
        while window.count < count { if try !refill() { return false } }
        return true
    }

    /// The first byte that is no white space, if it lies within the look-ahead.
    private mutating func textIndex(from start: Int) throws(IntakeError) -> Int? {
        var index = start
        while index < Self.lookAhead, try has(index + 1) {
            if !Byte.isWhiteSpace(window[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Consumes what is left and says how the compressed data broke off, if it did.
    ///
    /// - Returns: whether it broke off.
    mutating func sayFault() -> Bool {
        guard let fault = source.fault else { return false }
        if !saidFault { lose(.recordTruncated, at: window.offset, window.count, fault) }
        saidFault = true
        window.consume(window.count)
        return true
    }

    mutating func lose(_ code: IssueCode, at: Int64, _ count: Int, _ detail: String) {
        issues.append(ReadIssue(code: code, at: at, count: Int64(count), detail: detail))
    }

    var tooLong: String { "longer than \(limit) bytes" }
}

// MARK: - Array elements

extension RecordFramer {
    /// The next element; nil when the array, or the input, is at its end.
    private mutating func nextElement() throws(IntakeError) -> FrameResult? {
        while true {
            if openElement != nil {
                if let result = try element() { return result }
                continue
            }
            guard let byte = try nextByte(orComma: true) else {
                if source.mayGrow { return .waiting }
                framing = .afterArray
                if !sayFault() && !saidFault {
                    lose(.recordTruncated, at: window.offset, 0, "the array is not closed")
                }
                return nil
            }
            if byte == Byte.closeBracket {
                window.consume(1)
                framing = .afterArray
                return nil
            }
            openElement = OpenElement(at: window.offset)
        }
    }

    /// The byte after white space, which is consumed, and after commas if asked for.
    private mutating func nextByte(orComma: Bool) throws(IntakeError) -> UInt8? {
        while try has(1) {
            let byte = window[0]
            guard Byte.isWhiteSpace(byte) || (orComma && byte == Byte.comma) else { return byte }
            window.consume(1)
        }
        return nil
    }

    /// The element that starts here; nil, and consumed, if it is too long or breaks off.
    private mutating func element() throws(IntakeError) -> FrameResult? {
        guard var open = openElement else { return nil }
        let at = open.at
        openElement = nil
        while true {
            let scanned = open.scanned
            if let length = open.scan.end(in: window.bytes(scanned..<window.count)) {
                let end = scanned + length
                let whole = Int(window.offset - at) + end
                // A stray bracket at the start would else stay for ever.
                let consumed = whole == 0 ? 1 : end
                if whole > 0 && whole <= limit && window.offset == at {
                    return .record(Frame(range: 0..<end, length: end))
                }
                if whole > limit { lose(.recordTooLong, at: at, whole, tooLong) }
                window.consume(consumed)
                return nil
            }
            open.scanned = window.count
            if open.scanned > limit || window.offset > at {
                window.consume(open.scanned)
                open.scanned = 0
            }
            if try refill() { continue }
            if source.mayGrow {
                openElement = open
                return .waiting
            }
            let lost = Int(window.offset - at) + window.count
            window.consume(window.count)
            lose(.recordTruncated, at: at, lost, source.fault ?? "the input ends in an element")
            saidFault = true
            return nil
        }
    }

    /// Looks behind an array: another one, or else lines.
    ///
    /// - Returns: nil if there is more.
    private mutating func enterNextArray() throws(IntakeError) -> FrameResult? {
        guard let byte = try nextByte(orComma: false) else {
            if source.mayGrow { return .waiting }
            _ = sayFault()
            return .end
        }
        if byte == Byte.openBracket {
            window.consume(1)
            framing = .array
        } else {
            framing = .lines
        }
        return nil
    }
}

/// A JSON value of which only the front was there.
private struct OpenElement {
    /// Where it begins in the stream.
    let at: Int64
    var scan = ElementScan()
    /// Bytes of the window that the scan has seen.
    var scanned = 0

    init(at: Int64) { self.at = at }
}
