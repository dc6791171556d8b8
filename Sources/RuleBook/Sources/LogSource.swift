internal import Detection
internal import MarkedText

/// Sigma's `logsource`: which map a rule's fields are read by.
enum LogSource {
    /// One line of the table: what must be said, folded; nil stands for anything.
    private struct Row {
        var product: String?
        var service: String?
        var map: SourceMap

        init(_ product: String?, _ service: String?, _ map: SourceMap) {
            self.product = product
            self.service = service
            self.map = map
        }

        init(
            _ product: String?, _ service: String?, _ vendor: SourceMap.Vendor,
            logs: [String] = []
        ) {
            let conditions = logs.isEmpty ? [] : [SourceMap.Vendor.entraLog(logs)]
            self.init(product, service, SourceMap(vendor: vendor, conditions: conditions))
        }
    }

    /// The first row that fits counts.
    private static let table: [Row] = [
        Row("oauth", nil, .canonical),
        Row("keycloak", nil, .keycloak), Row(nil, "keycloak", .keycloak),
        Row("okta", nil, .okta), Row(nil, "okta", .okta),
        Row("azure", "signinlogs", .entra, logs: SourceMap.Vendor.entraSignIns),
        Row("azure", "auditlogs", .entra, logs: ["AuditLogs"]),
        Row("azure", "audit", .entra, logs: ["AuditLogs"]),
        Row("azure", "riskdetection", .entra, logs: SourceMap.Vendor.entraRisks),
        Row("azure", "pim", .entra), Row("azure", "entra_id", .entra),
        Row("azure", "activitylogs", .entra), Row("azure", "microsoftgraphactivitylogs", .entra),
        Row("entra", nil, .entra), Row("entra_id", nil, .entra),
        Row("auth0", nil, .auth0), Row(nil, "auth0", .auth0),
        Row("onelogin", nil, .onelogin), Row(nil, "onelogin.events", .onelogin),
        Row("cisco", "duo", .duo), Row("cisco_duo", nil, .duo), Row("duo", nil, .duo),
        Row("aws", "cloudtrail", .cognito), Row("aws", "cognito", .cognito),
        Row("gcp", nil, .google), Row("google_workspace", nil, .google),
        Row("google_cloud", nil, .google), Row("github", nil, .github),
        Row("hydra", nil, .plain("hydra")), Row("ory", "hydra", .plain("hydra")),
        Row("pingfederate", nil, .plain("pingfederate")), Row("nginx", nil, .plain("nginx")),
        Row(nil, "nginx", .plain("nginx")), Row("envoy", nil, .plain("envoy")),
        Row("kong", nil, .plain("kong")), Row("oauth2-proxy", nil, .plain("oauth2-proxy")),
    ]

    /// The map of a log source; nil for one that no row is about.
    static func map(product: String?, service: String?) -> SourceMap? {
        let product = product.map(fold)
        let service = service.map(fold)
        return table.first { row in
            (row.product == nil || row.product == product)
                && (row.service == nil || row.service == service)
        }?.map
    }

    /// The specification wants lower case, and `_` for blanks.
    private static func fold(_ text: String) -> String {
        String(text.asciiLowercased.map { $0 == " " ? "_" : $0 })
    }

    /// The products of the table, for suggestions.
    static let products = Set(table.compactMap(\.product)).sorted()

    /// Reads `logsource:`; nil, with a warning and the reason in `blindness`, for a source that is
    /// not mapped.
    static func read(
        _ node: YAMLNode, blindness: inout [String], _ report: inout RuleText
    ) -> SourceMap? {
        let keys = ["category", "product", "service", "definition"]
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "logsource must be a mapping, not \(node.typeName)")
            return nil
        }
        var values: [String: YAMLNode] = [:]
        for entry in entries {
            guard let key = report.string(entry.key, "a key of logsource") else { continue }
            if keys.contains(key) {
                values[key] = entry.value
            } else if Suggestion.nearest(to: key, among: keys) != nil {
                report.unknown(
                    .unknownKey, "key of logsource", key, entry.key.place, allowed: keys)
            }
        }
        if let map = map(product: values["product"]?.text, service: values["service"]?.text) {
            return map
        }
        let shown = ["product", "category", "service"].compactMap { key in
            values[key]?.text.map { "\(key) \($0.prefix(60))" }
        }.joined(separator: ", ")
        let product = values["product"]?.text ?? ""
        blindness.append("its log source is \(shown)")
        report.warning(
            .otherLogSource, values["product"]?.place ?? node.place,
            "log source \(shown) is not mapped; the rule is blind"
                + Suggestion.phrase(for: product, among: products),
            remedy: "mapped products: \(products.joined(separator: ", ")); "
                + "Grantrail's own events and facts are product: oauth")
        return nil
    }
}
