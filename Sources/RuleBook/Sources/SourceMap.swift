internal import AuditModel
internal import Detection

/// How rules about one log source name what Grantrail sees: which dialects they are about, and
/// where each field of the vendor is found.
///
/// A decoder of a mapped dialect puts the fields of its table into those columns with the text the
/// server wrote, and everything else into the payload under the server's own path.
struct SourceMap: Sendable {
    /// A vendor's fields, one table a vendor.
    struct Vendor: Sendable {
        /// What events of the vendor have in `dialect`.
        var dialect: String
        /// Paths that forms of the record differ in: they are cut off in front.
        var prefixes: [String] = []
        /// Some shippers write `event_type` for `eventType`.
        var dropsUnderscores = false
        /// By name, ASCII letters folded.
        var fields: [String: FieldTarget] = [:]
        /// Members of the record that are not below ``inner``.
        var envelope: Set<String> = []
        /// The member that holds all others.
        var inner: String?
    }

    /// Nil for rules in our own words, which are about every dialect.
    var vendor: Vendor?
    /// What else the record must be, such as one of the vendor's several logs.
    var conditions: [Predicate] = []

    static let canonical = SourceMap(vendor: nil)

    var isCanonical: Bool { vendor == nil }

    /// What every event of the source meets; empty for ``canonical``.
    var predicates: [Predicate] {
        guard let vendor else { return [] }
        let dialect = Predicate(
            field: .event(.dialect), matchers: [.text(TextPattern(vendor.dialect))])
        return [dialect] + conditions
    }

    /// Where a field is found; nil when nothing has a field of this name.
    func target(of name: String) -> FieldTarget? {
        if let path = Self.path(name) { return .payload(path) }
        guard let vendor else { return Self.canonicalTarget(name) }
        let folded = name.asciiLowercased
        let path = vendor.path(folded)
        if let target = vendor.fields[path] { return target }
        if path == folded, !Self.vendorWords.contains(folded), folded == name,
            let target = Self.canonicalTarget(name)
        {
            return target
        }
        guard let inner = vendor.inner else { return .payload(path) }
        let top = path.split(separator: ".").first.map(String.init) ?? path
        return .payload(vendor.envelope.contains(top) ? path : inner + "." + path)
    }

    private static func canonicalTarget(_ name: String) -> FieldTarget? {
        name == Field.time.name ? .time : FieldSchema.field(named: name).map(FieldTarget.field)
    }

    /// `payload.a.b` names the payload in any rule.
    private static func path(_ name: String) -> String? {
        let prefix = "payload."
        guard name.hasPrefix(prefix), (1...200).contains(name.utf8.count - prefix.utf8.count)
        else { return nil }
        return String(name.dropFirst(prefix.count))
    }

    /// Canonical names that servers use for something of their own: in a rule about a server they
    /// mean the server's.
    private static let vendorWords: Set<String> = [
        "city", "code", "country", "device", "fact", "generation", "id", "issued", "kind",
        "network", "outcome", "place", "reason", "refused", "request", "rotation", "session",
        "source", "successor", "time",
    ]
}

extension SourceMap.Vendor {
    /// A folded name as the tables and payloads have it.
    fileprivate func path(_ name: String) -> String {
        var path = name
        for prefix in prefixes where path.hasPrefix(prefix) && path.count > prefix.count {
            path.removeFirst(prefix.count)
        }
        return dropsUnderscores ? path.filter { $0 != "_" } : path
    }
}
