/// Appends JSON to one byte array: no white space, members in the order they are written, no
/// floats. The same calls give the same bytes anywhere.
///
/// Text is written as UTF-8 with the shortest escapes; control characters, DEL, the C1 controls and
/// the Unicode line and paragraph separators are escaped, so that output can go to a terminal.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether the next value or key must be preceded by a comma.
    private var needsComma = false

    public init() {}

    /// Forgets what was written and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Gives away what was written so far; what is open stays open.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Ends a line of newline-delimited JSON.
    public mutating func endLine() {
        bytes.append(0x0A)
        needsComma = false
    }

    /// Writes a member's key; a value must follow.
    public mutating func key(_ key: String) {
        separate()
        appendText(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a text.
    public mutating func string(_ text: String) {
        separate()
        appendText(text)
    }

    /// Writes text from bytes; what is not UTF-8 becomes U+FFFD.
    public mutating func string(_ text: UnsafeRawBufferPointer) {
        separate()
        if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            bytes.append(0x22)
            bytes.append(contentsOf: text)
            bytes.append(0x22)
        } else {
            appendText(String(decoding: text, as: UTF8.self))
        }
    }

    /// Writes an integer.
    public mutating func int(_ number: Int64) {
        separate()
        appendDigits(number)
    }

    /// Writes a number given in hundredths, shortest exact: 360 → `3.6`, -300 → `-3`.
    public mutating func hundredths(_ number: Int) {
        separate()
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        appendDigits(Int64(magnitude / 100))
        let rest = UInt8(magnitude % 100)
        guard rest != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(0x30 + rest / 10)
        if rest % 10 != 0 { bytes.append(0x30 + rest % 10) }
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes bytes that are JSON already.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a member with a text; nothing when it is nil.
    public mutating func member(_ key: String, _ text: String?) {
        guard let text else { return }
        self.key(key)
        string(text)
    }

    /// Writes a member with a number; nothing when it is nil.
    public mutating func member(_ key: String, _ number: Int64?) {
        guard let number else { return }
        self.key(key)
        int(number)
    }

    /// Writes a member with an array of texts; nothing when it is empty.
    public mutating func member(_ key: String, _ texts: [String]) {
        if texts.isEmpty { return }
        self.key(key)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    /// Writes a member with a time as RFC 3339 text.
    public mutating func member(_ key: String, time: Int64, precision: UInt8) {
        self.key(key)
        separate()
        bytes.append(0x22)
        TimeText.append(time, precision: precision, to: &bytes)
        bytes.append(0x22)
    }
}

extension JSONWriter {
    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func appendDigits(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func appendText(_ text: String) {
        bytes.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
            case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E,
                0x2066...0x2069:
                appendEscape(scalar.value)
            default:
                bytes.append(
                    contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(0x22)
    }

    private mutating func appendEscape(_ value: UInt32) {
        bytes.append(contentsOf: [0x5C, 0x75])
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
