public import MarkedText

/// One thing to say about a map, at its place in the file.
public typealias MapDiagnostic = TextDiagnostic<MapCode>

typealias MapReport = TextReport<MapCode>

/// Stable names of what can be wrong with a map.
public enum MapCode: String, YAMLCode, CaseIterable {
    case unreadable = "map.unreadable"
    case tooLarge = "map.too_large"
    case tooDeep = "map.too_deep"
    case tooManyAliases = "map.too_many_aliases"
    case tooMany = "map.too_many"
    case syntax = "map.syntax"
    case duplicateKey = "map.duplicate_key"
    case unknownKey = "map.unknown_key"
    case missingKey = "map.missing_key"
    case wrongType = "map.wrong_type"
    case unknownValue = "map.unknown_value"
    case badName = "map.bad_name"
    case badPath = "map.bad_path"
    case neverReached = "map.never_reached"
}
