internal import AuditModel
internal import WireFormat

/// Which log a flat record is from, as an envelope's `category` would name it.
struct EntraCategory: ~Copyable {
    /// A name, and the member that told it, which is not written again; -1 for none.
    struct Name {
        var text: UnsafeRawBufferPointer
        var node = -1
    }

    private var finder = FieldFinder(EntraFlatField.tree)

    mutating func find(_ fields: borrowing JSONFields) -> Name {
        finder.find(in: fields.document, fields.root)
        if let table = text(.table, fields) {
            return Name(text: Self.category(ofTable: table), node: node(.table))
        }
        if let own = text(.category, fields), EntraLog.known(own) != nil {
            return Name(text: own, node: node(.category))
        }
        let name = inferred(fields)
        return Name(
            text: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    private func node(_ field: EntraFlatField) -> Int { finder[field] }

    private func text(
        _ field: EntraFlatField, _ fields: borrowing JSONFields
    ) -> UnsafeRawBufferPointer? {
        node(field) < 0 ? nil : fields.text(at: node(field))
    }

    /// Tables of sign-ins and risks begin with `AAD`, but for `SigninLogs`.
    private static func category(
        ofTable name: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        if ByteSearch.equals(name, "SigninLogs") {
            let name: StaticString = "SignInLogs"
            return UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        }
        let isPrefixed = name.count > 3 && name.prefix(3).elementsEqual("AAD".utf8)
        return isPrefixed ? UnsafeRawBufferPointer(rebasing: name[3...]) : name
    }

    /// By the members that only objects of that log have.
    private func inferred(_ fields: borrowing JSONFields) -> StaticString {
        let isApplication = node(.principal) >= 0 && EntraText.known(text(.user, fields)) == nil
        if node(.riskEvent) >= 0 {
            return isApplication ? "ServicePrincipalRiskEvents" : "UserRiskEvents"
        }
        if node(.riskUpdated) >= 0 {
            return isApplication ? "RiskyServicePrincipals" : "RiskyUsers"
        }
        if node(.activity) >= 0 { return "AuditLogs" }
        if node(.request) >= 0 { return "MicrosoftGraphActivityLogs" }
        return signIn(fields, isApplication: isApplication)
    }

    private func signIn(
        _ fields: borrowing JSONFields, isApplication: Bool
    ) -> StaticString {
        if let type = firstEventType(fields) {
            if ByteSearch.containsFolded(type, "nonint") { return "NonInteractiveUserSignInLogs" }
            if ByteSearch.containsFolded(type, "managed") { return "ManagedIdentitySignInLogs" }
            if ByteSearch.containsFolded(type, "principal") { return "ServicePrincipalSignInLogs" }
            return "SignInLogs"
        }
        if isApplication { return "ServicePrincipalSignInLogs" }
        let isSilent = text(.isInteractive, fields).map {
            ByteSearch.containsFolded($0, "false")
        }
        return isSilent == true ? "NonInteractiveUserSignInLogs" : "SignInLogs"
    }

    /// The first of `signInEventTypes`, or all of it where it is one text.
    private func firstEventType(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        let list = node(.eventTypes)
        guard list >= 0 else { return nil }
        if fields.document[list].kind != .array { return fields.text(at: list) }
        return Int(fields.document[list].next) > list + 1 ? fields.text(at: list + 1) : nil
    }
}
