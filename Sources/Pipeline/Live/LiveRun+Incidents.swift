internal import AuditModel
internal import Detection
internal import EventStore

extension LiveRun {
    /// Puts alerts that are about to be committed into incidents.
    func assignIncidents(_ commit: inout LiveCommit) throws(StoreError) {
        try incidents.assign(&commit, from: store)
        sweepIncidents()
    }

    /// What an earlier process left open, as the present rules see it.
    func loadIncidents(frontier: Int64) throws(StoreError) {
        incidents = LiveIncidents(rules: rulesInUse)
        let (since, overflow) = frontier.subtractingReportingOverflow(LiveIncidents.memory)
        let commit = try incidents.load(since: overflow ? .min : since, from: store)
        if !commit.isEmpty { try store.commit(commit) }
    }

    /// Forgets what is over.
    func sweepIncidents() {
        let known = incidents.evicted
        incidents.sweep(frontier: engine.frontier)
        guard incidents.evicted > known, known == 0 else { return }
        log(LiveLogLine(.warning, "incidents.forgotten",
            "more than \(LiveIncidents.most) incidents were hit within two days; those that were "
                + "not hit for longest are left as they are, and later alerts that would belong "
                + "to them begin new ones"))
    }

    /// Keeps from hooks that hear of incidents what is no news to them.
    func siftIncidents(
        _ commit: inout LiveCommit, _ spending: inout BudgetSpending
    ) throws(StoreError) {
        if options.mode == .observe || commit.alerts.isEmpty { return }
        var news = IncidentNews(options.hooks.filter(\.groupsIncidents), store)
        try news.sift(&commit) { (record, hook) throws(StoreError) in
            try spending.tells(record, hook)
        }
    }
}
