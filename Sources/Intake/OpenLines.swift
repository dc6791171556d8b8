/// Lines that make one record together: a JSON object printed over several lines, or the pieces
/// into which a container runtime has cut a long line (CRI, tag `P` for all but the last).
struct OpenLines {
    enum Step {
        case open
        /// The record, and what to consume with it, from its first byte.
        case closed(Range<Int>, length: Int)
        /// The line cannot belong to it.
        case broken
    }

    private enum Form {
        case object(ObjectScan, indent: Int)
        /// Of `stdout` or `stderr`.
        case pieces(Byte.Stream)
    }

    private var form: Form
    /// Bytes of the window that were looked at, whole lines.
    private(set) var scanned = 0
    /// Bytes of the window that are known to have no further line feed.
    var searched = 0
    /// Where the last line that was looked at ends, its line end excluded.
    private(set) var contentEnd = 0

    /// - Parameter first: a line; nil if it is a record of its own.
    init?(_ first: UnsafeRawBufferPointer) {
        let indent = Self.indent(first)
        guard indent < first.count else { return nil }
        if first[indent] == Byte.openBrace {
            guard let last = first.last(where: { !Byte.isWhiteSpace($0) }), last != Byte.closeBrace
            else { return nil }
            form = .object(ObjectScan(), indent: indent)
        } else {
            guard let piece = LinePiece(first), piece.isPartial else { return nil }
            form = .pieces(piece.stream)
        }
    }

    private static func indent(_ line: UnsafeRawBufferPointer) -> Int {
        line.firstIndex { !Byte.isWhiteSpace($0) } ?? line.count
    }

    /// Looks at the next line, the first one included.
    ///
    /// - Parameter line: with its line end, if it has one.
    mutating func add(_ line: UnsafeRawBufferPointer) -> Step {
        let start = scanned
        var count = line.count
        if count > 0, line[count - 1] == Byte.lineFeed { count -= 1 }
        if count > 0, count < line.count, line[count - 1] == Byte.carriageReturn { count -= 1 }
        scanned += line.count
        contentEnd = start + count
        let content = UnsafeRawBufferPointer(rebasing: line[..<count])
        switch form {
        case .pieces(let stream):
            guard let piece = LinePiece(content), piece.stream == stream else { return .broken }
            return piece.isPartial ? .open : .closed(0..<contentEnd, length: scanned)
        case .object(var scan, let indent):
            if start > 0, Self.isRecord(content, indent: indent) { return .broken }
            let step = scan.scan(line)
            form = .object(scan, indent: indent)
            switch step {
            case .open: return .open
            case .broken: return .broken
            case .closed(let end): return close(line, at: end, start: start)
            }
        }
    }

    /// Behind an object only white space, a comma, or the next object may stand.
    private func close(_ line: UnsafeRawBufferPointer, at end: Int, start: Int) -> Step {
        let range = 0..<(start + end)
        var rest = end
        while rest < line.count, Byte.isWhiteSpace(line[rest]) { rest += 1 }
        if rest == line.count { return .closed(range, length: scanned) }
        if line[rest] == Byte.openBrace { return .closed(range, length: start + rest) }
        let isComma = line[rest] == Byte.comma
            && line[(rest + 1)...].allSatisfy(Byte.isWhiteSpace)
        return isComma ? .closed(range, length: scanned) : .broken
    }

    /// Whether a line is an object of its own, no farther from the margin than the open one.
    private static func isRecord(_ line: UnsafeRawBufferPointer, indent: Int) -> Bool {
        let start = Self.indent(line)
        guard start <= indent, start < line.count, line[start] == Byte.openBrace,
            let end = line.lastIndex(of: Byte.closeBrace),
            line[(end + 1)...].allSatisfy(Byte.isWhiteSpace),
            line[(start + 1)..<end].contains(Byte.quote)
        else { return false }
        var scan = ObjectScan()
        guard case .closed(let closed) = scan.scan(line) else { return false }
        return closed == end + 1
    }
}

/// A line as a container runtime writes it (CRI): `2026-03-02T10:15:30.123456789Z stdout F text`.
struct LinePiece {
    let stream: Byte.Stream
    /// Another piece of the line follows.
    let isPartial: Bool

    init?(_ line: UnsafeRawBufferPointer) {
        guard line.count > 29, line[0] &- 0x30 < 10, line[4] == 0x2D, line[10] == 0x54,
            let blank = line.prefix(40).firstIndex(of: Byte.space), blank + 10 <= line.count
        else { return nil }
        let name = line[(blank + 1)..<(blank + 8)]
        if name.elementsEqual("stdout ".utf8) {
            stream = .output
        } else if name.elementsEqual("stderr ".utf8) {
            stream = .error
        } else {
            return nil
        }
        switch line[blank + 8] {
        case 0x50: isPartial = true
        case 0x46: isPartial = false
        default: return nil
        }
    }
}
