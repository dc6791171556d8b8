public import MarkedText

/// One thing to say about a configuration, at its place in the file, or about a variable or flag.
public typealias ConfigurationDiagnostic = TextDiagnostic<ConfigurationCode>

typealias ConfigurationReport = TextReport<ConfigurationCode>

/// Stable names of what can be wrong with a configuration.
public enum ConfigurationCode: String, YAMLCode, CaseIterable {
    case unreadable = "config.unreadable"
    case tooLarge = "config.too_large"
    case tooDeep = "config.too_deep"
    case tooManyAliases = "config.too_many_aliases"
    case tooMany = "config.too_many"
    case syntax = "config.syntax"
    case duplicateKey = "config.duplicate_key"
    case unknownKey = "config.unknown_key"
    case missingKey = "config.missing_key"
    case wrongType = "config.wrong_type"
    case unknownValue = "config.unknown_value"
    case duplicateName = "config.duplicate_name"
    case conflict = "config.conflict"
    case literalSecret = "config.literal_secret"
    case missingSecret = "config.missing_secret"
    case looseSecret = "config.loose_secret"
    case unsafeURL = "config.unsafe_url"
    case openListener = "config.open_listener"
    case unknownVariable = "config.unknown_variable"
    case missingFile = "config.missing_file"
    case unusableFile = "config.unusable_file"
}
