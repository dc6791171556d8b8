import AuditModel
import WireFormat

/// Alerts as text that two ways to the same alert have in common.
enum LiveText {
    static func of(_ alert: Alert) -> String {
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer)
        return String(decoding: writer.takeBytes(), as: UTF8.self)
    }

    /// A stored alert's JSON with revision 0 and state confirmed.
    static func restated(_ body: [UInt8]) -> [UInt8] {
        AlertJSON.restated(body, revision: 0, state: .confirmed)
    }
}
