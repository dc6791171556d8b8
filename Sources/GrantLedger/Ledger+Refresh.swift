internal import AuditModel

// The refresh machine: live -> spent -> (presented again). RFC 6749 §6, RFC 9700 §4.14.

extension Ledger {
    /// A code or another credential was redeemed: a lineage opens when a refresh token came of it.
    mutating func open(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = batch[row]
        if event.issuedRefresh.isNone { return false }
        if findNode(event.issuedRefresh) != nil { return false }
        let family = openFamily(event, batch, row, isBorn: true)
        touch(family, event)
        families[family].isEnded = false
        families[family].acts += 1
        families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        let lineage = addLineage(family: family, root: event.issuedRefresh, isBorn: true)
        _ = addNode(
            TokenNode(
                id: event.issuedRefresh, access: event.issuedAccess,
                lineage: UInt32(lineage), lineageSerial: lineages[lineage].serial, generation: 0))
        transition = makeTransition(lineage: lineage, generation: 0, event: event)
        transition.facts = .lineageOpened
        return true
    }

    /// The server accepted a refresh token.
    mutating func accept(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = batch[row]
        if event.presented.isNone { return false }
        let index: Int
        if let known = findNode(event.presented) {
            index = known
        } else {
            index = addMidLife(event, batch, row)
        }
        let lineage = Int(nodes[index].lineage)
        let family = Int(lineages[lineage].family)
        touch(family, event)
        families[family].acts += 1
        if event.issuedRefresh.isNone || event.issuedRefresh == event.presented {
            // The server keeps the token: nothing was spent, so presenting it again means nothing.
            families[family].profile.learn(Presenter(of: event), act: families[family].acts)
            return false
        }
        transition = makeTransition(
            lineage: lineage, generation: nodes[index].generation, event: event)
        if nodes[index].isSpent {
            acceptSpent(index, event, &transition)
        } else {
            rotate(index, event, &transition)
        }
        return true
    }

    /// The server refused a refresh token.
    mutating func refuse(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = batch[row]
        let isAsserted = event.flags.contains(.asserted) || event.kind == .refreshReuseDetected
        if let index = findNode(event.presented) {
            let lineage = Int(nodes[index].lineage)
            touch(Int(lineages[lineage].family), event)
            transition = makeTransition(
                lineage: lineage, generation: nodes[index].generation, event: event)
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
            touch(family, event)
            transition = Transition()
            transition.family = family
            transition.familySerial = families[family].serial
            transition.lineageRoot = event.presented
        }
        transition.isRefused = true
        transition.isAsserted = isAsserted
        finishRefusal(event, &transition)
        return true
    }
}

extension Ledger {
    private func makeTransition(lineage: Int, generation: Int32, event: EventRow) -> Transition {
        let record = lineages[lineage]
        let family = families[Int(record.family)]
        var transition = Transition()
        transition.family = Int(record.family)
        transition.familySerial = family.serial
        transition.lineageRoot = record.root
        transition.isBorn = record.isBorn && family.isBorn
        transition.generation = record.isBorn ? generation : -1
        transition.rotation = policies.rotation(issuer: family.issuer, client: family.client)
        return transition
    }

    /// A token that was issued before our time: its family, lineage and generation count from here.
    private mutating func addMidLife(
        _ event: EventRow, _ batch: borrowing EventBatch, _ row: Int
    ) -> Int {
        let family = openFamily(event, batch, row, isBorn: false)
        let lineage = addLineage(family: family, root: event.presented, isBorn: false)
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
        dropAccess(index)
        families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        let branch = nodes[index].branch
        let child = addChild(of: index, event, branch: branch)
        nodes[index].firstChild = Int32(child)
        transition.facts = .refreshRotated
        _ = contest(index, event, &transition)
        if branch >= 0 { useBranch(branch, lineage: lineage, &transition) }
        if lineages[lineage].isReplayed {
            transition.isAfterReplay = true
            let fork = lineages[lineage].lastFork
            transition.branchesActive = fork >= 0 ? forks[Int(fork)].usedCount : 1
        }
    }

    /// A spent token was accepted once more: its lineage has two branches from here on.
    private mutating func acceptSpent(
        _ index: Int, _ event: EventRow, _ transition: inout Transition
    ) {
        describeReplay(of: index, event, &transition)
        transition.facts = .refreshReplayed
        transition.policyAllows = transition.rotation == .no ? .yes : .unknown
        let lineage = Int(nodes[index].lineage)
        let family = Int(lineages[lineage].family)
        if transition.secondNovelty.prefix == .no {
            policies.learnReplayAccepted(
                issuer: families[family].issuer, client: families[family].client,
                lineage: lineages[lineage].serial)
        }
        // A presenter the family does not know never teaches it: it may be the thief.
        if !transition.secondNovelty.isNew {
            families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        }
        let fork = fork(at: index, transition)
        _ = addChild(of: index, event, branch: Int32(fork * 2 + 1))
        noteReplay(lineage: lineage, fork: Int32(fork))
    }

