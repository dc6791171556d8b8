public import MarkedText

/// One thing wrong with a file of own networks, at its place in the text.
public typealias NetworkDiagnostic = TextDiagnostic<NetworkCode>

/// Stable names of what can be wrong with own networks.
public enum NetworkCode: String, DiagnosticCode, CaseIterable {
    case tooLarge = "networks.too_large"
    case encoding = "networks.encoding"
    case quote = "networks.quote"
    case columns = "networks.columns"
    case prefix = "networks.prefix"
    case hostBits = "networks.host_bits"
    case duplicate = "networks.duplicate"
    case networkClass = "networks.class"
    case country = "networks.country"
    case place = "networks.place"
}
