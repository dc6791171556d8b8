internal import AuditModel
internal import WireFormat

/// What a sign-in asked for, as far as its record tells.
enum EntraRequest {
    /// A person at a browser; a refresh token, also that of a device; a device code; a password at
    /// the token endpoint; an application for itself; anything else without a person.
    case login, refresh, deviceCode, password, application, token

    init(_ log: EntraLog, _ fields: borrowing JSONFields) {
        if log == .application {
            self = .application
        } else if fields.equals(EntraField.protocolName, "deviceCode") {
            self = .deviceCode
        } else if let token = fields.text(EntraField.incomingToken),
            ByteSearch.containsFolded(token, "refreshtoken")
        {
            self = .refresh
        } else if fields.equals(EntraField.protocolName, "ropc") {
            self = .password
        } else {
            self = log == .interactive ? .login : .token
        }
    }

    /// The event of a request that was granted.
    var success: EventKind {
        switch self {
        case .login: .sessionStarted
        case .refresh: .refreshSucceeded
        case .deviceCode: .deviceCodeRedeemed
        case .password, .application, .token: .tokenIssued
        }
    }

    /// The grant type (RFC 6749, RFC 8628); nil where the record does not tell it.
    var grantType: String? {
        switch self {
        case .refresh: "refresh_token"
        case .deviceCode: "urn:ietf:params:oauth:grant-type:device_code"
        case .password: "password"
        case .application: "client_credentials"
        case .login, .token: nil
        }
    }

    var ipRole: IPRole {
        switch self {
        case .login, .refresh, .deviceCode, .password: .holder
        case .application: .caller
        case .token: .unknown
        }
    }

    /// The event of a request that was refused.
    ///
    /// - Parameter meaning: of the error code.
    func failure(_ meaning: TypeMeaning) -> EventKind {
        switch (meaning.kind, self) {
        case (.other, _): refusal(meaning.reason)
        case (.codeRejected, .refresh): .refreshRejected
        case (.codeRejected, .deviceCode): .deviceCodeRejected
        case (.codeRejected, .application), (.authorizationFailed, .application),
            (.authnFailed, .application):
            .clientAuthFailed
        default: meaning.kind
        }
    }

    private func refusal(_ reason: Reason) -> EventKind {
        switch self {
        case .refresh: return .refreshRejected
        case .deviceCode: return .deviceCodeRejected
        case .application, .token: return .tokenIssueFailed
        case .login, .password:
            let isRequest = reason == .scope || reason == .audience || reason == .malformed
            return isRequest ? .authorizationFailed : .authnFailed
        }
    }
}

/// How a sign-in ended.
enum EntraResult {
    case success
    /// Its code has an entry in ``EntraErrors``, or none.
    case error(TypeMeaning)
    /// The record says nothing.
    case unknown

    private static let unknownError = TypeMeaning(
        kind: .other, outcome: .failure, effects: [], ipRole: .unknown, reason: .unknown)

    init(_ fields: borrowing JSONFields) {
        guard let code = Self.code(fields) else {
            self = .unknown
            return
        }
        if ByteSearch.equals(code, "0") || ByteSearch.containsFolded(code, "success") {
            self = .success
        } else {
            self = .error(EntraErrors.table.meaning(code) ?? Self.unknownError)
        }
    }

    /// The error code without its prefix, or another word for the result.
    static func code(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        guard
            let text = fields.text(EntraField.errorCode) ?? fields.text(EntraField.resultType)
        else { return nil }
        guard text.count > 6, text.prefix(6).elementsEqual("AADSTS".utf8) else { return text }
        return UnsafeRawBufferPointer(rebasing: text[6...])
    }
}
