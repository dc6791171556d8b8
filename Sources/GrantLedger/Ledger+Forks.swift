internal import AuditModel

// Two presentations of one token: replays that somebody contests, and branches that both go on.

// MARK: - Contested replays

extension Ledger {
    /// Remembers a refused replay at the successor of the replayed token, while that is live.
    mutating func expectContest(at index: Int, _ transition: Transition) {
        guard !transition.first.isNone, let child = child(of: index), !nodes[child].isSpent else {
            return
        }
        // A replay from the first redeemer's own network must not stand before a stranger's.
        let known = fork(nodes[child].contest, of: nodes[child])
        guard known.map({ isSameNetwork(forks[$0]) }) ?? true else { return }
        var fork = Fork(
            lineage: nodes[index].lineage, lineageSerial: nodes[index].lineageSerial,
            first: transition.first, second: transition.second,
            firstNovelty: transition.firstNovelty, secondNovelty: transition.secondNovelty)
        fork.isRefused = true
        nodes[child].contest = Int32(forks.add(fork) { _, _ in })
    }

    private func isSameNetwork(_ fork: Fork) -> Bool {
        fork.first.presenter.sharesNetwork(with: fork.second.presenter) == .yes
    }

    /// Whether presenting this token answers a refused replay of its parent: the successor is in
    /// other hands than the replayed token. A client that lost the response never had it, and tabs
    /// of one browser share a network.
    mutating func contest(
        _ index: Int, _ event: EventRow, _ transition: inout Transition
    ) -> Bool {
        let node = nodes[index]
        guard let known = fork(node.contest, of: node), forks[known].isRefused else { return false }
        let fork = forks[known]
        guard Presenter(of: event).sharesNetwork(with: fork.second.presenter) == .no
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
        transition.replayGap = fork.second.time.since(fork.first.time)
        transition.successorUsed = .yes
        transition.policyAllows = .no
        return true
    }
}

// MARK: - Forks

extension Ledger {
    /// The fork at a token, made at its second acceptance. The branch that is there already gets
    /// the first side. A stranger's later acceptance makes a fork around the one that is there:
    /// all branches so far are its first side, so that two of them count as two.
    mutating func fork(at index: Int, _ transition: Transition) -> Int {
        let node = nodes[index]
        let known = fork(node.ownFork, of: node)
        if let known, !transition.secondNovelty.isNew { return known }
        var record = Fork(
            lineage: node.lineage, lineageSerial: node.lineageSerial, first: transition.first,
            second: transition.second, firstNovelty: transition.firstNovelty,
            secondNovelty: transition.secondNovelty)
        record.isUsed.0 = transition.successorUsed == .yes
        if let known, forks[known].usedCount > 0 { record.isUsed.0 = true }
        record.outer = node.branch
        let fork = forks.add(record) { _, _ in }
        nodes[index].ownFork = Int32(fork)
        if let known {
            forks[known].outer = Int32(fork * 2)
        } else if let child = child(of: index), !nodes[child].isSpent {
            // Below a spent child nothing needs the mark: its side counts as used already.
            nodes[child].branch = Int32(fork * 2)
        }
        return fork
    }

    /// A fork by index, if its slot still holds one of the node's lineage.
    func fork(_ index: Int32, of node: TokenNode) -> Int? {
        guard index >= 0, Int(index) < forks.count else { return nil }
        let fork = forks[Int(index)]
        return fork.lineage == node.lineage && fork.lineageSerial == node.lineageSerial
            ? Int(index) : nil
    }

    /// Notes that a branch was used, and with it every branch it lies in.
    mutating func useBranch(
        _ branch: Int32, of node: TokenNode, _ transition: inout Transition
    ) {
        var branch = branch
        for _ in 0..<Self.nestingDepth {
            guard let index = fork(branch / 2, of: node), branch >= 0, !forks[index].isRefused
            else { return }
            if branch % 2 == 0 {
                forks[index].isUsed.0 = true
            } else {
                forks[index].isUsed.1 = true
            }
            if forks[index].usedCount == 2, !forks[index].isAnnounced {
                forks[index].isAnnounced = true
                announce(forks[index], &transition)
            }
            branch = forks[index].outer
        }
    }

    /// Forks inside forks are looked at this deep.
    private static let nestingDepth = 8

    private func announce(_ fork: Fork, _ transition: inout Transition) {
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
