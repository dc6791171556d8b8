public import AuditModel
internal import CByteFilter
internal import Glibc

/// One secret in a text, and where.
public struct TextSighting: Sendable {
    /// The token; its `record` is the line from 0, its `offset` counts from the line's start.
    public var token: TokenSighting
    /// The column of its first character, from 0, in characters (Unicode scalars).
    public var column: Int
    /// The bytes of the text that hold it.
    public var range: Range<Int>
    /// Every id under which a store may know it, by what it may be used as. Empty if the scanner
    /// gave them before.
    public var aliases: [ID128]
    /// The digest of its line with all secrets left out, the same with any key; none if the text
    /// showed the token before.
    public var lineDigest: ID128
}

/// What a text holds.
public struct TextReport: Sendable {
    public var sightings: [TextSighting] = []
    /// Line feeds.
    public var lineFeeds = 0
    /// Characters behind the last line feed.
    public var lastLineCharacters = 0

    /// The report on an empty text.
    public init() {}
}

/// Finds the secrets of any text, line by line; changes nothing.
///
/// Recognises what ``TokenScanner`` replaces. One thread at a time may use a scanner, and copies
/// of it share its fingerprinter.
public struct TextScanner {
    private let filter = CandidateFilter()
    private var check = CandidateCheck()
    private var redactor: Redactor
    /// Whether a token is described in full each time it shows.
    private let describesAll: Bool
    /// Tokens of this text.
    private var known: Set<ID128> = []
    /// Tokens whose aliases were given.
    private var described: Set<ID128> = []
    private static let mostDescribed = 1 << 16
    private var report = TextReport()
    /// The line of the last candidate.
    private var line = 0..<0
    private var lineNumber = 0

    /// - Parameter describesAll: whether repeated tokens have their line's digest, too.
    public init(fingerprinter: Fingerprinter, describesAll: Bool = false) {
        redactor = Redactor(fingerprinter: fingerprinter)
        self.describesAll = describesAll
    }

    /// Scans a text.
    ///
    /// - Parameters:
    ///   - bytes: the text, and ``RecordBatch/tailPadding`` bytes more. They are wiped if a secret
    ///     was found among them.
    ///   - count: bytes of the text.
    public mutating func scan(_ bytes: inout [UInt8], count: Int) -> TextReport {
        let count = min(max(0, count), bytes.count)
        start()
        bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress, count > 0,
                let text = LenientBytes(UnsafeRawBufferPointer(rebasing: all[..<count]))
            else { return }
            filter.forEach(base, count: count, readable: all.count) { place in
                if text.mayEndName(at: place) || text.sign(at: place) != .none {
                    look(text, at: place)
                }
            }
            finishLine(text)
            finish(text)
        }
        if !report.sightings.isEmpty { wipe(&bytes) }
        defer { report = TextReport() }
        return report
    }

    private mutating func start() {
        check.start()
        known.removeAll(keepingCapacity: true)
        line = 0..<0
        lineNumber = 0
    }

    @inline(never)
    private mutating func look(_ text: LenientBytes, at place: Int) {
        if place >= line.upperBound {
            finishLine(text)
            enterLine(text, place)
        }
        guard let bytes = Self.bytes(line, of: text) else { return }
        check.look(bytes, at: place - line.lowerBound)
    }

    private static func bytes(_ line: Range<Int>, of text: LenientBytes) -> LenientBytes? {
        LenientBytes(
            UnsafeRawBufferPointer(start: text.base + line.lowerBound, count: line.count))
    }

    private mutating func enterLine(_ text: LenientBytes, _ place: Int) {
        let from = line.upperBound
        let start = from + Self.lineStart(text, from..<place)
        lineNumber += Self.lineFeeds(text, from..<start)
        var end = text.count
        if let found = memchr(text.base + place, 0x0A, text.count - place) {
            end = UnsafeRawPointer(found) - text.base
        }
        line = start..<end
    }

    /// Where the last line of a range starts, from the range's start.
    private static func lineStart(_ text: LenientBytes, _ range: Range<Int>) -> Int {
        Int(
            grantrail_line_start(
                (text.base + range.lowerBound).assumingMemoryBound(to: UInt8.self), range.count))
    }

    private static func lineFeeds(_ text: LenientBytes, _ range: Range<Int>) -> Int {
        Int(
            grantrail_line_feeds(
                (text.base + range.lowerBound).assumingMemoryBound(to: UInt8.self), range.count))
    }

    private mutating func finishLine(_ text: LenientBytes) {
        defer { check.start() }
        if check.spans.isEmpty { return }
        guard var bytes = Self.bytes(line, of: text) else { return }
        // A carriage return before the line feed belongs to the line's end.
        if bytes.raw(bytes.count - 1) == 0x0D, check.spans.last?.range.upperBound != bytes.count {
            bytes = LenientBytes(
                UnsafeRawBufferPointer(start: bytes.base, count: bytes.count - 1)) ?? bytes
        }
        let spans = check.spans
        let known = known
        let (tokens, digest) = redactor.describe(
            bytes, index: lineNumber, spans: spans,
            wantsDigest: { describesAll || !$0.allSatisfy { known.contains($0.anyFingerprint) } })
        var column = 0
        var counted = 0
        for (token, span) in zip(tokens, spans) {
            column += Self.characters(bytes, counted..<span.range.lowerBound)
            counted = span.range.lowerBound
            let isNew = self.known.insert(token.anyFingerprint).inserted
            if described.count >= Self.mostDescribed { described.removeAll() }
            let wantsAliases = described.insert(token.anyFingerprint).inserted
            report.sightings.append(
                TextSighting(
                    token: token,
                    column: column,
                    range: (line.lowerBound + span.range.lowerBound)
                        ..< (line.lowerBound + span.range.upperBound),
                    aliases: wantsAliases ? redactor.aliases(of: span, in: bytes) : [],
                    lineDigest: isNew || describesAll ? digest : .none))
        }
    }

    private mutating func finish(_ text: LenientBytes) {
        report.lineFeeds =
            lineNumber + Self.lineFeeds(text, line.lowerBound..<text.count)
        let start = line.lowerBound + Self.lineStart(text, line.lowerBound..<text.count)
        report.lastLineCharacters = Self.characters(text, start..<text.count)
    }

    /// Unicode scalars, if the text is UTF-8: bytes that continue none.
    private static func characters(_ text: LenientBytes, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where text.raw(index) & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
