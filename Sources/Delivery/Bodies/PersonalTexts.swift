internal import AuditModel

/// Finds in texts what tells of people: values that an alert is known to hold, addresses, and
/// words that are mail addresses. Works on bytes, because equal text must be found whatever its
/// neighbours are.
struct PersonalTexts: Sendable {
    /// Values shorter than this count only where they stand alone: one letter is everywhere.
    private static let shortest = 4

    /// What is known, longest first.
    private let values: [[UInt8]]
    private let replacement: @Sendable ([UInt8]) -> String

    /// - Parameter replacement: what stands in the place of a value.
    init(values: [String], replacement: @escaping @Sendable ([UInt8]) -> String) {
        let known = Set(values.map { Array($0.utf8) }.filter { !$0.isEmpty })
        self.values = known.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1)
        }
        self.replacement = replacement
    }

    /// The text without what tells of people.
    func replaced(in text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isChanged = false
        var at = 0
        while at < bytes.count {
            let length = length(in: bytes, at)
            if length == 0 {
                result.append(bytes[at])
                at += 1
            } else {
                result += replacement(Array(bytes[at..<(at + length)])).utf8
                isChanged = true
                at += length
            }
        }
        return isChanged ? String(decoding: result, as: UTF8.self) : text
    }

    /// The length of the longest personal value that begins here; 0 if there is none.
    private func length(in bytes: [UInt8], _ at: Int) -> Int {
        let known = values.first { stands($0, in: bytes, at) }?.count ?? 0
        let found = max(
            Self.mailLength(bytes, at), Self.v4Length(bytes, at), Self.v6Length(bytes, at))
        return max(known, found)
    }

    private func stands(_ value: [UInt8], in bytes: [UInt8], _ at: Int) -> Bool {
        guard value[0] == bytes[at], at + value.count <= bytes.count,
            bytes[at..<(at + value.count)].elementsEqual(value)
        else { return false }
        if value.count >= Self.shortest { return true }
        let end = at + value.count
        return (at == 0 || !Self.isWord(bytes[at - 1]))
            && (end == bytes.count || !Self.isWord(bytes[end]))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 26 || byte == 0x5F || byte >= 0x80
    }
}

extension PersonalTexts {
    /// `name@host`, from the start of a word.
    private static func mailLength(_ bytes: [UInt8], _ at: Int) -> Int {
        guard isMail(bytes[at]), at == 0 || !isMail(bytes[at - 1]) else { return 0 }
        var end = at
        while end < bytes.count, isMail(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == 0x40 else { return 0 }
        let host = end + 1
        end = host
        while end < bytes.count, isWord(bytes[end]) || bytes[end] == 0x2D || bytes[end] == 0x2E {
            end += 1
        }
        while end > host, bytes[end - 1] == 0x2E || bytes[end - 1] == 0x2D { end -= 1 }
        return end > host ? end - at : 0
    }

    /// What stands before the sign of a mail address: letters, digits, and `.` `_` `%` `+` `-`.
    private static func isMail(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == 0x2E || byte == 0x25 || byte == 0x2B || byte == 0x2D
    }

    /// Four numbers with dots between, wherever they begin.
    private static func v4Length(_ bytes: [UInt8], _ at: Int) -> Int {
        guard isDigit(bytes[at]), at == 0 || !isDigit(bytes[at - 1]) else { return 0 }
        var end = at
        for part in 0..<4 {
            if part > 0 {
                guard end < bytes.count, bytes[end] == 0x2E else { return 0 }
                end += 1
            }
            let start = end
            while end < bytes.count, isDigit(bytes[end]), end - start < 4 { end += 1 }
            guard end > start, end - start < 4 else { return 0 }
        }
        return IPAddress(String(decoding: bytes[at..<end], as: UTF8.self)) == nil ? 0 : end - at
    }

    /// A run of hexadecimal digits and colons that looks like an address of IPv6: two colons side
    /// by side, or five in all. Broken ones count too.
    private static func v6Length(_ bytes: [UInt8], _ at: Int) -> Int {
        guard isV6(bytes[at]), at == 0 || !isV6(bytes[at - 1]) else { return 0 }
        var end = at
        var colons = 0
        var digits = 0
        var hasPair = false
        while end < bytes.count, isV6(bytes[end]) {
            if bytes[end] == 0x3A {
                colons += 1
                hasPair = hasPair || (end > at && bytes[end - 1] == 0x3A)
            } else if bytes[end] != 0x2E {
                digits += 1
            }
            end += 1
        }
        guard digits > 0, hasPair || colons >= 5 else { return 0 }
        while bytes[end - 1] == 0x2E { end -= 1 }
        if bytes[end - 1] == 0x3A, bytes[end - 2] != 0x3A { end -= 1 }
        return end - at
    }

    private static func isV6(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 6 || byte == 0x3A || byte == 0x2E
    }
}
