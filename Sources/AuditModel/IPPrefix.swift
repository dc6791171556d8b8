/// A network in CIDR notation (RFC 4632), IPv4 and IPv6 alike.
public struct IPPrefix: Hashable, Sendable, BitwiseCopyable {
    /// The first address; bits behind the prefix are zero.
    public let base: IPAddress
    /// Leading bits that count, of 128; IPv4 ones lie in their mapped form, so `/8` is 104.
    public let length: Int

    /// - Parameter length: as written: up to 32 for IPv4, up to 128 for IPv6.
    /// - Returns: nil for a length out of range. Address bits behind the prefix are dropped.
    public init?(_ address: IPAddress, length: Int) {
        guard length >= 0, length <= (address.isIPv4 ? 32 : 128) else { return nil }
        self.length = address.isIPv4 ? length + 96 : length
        base = IPAddress(bits: Self.masked(address.bits, to: self.length))
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a lone address; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.isIPv4 ? 32 : 128)
            return
        }
        guard parts[1].count <= 3, parts[1].allSatisfy({ $0.isASCII && $0.isNumber }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// Whether an address lies in the network; false for none.
    @inlinable
    public func contains(_ address: IPAddress) -> Bool {
        !address.isNone && Self.masked(address.bits, to: length) == base.bits
    }

    @usableFromInline
    static func masked(_ bits: ID128, to length: Int) -> ID128 {
        ID128(
            high: bits.high & mask(min(length, 64)), low: bits.low & mask(max(0, length - 64)))
    }

    private static func mask(_ length: Int) -> UInt64 {
        length <= 0 ? 0 : UInt64.max << UInt64(64 - length)
    }

    /// As written, with the length of its own family.
    public var text: String {
        "\(base.text)/\(base.isIPv4 && length >= 96 ? length - 96 : length)"
    }
}
