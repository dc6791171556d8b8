internal import AuditModel

// The refresh machine: live -> spent -> (presented again). RFC 6749 §6, RFC 9700 §4.14.

extension Ledger {
    /// A code or another credential was redeemed: a lineage opens when a refresh token came of it.
    mutating func open(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = event(batch, row)
        if event.issuedRefresh.isNone { return false }
        if findNode(event.issuedRefresh, of: event.assignedTenant) != nil { return false }
        guard let family = openFamily(event, batch, row, isBorn: true) else { return false }
        return openLineage(event, family, isBorn: true, &transition)
    }

    /// A lineage begins with the refresh token that an event issued.
    mutating func openLineage(
        _ event: EventRow, _ family: Int, isBorn: Bool, _ transition: inout Transition
    ) -> Bool {
        let lineage = addLineage(
            family: family, root: Self.root(event, event.issuedRefresh), isBorn: isBorn)
        transition = meet(event, lineage: lineage, generation: 0)
        if isBorn { transition.facts.insert(.lineageOpened) }
        lineages[lineage].scopes = event.scopes
        lineages[lineage].issuedTime = event.time
        families[family].act(event)
        families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        _ = addNode(
            TokenNode(
                id: event.issuedRefresh, access: event.issuedAccess,
                lineage: UInt32(lineage), lineageSerial: lineages[lineage].serial, generation: 0))
        return true
    }

    /// The server accepted a refresh token.
    mutating func accept(
        _ batch: borrowing EventBatch, _ row: Int, _ pool: StringPool,
        _ transition: inout Transition
    ) -> Bool {
        var event = event(batch, row)
        if event.presented.isNone {
            guard let inferred = inferredToken(event) else {
                return joinMidLife(batch, row, &transition)
            }
            event.presented = inferred
        }
        let index: Int
        if let known = findNode(event.presented, of: event.assignedTenant) {
            index = known
        } else {
            guard let family = openFamily(event, batch, row, isBorn: false) else { return false }
            index = addMidLife(event, family)
        }
        let lineage = Int(nodes[index].lineage)
        let family = Int(lineages[lineage].family)
        transition = meet(event, lineage: lineage, generation: nodes[index].generation)
        families[family].act(event)
        if scopes.isGrown(from: transition.originalScopes, to: event.scopes, pool) {
            transition.facts.insert(.scopeGrown)
        }
        let keepsToken = event.issuedRefresh.isNone || event.issuedRefresh == event.presented
        if nodes[index].isSpent {
            acceptSpent(index, event, &transition)
        } else if keepsToken {
            // The server keeps the token: nothing was spent, so presenting it again means nothing.
            families[family].profile.learn(Presenter(of: event), act: families[family].acts)
            transition.facts.insert(.refreshKept)
            renewAccess(of: index, event.issuedAccess)
        } else {
            rotate(index, event, &transition)
        }
        return true
    }

    /// The server refused a refresh token.
    mutating func refuse(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        var event = event(batch, row)
        event.presented = presentedToken(event)
        let isAsserted = event.flags.contains(.asserted) || event.kind == .refreshReuseDetected
        if let index = findNode(event.presented, of: event.assignedTenant) {
            let lineage = Int(nodes[index].lineage)
            transition = meet(event, lineage: lineage, generation: nodes[index].generation)
            if event.reason == .scope { transition.facts.insert(.scopeRefused) }
            if nodes[index].isSpent {
                describeReplay(of: index, event, &transition)
            } else if contest(index, event, &transition) {
                transition.isRefused = true
                return true
            }
        } else {
            guard let family = isAsserted ? openFamily(event, batch, row, isBorn: false)
                : findFamily(event)
            else { return false }
            transition = Transition()
            transition.family = family
            transition.familySerial = families[family].serial
            transition.lineageRoot = Self.root(event, event.presented)
            transition.describe(families[family], event)
            if event.reason == .scope { transition.facts.insert(.scopeRefused) }
            touch(family, event)
        }
        transition.isRefused = true
        transition.isAsserted = isAsserted
        finishRefusal(event, &transition)
        return true
    }
}

extension Ledger {
    /// What an event finds of a lineage; after that the family takes over what the event says.
    private mutating func meet(
        _ event: EventRow, lineage: Int, generation: Int32
    ) -> Transition {
        var transition = Transition()
        describe(lineage, generation, event, &transition)
        let family = transition.family
        let owner = families[family].client
        if owner != event.client, owner != 0, event.client != 0,
            families[family].issuer == event.issuer
        {
            transition.facts.insert(.clientMismatch)
            transition.ownerClient = owner
        }
        touch(family, event)
        return transition
    }

