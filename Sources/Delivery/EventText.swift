public import AuditModel
internal import WireFormat

/// Events as text for people.
public struct EventTextFormat: Sendable {
    public var style: TextStyle

    public init(style: TextStyle) { self.style = style }

    /// One line without its end: time, kind, who, which client, from where, why not.
    public func line(_ batch: EventBatch, _ row: Int, _ pool: StringPool) -> String {
        let kind = batch.kind[row].name
        let outcome = batch.outcome[row]
        let padded = kind + String(repeating: " ", count: max(0, 22 - kind.count))
        var parts = [
            style.dim(TimeText.string(batch.time[row], precision: batch.precision[row])),
            outcome == .success || outcome == .unknown ? padded : style.severity(.medium, padded),
        ]
        let subject = text(.subject, batch, row, pool) ?? "-"
        let client = text(.client, batch, row, pool) ?? "-"
        parts.append("\(subject) → \(client)")
        if let ip = batch.text(.ip, row: row) { parts.append(ip) }
        if let session = batch.text(.session, row: row) {
            parts.append(style.dim("session " + style.escape(session, limit: 40)))
        }
        if batch.reason[row] != .none { parts.append(batch.reason[row].name) }
        if let raw = text(.reasonRaw, batch, row, pool) { parts.append("“\(raw)”") }
        return parts.joined(separator: "  ")
    }

    private func text(
        _ column: CodedColumn, _ batch: EventBatch, _ row: Int, _ pool: StringPool
    ) -> String? {
        let code = batch.code(column, row)
        return code == 0 ? nil : style.escape(pool.text(code), limit: 80)
    }
}
