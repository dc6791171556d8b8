public import AuditModel

// The fields of the ledger's records, as state images hold them.

extension Presenter: StateRecord {
    public static var blank: Presenter { .unknown }

    /// The fields, in the order of their declaration.
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&ip)
        fields.field(&asn)
        fields.field(&country)
        fields.code(&userAgent)
    }
}

extension Redemption: StateRecord {
    public static var blank: Redemption { .none }

    /// The fields, in the order of their declaration.
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&event)
        fields.field(&time)
        fields.field(&precision)
        fields.field(&kind)
        fields.code(&dialect)
        fields.record(&presenter)
    }
}

extension Novelty: StateRecord {
    public static var blank: Novelty { Novelty() }

    /// The fields, in the order of their declaration.
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&prefix)
        fields.field(&asn)
        fields.field(&country)
    }
}

extension PresenterProfile: StateRecord {
    static var blank: PresenterProfile { PresenterProfile() }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&count)
        fields.require(Int(count) <= Self.capacity)
        for index in 0..<Self.capacity {
            fields.field(&entries[index].network)
            fields.field(&entries[index].asn)
            fields.field(&entries[index].country)
            fields.field(&entries[index].count)
            fields.field(&entries[index].firstAct)
            fields.field(&entries[index].lastAct)
        }
    }
}

extension TokenNode: StateRecord {
    static var blank: TokenNode {
        TokenNode(id: .none, lineage: 0, lineageSerial: 0, generation: 0)
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&id)
        fields.record(&access)
        fields.record(&spent)
        fields.record(&spentNovelty)
        fields.field(&spentAct)
        fields.field(&lineage)
        fields.field(&lineageSerial)
        fields.field(&generation)
        fields.field(&firstChild)
        fields.field(&branch)
        fields.field(&ownFork)
        fields.field(&contest)
        fields.field(&reuses)
        fields.field(&isAccessUsed)
        fields.field(&isRevoked)
        fields.field(&isAccessRevoked)
    }
}

extension Lineage: StateRecord {
    static var blank: Lineage {
        Lineage(serial: 0, family: 0, familySerial: 0, root: .none, isBorn: false)
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&serial)
        fields.field(&family)
        fields.field(&familySerial)
        fields.record(&root)
        fields.code(&scopes)
        fields.field(&issuedTime)
        fields.field(&newestGeneration)
        fields.field(&isBorn)
        fields.field(&isReplayed)
        fields.field(&lastFork)
    }
}

extension Family: StateRecord {
    static var blank: Family {
        Family(serial: 0, issuer: 0, client: 0, anchor: .none, firstTime: 0, lastTime: 0)
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&serial)
        fields.code(&issuer)
        fields.code(&client)
        fields.code(&assignedTenant)
        fields.code(&subject)
        fields.code(&tenant)
        fields.code(&scopes)
        fields.record(&anchor)
        fields.field(&anchorText)
        fields.field(&firstTime)
        fields.field(&lastTime)
        fields.field(&actTime)
        fields.field(&acts)
        fields.field(&lineages)
        fields.field(&replays)
        fields.field(&head)
        fields.field(&isBorn)
        fields.field(&isEnded)
        fields.field(&hasSibling)
        fields.field(&hasOthers)
        fields.record(&profile)
    }
}

extension Fork: StateRecord {
    static var blank: Fork {
        Fork(
            lineage: 0, lineageSerial: 0, first: .none, second: .none, firstNovelty: Novelty(),
            secondNovelty: Novelty())
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&lineage)
        fields.field(&lineageSerial)
        fields.field(&outer)
        fields.record(&first)
        fields.record(&second)
        fields.record(&firstNovelty)
        fields.record(&secondNovelty)
        fields.field(&isUsed.0)
        fields.field(&isUsed.1)
        fields.field(&isAnnounced)
        fields.field(&isRefused)
    }
}

extension CodeRecord: StateRecord {
    static var blank: CodeRecord { CodeRecord(id: .none) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&id)
        fields.record(&redeemed)
    }
}

extension RotationPolicies.Owner {
    static let none = RotationPolicies.Owner(issuer: 0, client: 0, tenant: 0)

    fileprivate mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.code(&issuer)
        fields.code(&client)
        fields.code(&tenant)
    }
}

extension RotationPolicies.Policy: StateRecord {
    static var blank: RotationPolicies.Policy { RotationPolicies.Policy(owner: .none) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        owner.visit(&fields)
        fields.field(&rotation)
        fields.field(&accepted)
        for index in 0..<RotationPolicies.lineagesNeeded { fields.field(&lineages[index]) }
        fields.field(&lineageCount)
        fields.require(Int(lineageCount) <= RotationPolicies.lineagesNeeded)
        fields.field(&leeway)
        fields.field(&reuses)
        fields.field(&hasKnownType)
    }
}

extension BackEndNetworks.Record: StateRecord {
    static var blank: BackEndNetworks.Record { BackEndNetworks.Record(owner: .none) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        owner.visit(&fields)
        fields.field(&network)
        fields.field(&lead)
        fields.field(&own)
        fields.field(&all)
        for index in 0..<BackEndNetworks.subjectsNeeded { fields.code(&subjects[index]) }
        fields.field(&subjectCount)
        fields.require(Int(subjectCount) <= BackEndNetworks.subjectsNeeded)
        fields.field(&isBackEnd)
    }
}

extension Transition: StateRecord {
    public static var blank: Transition { Transition() }

    /// The fields, in the order of their declaration.
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&facts)
        fields.field(&family)
        fields.field(&familySerial)
        fields.field(&inferredFamily)
        fields.record(&lineageRoot)
        fields.field(&generation)
        fields.field(&generationGap)
        fields.field(&grantStart)
        fields.field(&rotationStart)
        fields.field(&age)
        fields.field(&idle)
        fields.field(&lineages)
        fields.code(&ownerClient)
        fields.code(&originalScopes)
        fields.field(&leakStatus)
        fields.record(&presenterNovelty)
        fields.field(&successorUsed)
        fields.field(&replayGap)
        fields.field(&policyAllows)
        fields.field(&rotation)
        fields.field(&sameNetwork)
        fields.field(&branchesForeign)
        fields.field(&isBorn)
        fields.field(&isFromCaller)
        fields.field(&isRefused)
        fields.field(&isAsserted)
        fields.field(&isContested)
        fields.field(&isAfterReplay)
        fields.field(&branchesActive)
        fields.record(&first)
        fields.record(&firstNovelty)
        fields.field(&isFirstVouched)
        fields.record(&second)
        fields.record(&secondNovelty)
    }
}
