// What-if: events folded in and taken back.

extension Ledger {
    /// Everything that `body` does to the ledger is undone when it returns.
    ///
    /// Costs what `body` changes, however much the ledger holds. Trials do not nest, and a copy
    /// that `body` takes of the ledger must not outlive it or be changed.
    public mutating func trial<Result>(_ body: (inout Ledger) -> Result) -> Result {
        precondition(!isTrial, "a trial inside a trial")
        // Texts of anchors and what is remembered of scopes may stay: no result depends on them.
        let (policies, serial) = (self.policies, self.serial)
        beginTrial()
        let result = body(&self)
        rollBack()
        self.policies = policies
        self.serial = serial
        return result
    }

    private mutating func beginTrial() {
        isTrial = true
        families.beginTrial()
        lineages.beginTrial()
        nodes.beginTrial()
        forks.beginTrial()
        codes.beginTrial()
        familyTable.beginTrial()
        nodeTable.beginTrial()
        codeTable.beginTrial()
    }

    private mutating func rollBack() {
        families.rollBack()
        lineages.rollBack()
        nodes.rollBack()
        forks.rollBack()
        codes.rollBack()
        familyTable.rollBack()
        nodeTable.rollBack()
        codeTable.rollBack()
        isTrial = false
    }
}