    private mutating func addChild(of index: Int, _ event: EventRow, branch: Int32) -> Int {
        let parent = nodes[index]
        if let known = findNode(event.issuedRefresh) { return known }
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
        transition.replayGap = event.time - node.spent.time
        transition.first = node.spent
        transition.second = Redemption(event)
        transition.firstNovelty = profile.novelty(of: node.spent.presenter, before: node.spentAct)
        transition.secondNovelty = profile.novelty(
            of: transition.second.presenter, before: node.spentAct)
        transition.sameNetwork = node.spent.presenter.sharesNetwork(
            with: transition.second.presenter)
        if let child = child(of: index) {
            transition.successorUsed = Knowledge(nodes[child].isUsed)
        }
        transition.isFirstVouched = isVouched(after: index, profile, before: node.spentAct)
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
    private func child(of index: Int) -> Int? {
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
            policies.learnReuseRefused(
                issuer: families[family].issuer, client: families[family].client)
            transition.rotation = .yes
        }
        guard transition.isAsserted || !transition.first.isNone else {
            transition.facts = .refreshRefused
            return
        }
        transition.facts = .refreshReplayed
        // "Stale" is a policy's word; for a token that was seen spent it means reuse.
        if transition.isAsserted || event.reason == .policy { transition.policyAllows = .no }
        if transition.second.isNone {
            transition.second = Redemption(event)
            transition.secondNovelty = families[family].profile.novelty(
                of: transition.second.presenter, before: .max)
        }
        families[family].replays += 1
        if let index = findNode(event.presented) {
            noteReplay(lineage: Int(nodes[index].lineage), fork: -1)
            expectContest(at: index, transition)
        }
    }

    private mutating func noteReplay(lineage: Int, fork: Int32) {
        lineages[lineage].isReplayed = true
        if fork >= 0 {
            lineages[lineage].lastFork = fork
            families[Int(lineages[lineage].family)].replays += 1
        }
    }
}

// MARK: - Contested replays

extension Ledger {
    /// Remembers a refused replay at the successor of the replayed token, while that is live.
    private mutating func expectContest(at index: Int, _ transition: Transition) {
        guard !transition.first.isNone, let child = child(of: index), !nodes[child].isSpent,
            nodes[child].contest < 0
        else { return }
        var fork = Fork(
            lineage: nodes[index].lineage, first: transition.first, second: transition.second,
            firstNovelty: transition.firstNovelty, secondNovelty: transition.secondNovelty)
        fork.isRefused = true
        nodes[child].contest = Int32(forks.add(fork) { _, _ in })
    }

    /// Whether presenting this token answers a refused replay of its parent: the successor is in
    /// other hands than the replayed token. A client that lost the response never had it, and tabs
    /// of one browser share a network.
    private mutating func contest(
        _ index: Int, _ event: EventRow, _ transition: inout Transition
    ) -> Bool {
        let node = nodes[index]
        guard node.contest >= 0 else { return false }
        let fork = forks[Int(node.contest)]
        guard fork.isRefused, fork.lineage == node.lineage,
            Presenter(of: event).sharesNetwork(with: fork.second.presenter) == .no
        else { return false }
        nodes[index].contest = -1
        transition.facts.insert(.refreshReplayed)
        transition.isContested = true
        transition.generation = transition.generation > 0 ? transition.generation - 1 : -1
        transition.generationGap = lineages[Int(node.lineage)].newestGeneration
            - (node.generation &- 1)
        transition.first = fork.first
        transition.firstNovelty = fork.firstNovelty
        transition.second = fork.second
        transition.secondNovelty = fork.secondNovelty
        transition.sameNetwork = fork.first.presenter.sharesNetwork(with: fork.second.presenter)
        transition.replayGap = fork.second.time - fork.first.time
        transition.successorUsed = .yes
        transition.policyAllows = .no
        return true
    }
}

// MARK: - Forks

extension Ledger {
    /// The fork at a token, made at its second acceptance. The branch that is there already gets
    /// the first side, down to its newest token.
    private mutating func fork(at index: Int, _ transition: Transition) -> Int {
        if nodes[index].ownFork >= 0 { return Int(nodes[index].ownFork) }
        let fork = forks.add(
            Fork(
                lineage: nodes[index].lineage, first: transition.first,
                second: transition.second, firstNovelty: transition.firstNovelty,
                secondNovelty: transition.secondNovelty)
        ) { _, _ in }
        nodes[index].ownFork = Int32(fork)
        forks[fork].isUsed.0 = transition.successorUsed == .yes
        var next = child(of: index)
        while let node = next {
            nodes[node].branch = Int32(fork * 2)
            next = child(of: node)
        }
        return fork
    }

    private mutating func useBranch(
        _ branch: Int32, lineage: Int, _ transition: inout Transition
    ) {
        let index = Int(branch / 2)
        guard forks[index].lineage == lineage else { return }
        if branch % 2 == 0 {
            forks[index].isUsed.0 = true
        } else {
            forks[index].isUsed.1 = true
        }
        let fork = forks[index]
        guard !fork.isRefused, fork.usedCount == 2, !fork.isAnnounced else { return }
        forks[index].isAnnounced = true
        transition.facts.insert(.refreshForked)
        transition.first = fork.first
        transition.firstNovelty = fork.firstNovelty
        transition.second = fork.second
        transition.secondNovelty = fork.secondNovelty
        transition.branchesForeign = Self.areForeign(fork)
    }

    /// Two branches are foreign to each other when they come from different networks and the family
    /// did not know both before the fork.
    private static func areForeign(_ fork: Fork) -> Knowledge {
        switch fork.first.presenter.sharesNetwork(with: fork.second.presenter) {
        case .unknown: .unknown
        case .yes: .no
        case .no: Knowledge(fork.firstNovelty.isNew || fork.secondNovelty.isNew)
        }
    }
}
