internal import AuditModel
internal import Detection
internal import GrantLedger

/// How well one rule sees through one source.
struct RuleSight {
    /// How much of a part of a rule can come true at this source.
    enum Sight {
        case seen
        /// It may, but the events at hand hold no example.
        case possible
        /// Only in some cases.
        case reduced(CoverageCause)
        case missing(CoverageCause)
        /// The rule is about another source.
        case elsewhere

        var rank: Int {
            switch self {
            case .seen: 0
            case .possible: 1
            case .reduced: 2
            case .missing: 3
            case .elsewhere: 4
            }
        }
    }

    let source: SourceSurvey.Source
    let rules: [String: Rule]

    /// All parts must come true.
    private func worst(_ sights: [Sight]) -> Sight { sights.max { $0.rank < $1.rank } ?? .seen }

    /// One of the parts must.
    private func best(_ sights: [Sight]) -> Sight { sights.min { $0.rank < $1.rank } ?? .seen }

    /// How well a rule's condition and all its inputs can be seen.
    func sight(_ rule: Rule) -> Sight {
        worst([sight(rule.condition, rule)] + rule.inputs.map { sight($0.condition, rule) })
    }

    /// How well a selection can be seen.
    func sight(_ selection: Rule.Selection) -> Sight {
        best(selection.alternatives.map { worst($0.map { sight($0) }) })
    }

    private func sight(_ condition: Rule.Condition, _ rule: Rule) -> Sight {
        switch condition {
        case .selection(let index): sight(rule.selections[index])
        case .fired(let id): rules[id].map { sight($0) } ?? .seen
        // What cannot be seen is not there.
        case .not: .seen
        case .all(let parts): worst(parts.map { sight($0, rule) })
        case .any(let parts): best(parts.map { sight($0, rule) })
        }
    }

    private func sight(_ predicate: Predicate) -> Sight {
        if predicate.matchers.contains(.exists(false)) { return .seen }
        switch predicate.field {
        case .anyText, .time: return .seen
        case .payload(let path):
            if source.payload[path, default: 0] > 0 { return .seen }
            return source.isTelling ? .possible : .seen
        case .ledger(let field): return sight(field, predicate)
        case .event(.dialect):
            return predicate.matches(text: source.dialect) ? .seen : .elsewhere
        case .event(.kind): return sight(ofKinds: EventKind.names.filter(predicate.matches(text:)))
        case .event(.outcome): return sight(ofOutcomes: predicate)
        case .event(.reason), .event(.effects), .event(.ipRole), .event(.asserted), .event(.leaked):
            return .possible
        case .event(let field): return sight(of: field)
        }
    }

    private func sight(of field: Field) -> Sight {
        if source.fields[field, default: 0] > 0 { return .seen }
        guard source.isTelling else { return .possible }
        let name = Self.capabilityNames[field] ?? field.name
        if !source.showsSuccesses, Self.comesWithSuccess.contains(name) {
            return .missing(.successes)
        }
        return .missing(
            FieldSchema.capabilities.contains(name) ? .capability(name) : .field(name))
    }

    private static let capabilityNames: [Field: String] = [
        .tls: "tls", .proofKey: "proof_key", .presented: "refresh_id", .issued: "refresh_id",
        .code: "code_id", .place: "country", .city: "country", .network: "asn",
    ]

    /// What only successful attempts can show.
    private static let comesWithSuccess: Set = ["scopes", "parent_id", "access_id", "generation"]

    private func sight(ofOutcomes predicate: Predicate) -> Sight {
        let wantsSuccess = predicate.matches(text: Outcome.success.name)
        if wantsSuccess, !source.showsSuccesses, source.isTelling {
            return .missing(.successes)
        }
        return .seen
    }

    private func sight(ofKinds names: [String]) -> Sight {
        let kinds = names.compactMap(EventKind.init(name:))
        if source.saw(kinds) { return .seen }
        let writable = kinds.filter { VendorKinds.canWrite($0, dialect: source.dialect) }
        if writable.isEmpty, !kinds.isEmpty {
            return .missing(.kinds(names.joined(separator: ", ")))
        }
        let needSuccess = writable.allSatisfy(VendorKinds.isSuccess)
        if needSuccess, !source.showsSuccesses, source.isTelling { return .missing(.successes) }
        return .possible
    }

    // MARK: - Facts

