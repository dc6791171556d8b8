internal import AuditModel

/// Whose address a request came from.
///
/// What a client writes into `X-Forwarded-For` is believed by nobody. An own proxy in front of the
/// server has a private address and appends the address that it saw; so if the peer is private, the
/// list is read from its end, over private addresses, to the first public one.
enum HolderAddress {
    /// Takes the peer's address into a column if that is the holder's; the list stays.
    static func take(_ fields: inout JSONFields) -> IPAddress {
        let peer = fields.known(.address).flatMap(parse) ?? .none
        if peer.isNone || peer.isPrivate, let list = fields.known(.forwarded),
            let holder = last(of: list)
        {
            return holder
        }
        if !peer.isNone { fields.drop(AccessField.address) }
        return peer
    }

    /// The last public address of a list, else its last one; nil if its end is none.
    private static func last(of list: UnsafeRawBufferPointer) -> IPAddress? {
        var last: IPAddress?
        var end = list.count
        while end > 0 {
            let comma = list[..<end].lastIndex(of: 0x2C)
            let start = comma.map { $0 + 1 } ?? 0
            guard let address = parse(trimmed(UnsafeRawBufferPointer(rebasing: list[start..<end])))
            else { return last }
            if !address.isPrivate { return address }
            last = last ?? address
            end = comma ?? 0
        }
        return last
    }

    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = text.firstIndex { $0 != 0x20 } ?? text.count
        let end = text.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? start
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// An address with or without a port; the limited broadcast address stands for none.
    static func parse(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        guard let address = IPAddress(text: text) ?? withPort(text),
            address != IPAddress(v4: .max), address != IPAddress(v4: 0)
        else { return nil }
        return address
    }

    private static func withPort(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        if text.first == 0x5B {
            guard let end = text.firstIndex(of: 0x5D) else { return nil }
            return IPAddress(text: UnsafeRawBufferPointer(rebasing: text[1..<end]))
        }
        guard let colon = text.lastIndex(of: 0x3A) else { return nil }
        return IPAddress(text: UnsafeRawBufferPointer(rebasing: text[..<colon]))
    }
}
