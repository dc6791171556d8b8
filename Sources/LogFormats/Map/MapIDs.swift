internal import AuditModel
internal import WireFormat

/// Ids of tokens in forms other than plain: hashes in one spelling, and fingerprints of secrets.
struct MapIDs: ~Copyable {
    private static let hashBytes = 32
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Spelled hashes of the event at hand, one a column at most, in place until the next one.
    private var spelled = ByteBuffer(capacity: 2048)

    /// Forgets the texts of the last event.
    mutating func begin() { spelled.truncate(to: 0) }

    /// The id in a value, which no payload shows from then on; none for what has not that form.
    mutating func take(
        _ node: Int, _ form: MapSource.Form, _ column: IDColumn, _ fields: inout JSONFields
    ) -> ID128 {
        guard let text = fields.text(at: node) else { return .none }
        if form == .secret {
            // What is no fingerprint may be a secret.
            fields.drop(at: node)
            return SecretMark.fingerprint(text) == nil ? .none : fields.pack(text, column)
        }
        guard let hash = spell(text) else { return .none }
        fields.drop(at: node)
        return fields.pack(hash, column)
    }

    /// Keeps a secret out of the payload, unless all that is left of it is its fingerprint.
    func hide(_ node: Int, _ fields: inout JSONFields) {
        if let text = fields.text(at: node), SecretMark.fingerprint(text) == nil {
            fields.drop(at: node)
        }
    }

    /// A SHA-256 as base64url without padding, so that all spellings of one hash are one id; nil
    /// for what is no hash of that length.
    private mutating func spell(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let start = spelled.count
        if text.count == 2 * Self.hashBytes {
            guard appendHexadecimal(text) else {
                spelled.truncate(to: start)
                return nil
            }
        } else {
            let padding = text.count == 44 && text[43] == 0x3D ? 1 : 0
            guard text.count - padding == 43 else { return nil }
            for byte in text.prefix(43) {
                switch byte {
                case 0x2B: spelled.append(0x2D)
                case 0x2F: spelled.append(0x5F)
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: spelled.append(byte)
                default:
                    spelled.truncate(to: start)
                    return nil
                }
            }
        }
        return UnsafeRawBufferPointer(rebasing: spelled.bytes[start...])
    }

    private mutating func appendHexadecimal(_ text: UnsafeRawBufferPointer) -> Bool {
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x37
            case 0x61...0x66: digit = byte - 0x57
            default: return false
            }
            bits = bits << 4 | UInt32(digit)
            count += 4
            if count >= 6 {
                count -= 6
                spelled.append(Self.alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 {
            spelled.append(Self.alphabet[Int(bits << UInt32(6 - count) & 63)])
        }
        return true
    }
}

/// Addresses as access logs write them.
enum MapAddress {
    /// An address, also with a port behind it or in brackets; nil for anything else.
    static func read(_ text: UnsafeRawBufferPointer) -> IPAddress? {
        if let address = IPAddress(text: text) { return address }
        guard let first = text.first, text.count <= 64 else { return nil }
        if first == 0x5B {
            guard let close = text.firstIndex(of: 0x5D) else { return nil }
            return IPAddress(text: UnsafeRawBufferPointer(rebasing: text[1..<close]))
        }
        guard let colon = text.firstIndex(of: 0x3A) else { return nil }
        return IPAddress(text: UnsafeRawBufferPointer(rebasing: text[..<colon]))
    }
}