    /// What is known of a lineage and its family before an event.
    func describe(
        _ lineage: Int, _ generation: Int32, _ event: EventRow, _ transition: inout Transition
    ) {
        let record = lineages[lineage]
        let family = Int(record.family)
        transition.family = family
        transition.familySerial = record.familySerial
        transition.lineageRoot = record.root
        transition.isBorn = record.isBorn && families[family].isBorn
        transition.generation = record.isBorn ? generation : -1
        transition.rotationStart = record.issuedTime
        transition.originalScopes = record.scopes
        transition.describe(families[family], event)
        transition.rotation = policies.rotation(of: families[family].policyOwner)
    }

    /// A token that was issued before our time: its family, lineage and generation count from here.
    private mutating func addMidLife(_ event: EventRow, _ family: Int) -> Int {
        let lineage = addLineage(
            family: family, root: Self.root(event, event.presented), isBorn: false)
        return addNode(
            TokenNode(
                id: event.presented, lineage: UInt32(lineage),
                lineageSerial: lineages[lineage].serial, generation: 0))
    }

    private mutating func rotate(
        _ index: Int, _ event: EventRow, _ transition: inout Transition
    ) {
        let lineage = Int(nodes[index].lineage)
        let family = Int(lineages[lineage].family)
        nodes[index].spent = Redemption(event)
        nodes[index].spentAct = families[family].acts
        nodes[index].spentNovelty = transition.presenterNovelty
        families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        transition.facts.insert(.refreshRotated)
        _ = contest(index, event, &transition)
        let branch = nodes[index].branch
        let child = addChild(of: index, event, branch: branch)
        nodes[index].firstChild = Int32(child)
        if branch >= 0 { useBranch(branch, of: nodes[index], &transition) }
        if lineages[lineage].isReplayed {
            transition.isAfterReplay = true
            let fork = fork(lineages[lineage].lastFork, of: nodes[index])
            transition.branchesActive = fork.map { forks[$0].usedCount } ?? 1
        }
    }

    /// A spent token was accepted once more: its lineage has two branches from here on.
    private mutating func acceptSpent(
        _ index: Int, _ event: EventRow, _ transition: inout Transition
    ) {
        describeReplay(of: index, event, &transition)
        transition.facts.insert(.refreshReplayed)
        let lineage = Int(nodes[index].lineage)
        let family = Int(lineages[lineage].family)
        if nodes[index].reuses < .max { nodes[index].reuses += 1 }
        transition.policyAllows = policies.allows(
            families[family].policyOwner, gap: transition.replayGap,
            generations: transition.generationGap, reuse: Int64(nodes[index].reuses))
        if !isRepeating, transition.secondNovelty.prefix == .no,
            transition.replayGap > RotationPolicies.longestLeeway
        {
            policies.learnReplayAccepted(
                by: families[family].policyOwner, lineage: lineages[lineage].serial)
        }
        // A presenter the family does not know never teaches it: it may be the thief.
        if transition.secondNovelty.prefix == .no {
            families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        }
        if event.issuedRefresh.isNone || event.issuedRefresh == event.presented {
            noteReplay(lineage: lineage, fork: -1)
            families[family].replays += 1
            return
        }
        let fork = fork(at: index, transition)
        _ = addChild(of: index, event, branch: Int32(fork * 2 + 1))
        noteReplay(lineage: lineage, fork: Int32(fork))
        families[family].replays += 1
    }

    private mutating func addChild(of index: Int, _ event: EventRow, branch: Int32) -> Int {
        let parent = nodes[index]
        lineages[Int(parent.lineage)].issuedTime = event.time
        if let known = findNode(event.issuedRefresh, of: event.assignedTenant) { return known }
        return addNode(
            TokenNode(
                id: event.issuedRefresh, access: event.issuedAccess,
                lineage: parent.lineage, lineageSerial: parent.lineageSerial,
                generation: parent.generation &+ 1, branch: branch))
    }

