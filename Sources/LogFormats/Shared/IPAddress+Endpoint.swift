internal import AuditModel

extension IPAddress {
    /// Reads an address with or without brackets and a port: `192.0.2.1:4711`,
    /// `[2001:db8::1]:4711` (RFC 3986 §3.2.2); nil for anything else.
    init?(endpoint text: UnsafeRawBufferPointer) {
        if let address = IPAddress(text: text) {
            self = address
        } else if text.first == 0x5B, let end = text.firstIndex(of: 0x5D) {
            self.init(text: UnsafeRawBufferPointer(rebasing: text[1..<end]))
        } else if let colon = text.firstIndex(of: 0x3A), text.lastIndex(of: 0x3A) == colon {
            self.init(text: UnsafeRawBufferPointer(rebasing: text[..<colon]))
        } else {
            return nil
        }
    }
}
