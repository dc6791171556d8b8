internal import AuditModel
public import Delivery
public import TokenScan
public import WireFormat

/// Scan findings as public JSON: alerts with the members of a place in a text.
public enum LeakJSON {
    /// A name for a fingerprint key that gives nothing away: the start of its check value.
    public static func keyName(_ key: FingerprintKey) -> String {
        key.checkValue.prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Appends one finding as one JSON value.
    public static func append(
        _ verdict: LeakVerdict, keyName: String, to writer: inout JSONWriter
    ) {
        AlertJSON.append(verdict.alert, to: &writer) { writer in
            let finding = verdict.finding
            writer.member("path", finding.path)
            writer.member("line", finding.line)
            writer.member("column", finding.column)
            writer.member("token_kind", finding.kind)
            writer.member("fingerprint", finding.fingerprint.hex)
            writer.member("status", verdict.status.rawValue)
            writer.member("token_length", Int64(finding.length))
            writer.member("line_digest", finding.lineDigest.hex)
            writer.member("fingerprint_key", keyName)
        }
    }
}

/// Scan findings as text for people: `path:line:column: KIND «mark» status message`.
public enum LeakText {
    /// One line without its end.
    public static func line(_ verdict: LeakVerdict, _ style: TextStyle) -> String {
        let finding = verdict.finding
        let place = "\(style.escape(finding.path, limit: 4096)):\(finding.line):\(finding.column):"
        let severity = verdict.alert.severity
        var parts = [
            style.bold(place), style.severity(severity, finding.kind),
            style.dim(finding.placeholder), style.severity(severity, verdict.status.rawValue),
            style.escape(verdict.alert.message),
        ]
        if finding.count > 1 { parts.append(style.dim("(\(finding.count) times)")) }
        return parts.joined(separator: " ")
    }
}

/// Scan findings as SARIF 2.1.0, which code hosts and editors read.
public enum LeakSARIF {
    /// Appends one whole log.
    public static func append(
        _ verdicts: [LeakVerdict], version: String, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
        writer.member("version", "2.1.0")
        writer.key("runs")
        writer.beginArray()
        writer.beginObject()
        appendTool(version, &writer)
        writer.member("columnKind", "unicodeCodePoints")
        writer.key("results")
        writer.beginArray()
        for verdict in verdicts { appendResult(verdict, &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
    }

    private static func appendTool(_ version: String, _ writer: inout JSONWriter) {
        writer.key("tool")
        writer.beginObject()
        writer.key("driver")
        writer.beginObject()
        writer.member("name", "grantrail")
        writer.member("semanticVersion", version)
        writer.key("rules")
        writer.beginArray()
        for rule in LeakRule.allCases {
            writer.beginObject()
            writer.member("id", rule.rawValue)
            appendMessage("shortDescription", rule.title, &writer)
            appendMessage("help", rule.help, &writer)
            writer.key("properties")
            writer.beginObject()
            writer.member("security-severity", rule.securitySeverity)
            writer.member("tags", ["security"])
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func appendMessage(_ key: String, _ text: String, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginObject()
        writer.member("text", text)
        writer.endObject()
    }

    private static func appendResult(_ verdict: LeakVerdict, _ writer: inout JSONWriter) {
        let finding = verdict.finding
        writer.beginObject()
        writer.member("ruleId", verdict.alert.rule.name)
        writer.member("level", level(verdict.alert.severity))
        appendMessage("message", "\(verdict.alert.message) \(finding.placeholder)", &writer)
        writer.key("locations")
        writer.beginArray()
        writer.beginObject()
        writer.key("physicalLocation")
        writer.beginObject()
        writer.key("artifactLocation")
        writer.beginObject()
        writer.member("uri", uri(finding.path))
        writer.endObject()
        writer.key("region")
        writer.beginObject()
        writer.member("startLine", finding.line)
        writer.member("startColumn", finding.column)
        writer.endObject()
        writer.endObject()
        writer.endObject()
        writer.endArray()
        writer.key("partialFingerprints")
        writer.beginObject()
        writer.member("primaryLocationLineHash", "\(finding.lineDigest.hex):\(finding.column)")
        writer.member("grantrailToken/v1", finding.fingerprint.hex)
        writer.endObject()
        writer.key("properties")
        writer.beginObject()
        writer.member("status", verdict.status.rawValue)
        writer.member("token_kind", finding.kind)
        writer.member("severity", verdict.alert.severity.name)
        writer.endObject()
        writer.endObject()
    }

    private static func level(_ severity: Severity) -> String {
        switch severity {
        case .critical, .high: "error"
        case .medium: "warning"
        case .low, .info: "note"
        }
    }

    /// A path as a URI reference (RFC 3986): absolute paths with their scheme, other bytes than
    /// unreserved ones and slashes percent-encoded.
    private static func uri(_ path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}

extension LeakRule {
    /// A CVSS-like figure, by which code hosts sort.
    var securitySeverity: String {
        switch self {
        case .live: "9.0"
        case .unknown: "6.0"
        case .dead: "2.0"
        }
    }
}
