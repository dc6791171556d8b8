internal import AuditModel
internal import WireFormat

/// Maps records of the audit log: who may do what for whom, and with which secrets.
struct EntraAdministration: ~Copyable {
    private var name = ByteBuffer(capacity: 256)

    /// An activity that is not in the table is `other`, its name kept.
    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        mapOutcome(fields, &row)
        if let activity = fields.text(EntraField.activity) ?? fields.text(EntraField.operation) {
            row.vendorType = fields.code(of: activity, &pool)
            if let meaning = meaning(activity) {
                row.kind = row.outcome == .failure ? Self.failed(meaning.kind) : meaning.kind
                if meaning.outcome == .unknown { row.outcome = .unknown }
            }
        }
        if row.outcome == .failure,
            let text = fields.text(EntraField.resultReason) ?? fields.text(EntraField.resultText)
        {
            row.reasonRaw = fields.code(of: text, &pool)
        }
        mapParties(&fields, &row, &pool)
    }

    private func mapOutcome(_ fields: borrowing JSONFields, _ row: inout EventRow) {
        guard let result = fields.text(EntraField.result) else { return }
        if ByteSearch.containsFolded(result, "success") {
            row.outcome = .success
        } else if ByteSearch.containsFolded(result, "failure")
            || ByteSearch.containsFolded(result, "timeout")
        {
            row.outcome = .failure
            row.reason = .unspecified
        }
    }

    private mutating func meaning(_ activity: UnsafeRawBufferPointer) -> TypeMeaning? {
        let end = activity.lastIndex { $0 != 0x20 && $0 != 0x2E }.map { $0 + 1 } ?? 0
        EntraText.fold(UnsafeRawBufferPointer(rebasing: activity[..<end]), into: &name)
        // Written with a dash of one kind or another.
        if ByteSearch.containsFolded(name.bytes, "certificates and secrets management") {
            return EntraActivities.secrets.meaning
        }
        return EntraActivities.table.meaning(name.bytes)
    }

    private static func failed(_ kind: EventKind) -> EventKind {
        switch kind {
        case .consentGranted: .consentDenied
        case .consentRevoked: .other
        case .tokenRevoked: .tokenRevokeFailed
        default: kind
        }
    }

    /// The subject is the account that was changed, else the person who acted; the client is the
    /// application that it is about.
    private func mapParties(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool
    ) {
        if row.ip.isNone { row.ip = fields.address(EntraField.actorAddress) }
        let subject = targetUser(fields, of: row.kind) ?? fields.text(EntraField.actorID)
        if let subject = EntraText.known(subject) { row.subject = fields.code(of: subject, &pool) }
        if let client = EntraText.known(targetClient(fields)) {
            row.client = fields.code(of: client, &pool)
        }
    }

    private func targetUser(
        _ fields: borrowing JSONFields, of kind: EventKind
    ) -> UnsafeRawBufferPointer? {
        switch kind {
        case .accountChanged, .accountLocked, .accountDeleted, .tokenRevoked, .tokenRevokeFailed,
            .riskSignal:
            guard let targets = fields.node(EntraField.targets),
                let user = EntraLists.element(
                    of: targets, where: "type", is: "User", fields.document)
            else { return nil }
            return EntraLists.text("id", of: user, fields.document)
        default: return nil
        }
    }

    /// Objects have ids of their own; the client's is among the details, or the first of its names.
    private func targetClient(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        if let details = fields.node(EntraField.details),
            let entry = EntraLists.element(of: details, where: "key", is: "AppId", fields.document)
        {
            return EntraLists.text("value", of: entry, fields.document)
        }
        guard let targets = fields.node(EntraField.targets),
            fields.document[targets].kind == .array,
            fields.document[targets].next > UInt32(targets + 1),
            let changes = EntraLists.member("modifiedProperties", of: targets + 1, fields.document),
            let entry = EntraLists.element(
                of: changes, where: "displayName", is: "TargetId.ServicePrincipalNames",
                fields.document),
            let names = EntraLists.text("newValue", of: entry, fields.document)
        else { return nil }
        let first = names.drop { $0 == 0x22 }.prefix { $0 != 0x3B && $0 != 0x22 }
        return first.count == 36 ? UnsafeRawBufferPointer(rebasing: first) : nil
    }
}

/// What the activities of the audit log mean, by their names in lower case.
enum EntraActivities {
    static let secrets = TypeTable.Group("", .clientCredentialChanged)

    static let table = TypeTable(consents + clients + accounts + configuration)

    private static let consents: [TypeTable.Group] = [
        .init(
            list: [
                "consent to application", "add delegated permission grant",
                "add oauth2permissiongrant", "add app role assignment to service principal",
            ], .consentGranted),
        .init(
            list: [
                "revoke consent", "remove delegated permission grant",
                "remove oauth2permissiongrant", "remove app role assignment from service principal",
            ], .consentRevoked),
        .init(list: ["update stsrefreshtokenvalidfrom timestamp"], .tokenRevoked),
    ]

    private static let clients: [TypeTable.Group] = [
        .init(list: ["add application", "add service principal"], .clientRegistered),
        .init(
            list: [
                "update application", "update service principal", "add owner to application",
                "remove owner from application", "add owner to service principal",
                "remove owner from service principal", "restore application",
                "disable service principal", "enable service principal",
            ], .clientUpdated),
        .init(
            list: [
                "delete application", "hard delete application", "remove service principal",
                "hard delete service principal",
            ], .clientDeleted),
        .init(
            list: [
                "add service principal credentials", "remove service principal credentials",
                "update service principal credentials",
            ], .clientCredentialChanged),
    ]

    private static let accounts: [TypeTable.Group] = [
        .init(
            list: [
                "add user", "update user", "restore user", "enable account",
                "change user password", "reset user password", "change password (self-service)",
                "reset password (self-service)", "reset password (by admin)",
                "set force change user password", "update passwordprofile",
                "disable strong authentication", "enable strong authentication",
                "user registered security info", "user deleted security info",
                "user updated security info", "user changed default security info",
                "user registered all required security info", "admin registered security info",
                "admin updated security info", "admin deleted security info",
            ], .accountChanged),
        .init(list: ["disable account"], .accountLocked),
        .init(list: ["delete user", "hard delete user"], .accountDeleted),
        .init(
            list: [
                "suspicious activity reported", "fraud reported - no action taken",
                "fraud reported - user is blocked for mfa",
            ], .riskSignal, .unknown),
    ]

    private static let configuration: [TypeTable.Group] = [
        .init(
            list: [
                "add conditional access policy", "update conditional access policy",
                "delete conditional access policy", "add named location", "update named location",
                "delete named location", "add policy", "update policy", "delete policy",
                "update authorization policy", "set domain authentication",
                "set federation settings on domain", "add unverified domain", "verify domain",
                "add verified domain", "update domain", "set company information",
                "update company settings", "create identity provider", "update identity provider",
                "delete identity provider",
            ], .asConfigChanged),
        .init(
            list: [
                "generate key", "create policy key", "update policy key", "delete policy key",
                "upload key to policy key", "upload certificate to policy key",
                "upload secret into policy key",
            ], .keyChanged),
        .init(
            list: [
                "add member to role", "remove member from role", "add eligible member to role",
                "remove eligible member from role",
                "add member to role completed (pim activation)",
                "add member to role requested (pim activation)",
                "add app role assignment grant to user",
                "remove app role assignment from user", "add member to group",
                "remove member from group",
            ], .adminAction),
    ]
}
