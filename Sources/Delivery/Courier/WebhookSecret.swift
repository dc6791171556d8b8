internal import COpenSSL

/// What messages to one receiver are signed with. It has no text form.
///
/// Written either as `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks 1.0), or as any
/// other text of at least 24 bytes, which is the key as it stands. A line end behind either does
/// not count.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    static let prefix = Array("whsec_".utf8)
    static let mostBytes = 4096

    let key: [UInt8]

    public init(_ text: [UInt8]) throws(HookError) {
        var text = text[...]
        if text.last == 0x0A { text.removeLast() }
        if text.last == 0x0D { text.removeLast() }
        if text.starts(with: Self.prefix) {
            guard let key = Base64.decode(text.dropFirst(Self.prefix.count)) else {
                throw Self.fault("what follows whsec_ is no base64")
            }
            guard (24...64).contains(key.count) else {
                throw Self.fault("what follows whsec_ has \(key.count) bytes, not 24 to 64")
            }
            self.key = key
        } else {
            guard (24...Self.mostBytes).contains(text.count) else {
                throw Self.fault("it has \(text.count) bytes, not 24 to \(Self.mostBytes)")
            }
            key = Array(text)
        }
    }

    public var description: String { "‹set›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    private static func fault(_ why: String) -> HookError {
        HookError(
            .secret, "cannot sign with the secret: \(why); make one with "
                + "`grantrail hooks secret`")
    }
}

/// Base64 with the standard alphabet (RFC 4648 §4).
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        guard let count = Int32(exactly: bytes.count), count < Int32.max / 2 else { return [] }
        // The function ends what it writes with a zero.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let written = EVP_EncodeBlock(&text, bytes, count)
        return Array(text.prefix(max(0, Int(written))))
    }

    /// Nil for anything but the one spelling of some bytes; padding may be left out.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let isPadded = text.contains(0x3D)
        guard text.count <= 8192, text.count % 4 != 1, !isPadded || text.count % 4 == 0
        else { return nil }
        let padded = Array(text) + repeatElement(0x3D, count: (4 - text.count % 4) % 4)
        var bytes = [UInt8](repeating: 0, count: padded.count / 4 * 3)
        let written = EVP_DecodeBlock(&bytes, padded, Int32(truncatingIfNeeded: padded.count))
        guard Int(written) == bytes.count else { return nil }
        bytes.removeLast(min(2, bytes.count, padded.reversed().prefix { $0 == 0x3D }.count))
        return encode(bytes) == padded ? bytes : nil
    }
}
