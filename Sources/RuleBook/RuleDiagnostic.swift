public import MarkedText

/// One thing to say about a rule file, at its place in the text. An error: the rule cannot be used.
/// A warning: it is used, or kept blind.
public typealias RuleDiagnostic = TextDiagnostic<RuleCode>

/// The text of one rule file while it is read.
typealias RuleText = TextReport<RuleCode>

/// Stable names of what can be wrong with rules.
public enum RuleCode: String, YAMLCode, CaseIterable {
    case unreadable = "rule.unreadable"
    case tooLarge = "rule.too_large"
    case tooDeep = "rule.too_deep"
    case tooManyAliases = "rule.too_many_aliases"
    case tooMany = "rule.too_many"
    case syntax = "rule.syntax"
    case duplicateKey = "rule.duplicate_key"
    case unknownKey = "rule.unknown_key"
    case missingKey = "rule.missing_key"
    case wrongType = "rule.wrong_type"
    case unknownValue = "rule.unknown_value"
    case unknownField = "rule.unknown_field"
    case unknownModifier = "rule.unknown_modifier"
    case modifierMisuse = "rule.modifier_misuse"
    case expression = "rule.expression"
    case undefined = "rule.undefined"
    case obsolete = "rule.obsolete"
    case correlation = "rule.correlation"
    case filter = "rule.filter"
    case notPortable = "rule.not_portable"
    case condition = "rule.condition"
    case unknownSelection = "rule.unknown_selection"
    case unusedSelection = "rule.unused_selection"
    case unknownRule = "rule.unknown_rule"
    case unknownPlaceholder = "rule.unknown_placeholder"
    case duplicateID = "rule.duplicate_id"
    case duplicateName = "rule.duplicate_name"
    case replaced = "rule.replaced"
    case otherLogSource = "rule.other_logsource"
    case story = "rule.story"
    case impossibleEvent = "rule.impossible_event"
}
