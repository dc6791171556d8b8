// Written by Scripts/generate-pack from Rules/. Change the rules, not this file.

/// The rule files that the binary carries.
enum RulePack {
    /// By path.
    static let sources: [RuleSource] = [
        cli05,
        cli07,
        cod01,
        cod03,
        cod06,
        dev02,
        geo01,
        geo02,
        geo04,
        leak01,
        leak04,
        ops01,
        ref01,
        ref02,
        ref03,
        ref05,
        ref09,
        ref11,
        ses04,
        ses06,
        val01,
        val02,
        val03,
        val07,
        val13,
        val14,
    ]
}
