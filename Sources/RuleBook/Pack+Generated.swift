enum RulePack {
    static let sources: [RuleSource] = []
}
