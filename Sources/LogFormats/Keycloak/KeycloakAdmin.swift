internal import AuditModel
internal import WireFormat

/// What administrators' events mean, by operation and resource (`CREATE`, `UPDATE`, `DELETE`,
/// `ACTION` on one of about forty kinds of resource).
enum KeycloakAdmin {
    /// What one such event says.
    struct Meaning: Equatable {
        var kind: EventKind
        var effects: EffectSet = []
    }

    /// - Parameters:
    ///   - path: the resource's path in its realm, such as `users/ID/logout`.
    ///   - representation: the resource as JSON, where the server was told to log it.
    static func meaning(
        operation: UnsafeRawBufferPointer, resource: UnsafeRawBufferPointer,
        path: UnsafeRawBufferPointer, representation: UnsafeRawBufferPointer?
    ) -> Meaning {
        let isDeleted = ByteSearch.equals(operation, "DELETE")
        let isAction = ByteSearch.equals(operation, "ACTION")
        if ByteSearch.equals(resource, "CLIENT") {
            return Meaning(kind: client(operation, path))
        } else if ByteSearch.equals(resource, "USER") {
            return user(path, isDeleted: isDeleted, isAction: isAction)
        } else if ByteSearch.equals(resource, "USER_SESSION") {
            return Meaning(kind: isDeleted ? .sessionEnded : .adminAction)
        } else if ByteSearch.equals(resource, "USER_LOGIN_FAILURE") {
            return Meaning(kind: .accountChanged)
        } else if ByteSearch.equals(resource, "REALM") {
            if ends(path, "logout-all") { return Meaning(kind: .sessionEnded) }
            return Meaning(kind: isAction ? .adminAction : .asConfigChanged)
        } else if ByteSearch.equals(resource, "COMPONENT"),
            let representation, ByteSearch.contains(representation, "org.keycloak.keys.KeyProvider")
        {
            return Meaning(kind: .keyChanged)
        }
        return Meaning(kind: .adminAction)
    }

    /// Parts of a client's path that hold its credentials.
    private static let credentials: [StaticString] = [
        "/client-secret", "/registration-access-token", "/certificates/",
    ]

    private static func client(
        _ operation: UnsafeRawBufferPointer, _ path: UnsafeRawBufferPointer
    ) -> EventKind {
        if credentials.contains(where: { ByteSearch.contains(path, $0) }) {
            return .clientCredentialChanged
        }
        if ByteSearch.equals(operation, "CREATE") { return .clientRegistered }
        if ByteSearch.equals(operation, "UPDATE") { return .clientUpdated }
        return ByteSearch.equals(operation, "DELETE") ? .clientDeleted : .adminAction
    }

    private static func user(
        _ path: UnsafeRawBufferPointer, isDeleted: Bool, isAction: Bool
    ) -> Meaning {
        if ends(path, "/logout") { return Meaning(kind: .sessionEnded) }
        if ends(path, "/impersonation") { return Meaning(kind: .sessionImpersonated) }
        if segment(after: "consents", in: path) != nil {
            return Meaning(kind: .consentRevoked, effects: .grantRevoked)
        }
        let isWhole = path.filter { $0 == 0x2F }.count <= 1
        return Meaning(kind: isDeleted && isWhole ? .accountDeleted : .accountChanged)
    }

    static func ends(_ path: UnsafeRawBufferPointer, _ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard path.count >= count else { return false }
        return ByteSearch.equals(
            UnsafeRawBufferPointer(rebasing: path[(path.count - count)...]), suffix)
    }

    /// The part of a path that follows a given one; nil if it has none.
    static func segment(
        after name: StaticString, in path: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        var start = 0
        var isNext = false
        while start < path.count {
            let end = path[start...].firstIndex(of: 0x2F) ?? path.count
            let part = UnsafeRawBufferPointer(rebasing: path[start..<end])
            if isNext { return part.isEmpty ? nil : part }
            isNext = ByteSearch.equals(part, name)
            start = end + 1
        }
        return nil
    }
}

extension KeycloakMapper {
    /// Fills an administrator's event: whom it concerns where the path says so, else who acted.
    ///
    /// A line of text names the realm of who acted, JSON also the one that was changed.
    mutating func mapAdmin(
        _ fields: inout KeycloakFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        let operation = fields.take(.operationType) ?? none
        let resource = fields.take(.resourceType) ?? none
        let path = fields.text(.resourcePath) ?? none
        // It may hold secrets, and nothing needs it further on.
        let representation = fields.take(.representation)
        let meaning = KeycloakAdmin.meaning(
            operation: operation, resource: resource, path: path, representation: representation)
        fields.drop(.type)
        row.vendorType = pool.code(
            of: "admin.\(String(decoding: resource.prefix(64), as: UTF8.self))-"
                + String(decoding: operation.prefix(64), as: UTF8.self))
        if fields.text(.error) == nil {
            row.kind = meaning.kind
            row.effects = meaning.effects
            row.outcome = .success
        } else {
            row.kind = .adminAction
            row.outcome = .failure
            mapReason(&fields, &row, &pool)
        }
        mapRealm(&fields, &row, &pool)
        if row.issuer == 0 { row.issuer = code(.authRealmId, &fields, &pool) }
        fields.move(.userId, to: .authUserId)
        fields.move(.clientId, to: .authClientId)
        fields.move(.ipAddress, to: .authIpAddress)
        mapConcerned(path, &fields, &row, &pool)
        if let address = fields.text(.authIpAddress).flatMap({ IPAddress(text: $0) }) {
            row.ip = address
            _ = fields.take(.authIpAddress)
        }
    }

    /// Users and sessions of the path; where it names none, who acted and with which client.
    private mutating func mapConcerned(
        _ path: UnsafeRawBufferPointer, _ fields: inout KeycloakFields, _ row: inout EventRow,
        _ pool: inout StringPool
    ) {
        if let session = KeycloakAdmin.segment(after: "sessions", in: path) {
            row.session = pack(session, .session)
        }
        switch row.kind {
        case .sessionEnded, .sessionImpersonated, .accountChanged, .accountDeleted,
            .consentRevoked:
            if let user = KeycloakAdmin.segment(after: "users", in: path) {
                row.subject = pool.code(of: user)
            }
            if let client = KeycloakAdmin.segment(after: "consents", in: path) {
                row.client = pool.code(of: client)
            }
        default:
            row.subject = code(.authUserId, &fields, &pool)
            row.client = code(.authClientId, &fields, &pool)
        }
    }

    /// Fills the event of a code that was presented again.
    mutating func map(_ replay: KeycloakCodeLine, _ pool: inout StringPool) -> EventRow {
        var row = begin()
        row.kind = .codeReplayed
        row.outcome = .failure
        row.reason = .consumed
        row.flags = .asserted
        row.vendorType = pool.code(of: "OAuth2CodeParser")
        row.code = replay.code
        row.session = pack(replay.session, .session)
        return row
    }
}
