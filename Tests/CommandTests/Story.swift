import Foundation

/// What a server logs of one life of a grant, told event by event and written in either dialect.
struct Story {
    /// How the story is written down.
    enum Dialect: String, CaseIterable, Sendable {
        case json, text
    }

    /// A refusal's reason, as the server words it.
    enum Refusal: String {
        case reuse = "Maximum allowed refresh token reuse exceeded"
        case stale = "Stale token"
    }

    private struct Entry {
        var milliseconds: Int64
        var type: String
        var address: String
        var error: String?
        var details: [(key: String, value: String)]
        var session: String
        var subject: String?
    }

    /// 2026-03-02T10:00:00Z.
    private static let start: Int64 = 1_772_445_600_000
    private static let realm = "5f1e0a3c-2b4d-4e6f-8a90-b1c2d3e4f5a6"

    /// The session and the subject of the events told from here on.
    var session = Story.uuid("session")
    var subject = Story.uuid("anna")
    private var entries: [Entry] = []

    /// The same UUID for the same name.
    static func uuid(_ name: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(padded.prefix(8))-\(padded.dropFirst(8).prefix(4))-4abc-8def-0000"
            + "\(padded.suffix(8))"
    }

    mutating func login(_ seconds: Double, _ address: String) {
        add(
            seconds, "LOGIN", address,
            [
                ("auth_method", "openid-connect"), ("response_type", "code"),
                ("redirect_uri", "https://shop.example/cb"), ("consent", "no_consent_required"),
                ("code_id", session), ("username", "anna"),
            ])
    }

    mutating func code(_ seconds: Double, _ address: String, gives refresh: String) {
        add(
            seconds, "CODE_TO_TOKEN", address,
            [
                ("token_id", Self.uuid("access of " + refresh)),
                ("grant_type", "authorization_code"), ("refresh_token_type", "Refresh"),
                ("scope", "openid email"), ("refresh_token_id", Self.uuid(refresh)),
                ("code_id", session), ("client_auth_method", "client-secret"),
            ])
    }

    mutating func refresh(_ seconds: Double, _ address: String, _ old: String, _ new: String) {
        add(
            seconds, "REFRESH_TOKEN", address,
            [
                ("token_id", Self.uuid("access of " + new)), ("grant_type", "refresh_token"),
                ("refresh_token_type", "Refresh"), ("updated_refresh_token_id", Self.uuid(new)),
                ("scope", "openid email"), ("refresh_token_id", Self.uuid(old)),
                ("client_auth_method", "client-secret"),
            ])
    }

    mutating func refused(
        _ seconds: Double, _ address: String, _ token: String, _ refusal: Refusal = .reuse
    ) {
        add(
            seconds, "REFRESH_TOKEN_ERROR", address,
            [
                ("reason", refusal.rawValue), ("grant_type", "refresh_token"),
                ("refresh_token_type", "Refresh"), ("refresh_token_id", Self.uuid(token)),
                ("refresh_token_sub", subject), ("client_auth_method", "client-secret"),
            ], error: "invalid_token")
    }

    private mutating func add(
        _ seconds: Double, _ type: String, _ address: String,
        _ details: [(key: String, value: String)], error: String? = nil
    ) {
        entries.append(
            Entry(
                milliseconds: Self.start + Int64((seconds * 1000).rounded()), type: type,
                address: address, error: error, details: details, session: session,
                subject: error == nil ? subject : nil))
    }

    func lines(_ dialect: Dialect) -> [String] {
        entries.enumerated().map { number, entry in
            dialect == .json ? Self.json(entry, number) : Self.text(entry)
        }
    }

    private static func json(_ entry: Entry, _ number: Int) -> String {
        func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
        let details = entry.details.map { "\"\($0.key)\":\"\($0.value)\"" }
        let id = uuid("event \(number) \(entry.milliseconds) \(entry.session)")
        return "{\"id\":\"\(id)\",\"time\":\(entry.milliseconds),"
            + "\"type\":\"\(entry.type)\",\"realmId\":\"\(realm)\",\"realmName\":\"shop\","
            + "\"clientId\":\"web\",\"userId\":\(text(entry.subject)),"
            + "\"sessionId\":\"\(entry.session)\",\"ipAddress\":\"\(entry.address)\","
            + "\"error\":\(text(entry.error)),\"details\":{\(details.joined(separator: ","))}}"
    }

    private static func text(_ entry: Entry) -> String {
        let date = Date(timeIntervalSince1970: Double(entry.milliseconds / 1000))
        let clock = date.ISO8601Format().dropLast().replacing("T", with: " ")
        let fraction = String(String(1000 + entry.milliseconds % 1000).dropFirst())
        var pairs: [(key: String, value: String)] = [
            ("type", entry.type), ("realmId", realm), ("realmName", "shop"), ("clientId", "web"),
            ("userId", entry.subject ?? "null"), ("sessionId", entry.session),
            ("ipAddress", entry.address),
        ]
        if let error = entry.error { pairs.append(("error", error)) }
        let level = entry.error == nil ? "DEBUG" : "WARN "
        return "\(clock),\(fraction) \(level) [org.keycloak.events] (executor-thread-7) "
            + (pairs + entry.details).map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ", ")
    }
}
