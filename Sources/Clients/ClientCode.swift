public import MarkedText

/// One thing to say about a file of clients, at its place.
public typealias ClientDiagnostic = TextDiagnostic<ClientCode>

typealias ClientReport = TextReport<ClientCode>

/// Stable names of what can be wrong with a file of clients.
public enum ClientCode: String, YAMLCode, CaseIterable {
    case unreadable = "clients.unreadable"
    case tooLarge = "clients.too_large"
    case tooDeep = "clients.too_deep"
    case tooManyAliases = "clients.too_many_aliases"
    case tooMany = "clients.too_many"
    case syntax = "clients.syntax"
    case duplicateKey = "clients.duplicate_key"
    case unknownKey = "clients.unknown_key"
    case missingKey = "clients.missing_key"
    case wrongType = "clients.wrong_type"
    case unknownValue = "clients.unknown_value"
    case prefix = "clients.prefix"
    case duplicate = "clients.duplicate"
    case noEffect = "clients.no_effect"
    case export = "clients.export"
}
