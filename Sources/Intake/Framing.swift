public import AuditModel

/// A loss while reading: bytes of the input that became no record.
public struct ReadIssue: Sendable, Equatable {
    /// ``IssueCode/recordTooLong`` or ``IssueCode/recordTruncated``.
    public var code: IssueCode
    /// Where the lost bytes start, in decompressed bytes.
    public var at: Int64
    /// How many bytes were lost, line end excluded.
    public var count: Int64
    /// Why, in words; never bytes of the input.
    public var detail: String

    public init(code: IssueCode, at: Int64, count: Int64, detail: String) {
        self.code = code
        self.at = at
        self.count = count
        self.detail = detail
    }
}

/// A framed record: where it lies in the window, from the first byte not consumed.
struct Frame {
    /// The record itself.
    var range: Range<Int>
    /// What to consume with it: the record and its line end.
    var length: Int
}

/// What looking for the next record found.
enum FrameResult {
    case record(Frame)
    /// Nothing yet, and more would have to be waited for.
    case waiting
    case end
}

/// How records are told apart.
enum Framing {
    /// One record a line.
    case lines
    /// The elements of a JSON array.
    case array
    /// Behind the end of an array.
    case afterArray
}

/// Bytes that framing looks for.
enum Byte {
    /// What a container writes to.
    enum Stream {
        case output, error
    }

    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let openBrace: UInt8 = 0x7B
    static let closeBrace: UInt8 = 0x7D

    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == space || (byte >= tab && byte <= carriageReturn)
    }
}
