/// A range of addresses that share their first bits: `10.0.0.0/8`, `2001:db8::/32`.
public struct IPPrefix: Hashable, Sendable {
    /// The first address of the range.
    public let first: IPAddress
    /// How many bits count, in the address's own family.
    public let length: Int

    /// Nil when the length is out of range or bits beyond it are set.
    public init?(_ first: IPAddress, length: Int) {
        guard length >= 0, length <= (first.isIPv4 ? 32 : 128) else { return nil }
        self.first = first
        self.length = length
        guard bits & hostMask == 0 else { return nil }
    }

    /// Why a text is no prefix.
    public enum Fault: Error, Equatable, Sendable {
        case notAPrefix
        /// Bits beyond the length are set; the prefix that was probably meant.
        case hostBits(String)
    }

    /// Reads `address/length`, or one address alone.
    public static func read(_ text: String) -> Result<IPPrefix, Fault> {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = address(String(parts[0])) else { return .failure(.notAPrefix) }
        let most = address.isIPv4 ? 32 : 128
        var length = most
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]), number <= most
            else { return .failure(.notAPrefix) }
            length = number
        }
        if let prefix = IPPrefix(address, length: length) { return .success(prefix) }
        let mask = ~UInt128.zero << UInt128(most - length)
        let family = address.isIPv4 ? UInt128(0xFFFF) << 32 : 0
        let first = IPAddress(value: address.value & mask | family)
        return .failure(.hostBits("\(first.isNone ? "::" : first.text)/\(length)"))
    }

    /// Reads as ``read(_:)`` does, but drops bits beyond the length; nil for what is no prefix.
    public init?(_ text: String) {
        switch Self.read(text) {
        case .success(let prefix): self = prefix
        case .failure(.hostBits(let meant)):
            guard case .success(let prefix) = Self.read(meant) else { return nil }
            self = prefix
        case .failure(.notAPrefix): return nil
        }
    }

    /// As written, with the length of its own family.
    public var text: String { "\(first.isNone ? "::" : first.text)/\(length)" }

    /// `::` means absent in an event, but starts a range like any other.
    private static func address(_ text: String) -> IPAddress? {
        text == "::" ? IPAddress.none : IPAddress(text)
    }

    /// The whole range: whether an address of the same family lies in it.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == first.isIPv4 && address.value & ~hostMask == bits
    }

    package var bits: UInt128 { first.value }

    /// The last address of the range as a number.
    package var last: UInt128 { bits | hostMask }

    private var hostMask: UInt128 {
        let free = UInt128((first.isIPv4 ? 32 : 128) - length)
        return free == 128 ? .max : (1 << free) - 1
    }
}

extension IPAddress {
    /// The address as one number.
    package var value: UInt128 { UInt128(bits.high) << 64 | UInt128(bits.low) }

    package init(value: UInt128) {
        self.init(
            bits: ID128(
                high: UInt64(truncatingIfNeeded: value >> 64),
                low: UInt64(truncatingIfNeeded: value)))
    }
}
