/// An IPv4 or IPv6 address as 16 bytes, IPv4 in its IPv6-mapped form (`::ffff:0:0/96`,
/// RFC 4291 §2.5.5.2). All zero means absent.
public struct IPAddress: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var bits: ID128

    @inlinable public init(bits: ID128) { self.bits = bits }

    /// No address.
    public static let none = IPAddress(bits: .none)

    @inlinable public var isNone: Bool { bits.isNone }

    @inlinable public var isIPv4: Bool { bits.high == 0 && bits.low >> 32 == 0xFFFF }

    @inlinable
    public init(v4 word: UInt32) {
        bits = ID128(high: 0, low: 0xFFFF << 32 | UInt64(word))
    }

    @inlinable
    public static func < (left: IPAddress, right: IPAddress) -> Bool { left.bits < right.bits }

    /// The network this address most likely shares with its neighbours: /24 of IPv4, /56 of IPv6.
    @inlinable public var network: IPAddress {
        isIPv4
            ? IPAddress(bits: ID128(high: 0, low: bits.low & ~0xFF))
            : IPAddress(bits: ID128(high: bits.high & ~0xFF, low: 0))
    }
}

extension IPAddress {
    /// Reads dotted-quad or RFC 4291 text; nil for anything else (host names, `unknown`, zones).
    public init?(text: UnsafeRawBufferPointer) {
        if let word = Self.parseV4(text) {
            self.init(v4: word)
            return
        }
        guard let bits = Self.parseV6(text), !bits.isNone else { return nil }
        self.init(bits: bits)
    }

    /// Reads the text of an address; nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ IPAddress(text: UnsafeRawBufferPointer($0)) })
        else { return nil }
        self = address
    }

    private static func parseV4(_ text: UnsafeRawBufferPointer) -> UInt32? {
        guard text.count >= 7, text.count <= 15 else { return nil }
        var word: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            let digit = byte &- 0x30
            if digit < 10 {
                part = part * 10 + UInt32(digit)
                digits += 1
                guard part <= 255, digits <= 3 else { return nil }
            } else {
                guard byte == 0x2E, digits > 0, dots < 3 else { return nil }
                word = word << 8 | part
                part = 0
                digits = 0
                dots += 1
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        return word << 8 | part
    }

    private static func parseV6(_ text: UnsafeRawBufferPointer) -> ID128? {
        guard text.count >= 2, text.count <= 45 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if text[0] == 0x3A {
            guard text[1] == 0x3A else { return nil }
            gap = 0
            index = 2
        }
        while index < text.count {
            var end = index
            while end < text.count, text[end] != 0x3A { end += 1 }
            if text[index..<end].contains(0x2E) {
                let tail = UnsafeRawBufferPointer(rebasing: text[index..<end])
                guard end == text.count, let word = parseV4(tail) else { return nil }
                groups += [UInt16(truncatingIfNeeded: word >> 16), UInt16(truncatingIfNeeded: word)]
                break
            }
            guard let group = hexGroup(text[index..<end]) else { return nil }
            groups.append(group)
            index = end
            guard index < text.count else { break }
            index += 1
            guard index < text.count else { return nil }
            if text[index] == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        return assemble(groups, gap: gap)
    }

    private static func hexGroup(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt16? {
        guard !digits.isEmpty, digits.count <= 4 else { return nil }
        var group: UInt16 = 0
        for byte in digits {
            let value = HexTable.value(of: byte)
            guard value < 16 else { return nil }
            group = group << 4 | UInt16(value)
        }
        return group
    }

    private static func assemble(_ groups: [UInt16], gap: Int?) -> ID128? {
        var full = groups
        if let gap {
            guard groups.count <= 7 else { return nil }
            full.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard full.count == 8 else { return nil }
        let high = full[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = full[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return ID128(high: high, low: low)
    }

    /// Dotted quad, or RFC 5952 text for IPv6. Empty when absent.
    public var text: String {
        if isNone { return "" }
        if isIPv4 {
            let word = UInt32(truncatingIfNeeded: bits.low)
            return "\(word >> 24).\(word >> 16 & 255).\(word >> 8 & 255).\(word & 255)"
        }
        let groups = (0..<8).map { index in
            UInt16(
                truncatingIfNeeded: (index < 4 ? bits.high : bits.low)
                    >> UInt64(48 - 16 * (index % 4)))
        }
        let run = Self.longestZeroRun(groups)
        guard run.count > 1 else { return Self.join(groups[...]) }
        return Self.join(groups[..<run.lowerBound]) + "::" + Self.join(groups[run.upperBound...])
    }

    /// The text of ``network`` with its prefix length.
    public var networkText: String {
        isNone ? "" : network.text + (isIPv4 ? "/24" : "/56")
    }

    private static func join(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}