    /// Holds a second presentation against the first redemption of the same token.
    private func describeReplay(
        of index: Int, _ event: EventRow, _ transition: inout Transition
    ) {
        let node = nodes[index]
        let lineage = lineages[Int(node.lineage)]
        let profile = families[Int(lineage.family)].profile
        transition.generationGap = lineage.newestGeneration - node.generation
        transition.replayGap = event.time.since(node.spent.time)
        transition.first = node.spent
        transition.second = Redemption(event)
        transition.firstNovelty = node.spentNovelty
        transition.secondNovelty = profile.novelty(
            of: transition.second.presenter, before: node.spentAct)
        transition.sameNetwork = node.spent.presenter.sharesNetwork(
            with: transition.second.presenter)
        if let child = child(of: index) {
            transition.successorUsed = Knowledge(nodes[child].isUsed)
        }
        transition.isFirstVouched =
            transition.firstNovelty.isNew
            && isVouched(after: index, profile, before: node.spentAct)
        // Where tokens may be used again there is no verdict to settle, and many replays.
        if transition.rotation != .no, isCarriedOn(after: index, by: transition.second.presenter) {
            transition.sameNetwork = .yes
        }
    }

    /// Whether a presenter's network carried on the first branch below a token: then it is one
    /// party that presents an old token beside the live one, such as a tab left behind.
    private func isCarriedOn(after index: Int, by presenter: Presenter) -> Bool {
        var next = child(of: index)
        for _ in 0..<Self.vouchingDepth {
            guard let node = next, nodes[node].isSpent else { return false }
            if nodes[node].spent.presenter.sharesNetwork(with: presenter) == .yes { return true }
            next = child(of: node)
        }
        return false
    }

    /// Whether the first branch below a token was carried on from a network known before an act.
    private func isVouched(
        after index: Int, _ profile: PresenterProfile, before act: UInt32
    ) -> Bool {
        var next = child(of: index)
        for _ in 0..<Self.vouchingDepth {
            guard let node = next, nodes[node].isSpent else { return false }
            let novelty = profile.novelty(of: nodes[node].spent.presenter, before: act)
            if novelty.prefix == .no { return true }
            next = child(of: node)
        }
        return false
    }

    /// Generations to look down a branch for somebody the family knows.
    private static let vouchingDepth = 32

    /// The token that the first redemption issued, if its slot still holds it.
    func child(of index: Int) -> Int? {
        let node = nodes[index]
        guard node.firstChild >= 0, Int(node.firstChild) < nodes.count else { return nil }
        let child = nodes[Int(node.firstChild)]
        guard child.lineage == node.lineage, child.lineageSerial == node.lineageSerial,
            child.generation == node.generation &+ 1
        else { return nil }
        return Int(node.firstChild)
    }

    private mutating func finishRefusal(_ event: EventRow, _ transition: inout Transition) {
        let family = transition.family
        if transition.isAsserted {
            policies.learnReuseRefused(by: families[family].policyOwner)
            transition.rotation = .yes
        }
        guard transition.isAsserted || !transition.first.isNone else {
            transition.facts.insert(.refreshRefused)
            return
        }
        transition.facts.insert(.refreshReplayed)
        // "Stale" is a policy's word; for a token that was seen spent it means reuse, unless the
        // client's tokens may be used again and it was refused for something else.
        if !transition.isAsserted, transition.rotation == .no {
            transition.policyAllows = .yes
        } else if transition.isAsserted || event.reason == .policy
            || exceedsPolicy(event, transition)
        {
            transition.policyAllows = .no
        }
        if transition.second.isNone {
            transition.second = Redemption(event)
            transition.secondNovelty = families[family].profile.novelty(
                of: transition.second.presenter, before: .max)
        }
        families[family].replays += 1
        if let index = findNode(event.presented, of: event.assignedTenant) {
            noteReplay(lineage: Int(nodes[index].lineage), fork: -1)
            if transition.policyAllows != .yes { expectContest(at: index, transition) }
        }
    }

    /// Whether a refused re-presentation of a spent token exceeds what is known to be allowed.
    private func exceedsPolicy(_ event: EventRow, _ transition: Transition) -> Bool {
        guard let index = findNode(event.presented, of: event.assignedTenant) else { return false }
        let allowed = policies.allows(
            families[transition.family].policyOwner, gap: transition.replayGap,
            generations: transition.generationGap, reuse: Int64(nodes[index].reuses) + 1)
        return allowed == .no
    }

    private mutating func noteReplay(lineage: Int, fork: Int32) {
        lineages[lineage].isReplayed = true
        if fork >= 0 { lineages[lineage].lastFork = fork }
    }
}
