internal import AuditModel
internal import WireFormat

/// Which of Entra's logs a record is from.
enum EntraLog {
    /// Sign-ins by people, with and without them, and by applications.
    case interactive, nonInteractive, application
    case graphActivity, audit, detectedRisk, riskyIdentity
    /// A log whose records are kept as ``EventKind/other``.
    case another

    private static let known: [(name: String, log: EntraLog)] = [
        ("SignInLogs", .interactive), ("ADFSSignInLogs", .interactive),
        ("NonInteractiveUserSignInLogs", .nonInteractive),
        ("ServicePrincipalSignInLogs", .application),
        ("ManagedIdentitySignInLogs", .application),
        ("MicrosoftServicePrincipalSignInLogs", .application),
        ("MicrosoftGraphActivityLogs", .graphActivity), ("AuditLogs", .audit),
        ("UserRiskEvents", .detectedRisk), ("ServicePrincipalRiskEvents", .detectedRisk),
        ("RiskyUsers", .riskyIdentity), ("RiskyServicePrincipals", .riskyIdentity),
    ]
    private static let logs = known.map(\.log)
    private static let table = NameTable(known.map(\.name))

    /// The log that an envelope's `category` names; nil for any other.
    static func known(_ category: UnsafeRawBufferPointer) -> EntraLog? {
        table.index(of: category, hash: KeyHash.of(category)).map { logs[$0] }
    }

    /// The log of the event at hand.
    static func of(_ fields: borrowing JSONFields) -> EntraLog {
        fields.text(EntraField.category).flatMap { known($0) } ?? .another
    }

    var isSignIn: Bool { self == .interactive || self == .nonInteractive || self == .application }

    var isRisk: Bool { self == .detectedRisk || self == .riskyIdentity }
}

/// Names and texts that stand for nothing.
enum EntraText {
    private static let nobody: StaticString = "00000000-0000-0000-0000-000000000000"

    /// A text that names something; nil for none, for the GUID of zeros and for a placeholder.
    static func known(_ text: UnsafeRawBufferPointer?) -> UnsafeRawBufferPointer? {
        guard let text, !ByteSearch.equals(text, nobody), !ByteSearch.equals(text, "null"),
            !ByteSearch.equals(text, "<null>"), !ByteSearch.equals(text, "{PII Removed}")
        else { return nil }
        return text
    }

    /// Makes the buffer hold a text, ASCII letters in lower case.
    static func fold(_ text: UnsafeRawBufferPointer, into buffer: inout ByteBuffer) {
        buffer.truncate(to: 0)
        for byte in text { buffer.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    }

    /// The tenant in `/tenants/GUID/providers/…`, which some exports write in upper case; nil
    /// where there is none.
    static func tenant(ofResource path: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let start = 9
        guard path.count >= start + 36,
            ByteSearch.containsFolded(
                UnsafeRawBufferPointer(rebasing: path[..<start]), "/tenants/")
        else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: path[start..<(start + 36)])
        let isWhole = path.count == start + 36 || path[start + 36] == 0x2F
        return isWhole && !name.contains(0x2F) ? name : nil
    }
}