    private func sight(_ field: FactField, _ predicate: Predicate) -> Sight {
        switch field {
        case .fact:
            return best(FactSet.names.filter(predicate.matches(text:)).map(sight(ofFact:)))
        case .presenterNew, .presenterUnseen:
            let names = ["prefix", "asn", "country"].filter(predicate.matches(text:))
            let needed = names.map { $0 == "prefix" ? "ip" : $0 }
            return best(needed.map(sight(ofCapability:)))
        case .successor:
            return source.showsSuccesses || !source.isTelling ? .seen : .missing(.successes)
        case .branchesForeign: return sight(ofFact: "refresh.forked")
        case .generation, .generationGap, .replayGapSeconds, .policyAllows, .rotation,
            .sameNetwork, .birth:
            return source.showsSuccesses || !source.isTelling ? .seen : .missing(.successes)
        case .refused, .asserted, .leakStatus: return .seen
        case .ownerClient: return sight(ofFact: "client.mismatch")
        case .scopesAdded: return sight(ofFact: "scope.grown")
        case .familyAgeHours, .familyIdleHours, .familyLineages:
            return source.showsSuccesses || !source.isTelling ? .seen : .missing(.successes)
        }
    }

    func sight(ofCapability name: String) -> Sight {
        if source.has(name) { return .seen }
        guard source.isTelling else { return .possible }
        if !source.showsSuccesses, Self.comesWithSuccess.contains(name) {
            return .missing(.successes)
        }
        if name == "failures" { return .possible }
        return .missing(.capability(name))
    }

    private func sight(ofFact name: String) -> Sight {
        let refreshes = sight(ofKinds: ["refresh.succeeded"])
        let tokens = best(["refresh_id", "generation"].map(sight(ofCapability:)))
        switch name {
        case "refresh.replayed":
            if case .missing(.successes) = refreshes {
                let refused = sight(ofKinds: ["refresh.rejected", "refresh.reuse_detected"])
                return refused.rank < 2 ? .reduced(.assertedOnly) : refused
            }
            return worst([refreshes, tokens])
        case "refresh.rotated", "refresh.forked", "refresh.kept", "client.mismatch":
            return worst([refreshes, tokens])
        case "scope.grown", "scope.refused":
            return worst([refreshes, tokens, sight(ofCapability: "scopes")])
        case "refresh.refused": return sight(ofKinds: ["refresh.rejected"])
        case "lineage.opened":
            return worst([
                sight(ofKinds: ["code.redeemed", "token.issued", "device_code.redeemed"]), tokens,
            ])
        case "code.replayed":
            return best([
                sight(ofKinds: ["code.replayed", "code.rejected"]), sight(ofCapability: "code_id"),
            ])
        case "family.ended":
            return sight(ofKinds: ["session.ended", "token.revoked", "grant.revoked"])
        default: return .possible
        }
    }
}

/// Which kinds of event a dialect can write at all.
enum VendorKinds {
    /// Whether it can; of an unknown dialect everything is believed.
    static func canWrite(_ kind: EventKind, dialect: String) -> Bool {
        guard dialect == "keycloak" else { return true }
        return !notKeycloak.contains(kind)
    }

    /// Whether the kind reports an attempt that went well.
    static func isSuccess(_ kind: EventKind) -> Bool { successes.contains(kind) }

    private static let successes: Set<EventKind> = [
        .authorizationRequested, .authorizationGranted, .parPushed, .codeIssued, .codeRedeemed,
        .tokenIssued, .tokenExchanged, .tokenIntrospected, .tokenValidated, .tokenUsed,
        .tokenRevoked, .refreshSucceeded, .grantCreated, .grantRevoked, .sessionStarted,
        .sessionEnded, .authnSucceeded, .mfaSucceeded, .consentGranted, .consentUpdated,
        .consentRevoked, .clientAuthenticated, .clientRegistered, .clientUpdated, .clientDeleted,
        .deviceCodeRequested, .deviceCodeVerified, .deviceCodeRedeemed, .cibaStarted,
        .cibaRedeemed, .accountChanged, .accountDeleted, .sessionImpersonated,
    ]

    /// What no event type of Keycloak means, and no log line of it says.
    private static let notKeycloak: Set<EventKind> = [
        .authorizationRequested, .authorizationGranted, .codeIssued, .refreshEvicted,
        .grantCreated, .grantExpired, .sessionContextChanged, .mfaRejected, .clientSecretRead,
        .cibaStarted, .riskSignal, .ratelimitHit,
    ]
}
