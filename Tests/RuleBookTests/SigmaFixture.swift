import AuditModel
import Detection
import RuleBook

/// Events and rules for tests that run through the engine.
enum SigmaFixture {
    /// An event at a second, by canonical text fields and payload.
    struct Event {
        var second: Int64 = 0
        var dialect = "keycloak"
        var columns: [CodedColumn: String] = [:]
        var ids: [IDColumn: String] = [:]
        var ip: String?
        var payload = ""
        var kind = EventKind.authnFailed
    }

    static func batch(_ events: [Event]) -> EventBatch {
        var batch = EventBatch(capacity: events.count)
        for (number, event) in events.enumerated() {
            var row = EventRow()
            row.time = event.second * 1_000_000_000
            row.id = ID128(high: 1, low: UInt64(number + 1))
            row.kind = event.kind
            row.dialect = batch.pool.code(of: event.dialect)
            for (column, text) in event.columns {
                let code = batch.pool.code(of: text)
                switch column {
                case .client: row.client = code
                case .subject: row.subject = code
                case .userAgent: row.userAgent = code
                case .vendorType: row.vendorType = code
                case .reasonRaw: row.reasonRaw = code
                case .issuer: row.issuer = code
                case .city: row.city = code
                case .device: row.device = code
                default: break
                }
            }
            if let text = event.ip, let address = IPAddress(text) { row.ip = address }
            for (column, text) in event.ids {
                let id = Array(text.utf8).withUnsafeBytes { ID128.pack($0)?.id } ?? .none
                if column == .session { row.session = id }
            }
            Array(event.payload.utf8).withUnsafeBytes { batch.append(row, payload: $0) }
            for (column, text) in event.ids { batch.keepText(text, of: column) }
        }
        return batch
    }

    static func alerts(_ loaded: LoadedRules, _ events: [Event]) -> [Alert] {
        let batch = batch(events)
        var run = DetectionRun(rules: loaded.active)
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts()
    }

    /// A rule on any log source.
    static func rule(
        _ detection: String, logsource: String = "{product: oauth}", name: String = "TST-01",
        id: String = "11111111-2222-4333-8444-555555555555", level: String = "low"
    ) -> String {
        let indented = detection.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "    " + $0 }.joined(separator: "\n")
        return """
            title: \(name)
            id: \(id)
            name: \(name)
            level: \(level)
            logsource: \(logsource)
            detection:
            \(indented)
            """
    }

    /// Whether a rule with one field fires for one event.
    static func fires(_ field: String, _ event: Event, placeholders: String? = nil) -> Bool {
        let text = rule("sel:\n    \(field)\ncondition: sel")
        var sources = [RuleSource(path: "rule.yml", text: text)]
        if let placeholders {
            sources.append(RuleSource(path: "placeholders.yml", text: placeholders))
        }
        let loaded = RuleBook.load(sources: sources)
        return !loaded.hasErrors && !alerts(loaded, [event]).isEmpty
    }
}
