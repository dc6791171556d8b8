public import AuditModel

/// The few members of a stored alert's JSON that a line for people needs.
public struct AlertSummary: Sendable, Equatable {
    /// As it stands there, RFC 3339.
    public var time = ""
    public var id = ""
    public var state = ""
    public var rule = ""
    public var severity = Severity.info
    public var message = ""

    /// Nil when the text is no alert.
    public init?(_ body: [UInt8]) {
        var document = JSONDocument()
        let padded = body + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let isRead = padded.withUnsafeBytes { bytes -> Bool in
            do throws(JSONError) {
                try document.read(UnsafeRawBufferPointer(rebasing: bytes[..<body.count]))
            } catch {
                return false
            }
            take(document)
            return true
        }
        guard isRead, !id.isEmpty else { return nil }
    }

    private mutating func take(_ document: borrowing JSONDocument) {
        var isInRule = false
        for index in 1..<max(1, document.count) {
            let node = document[index]
            let key = String(decoding: document.key(node), as: UTF8.self)
            if node.depth == 1 { isInRule = key == "rule" }
            guard node.kind == .string, node.depth == 1 || (isInRule && node.depth == 2)
            else { continue }
            let value = String(decoding: document.value(node), as: UTF8.self)
            switch (node.depth, key) {
            case (1, "time"): time = value
            case (1, "id"): id = value
            case (1, "state"): state = value
            case (1, "severity"): severity = Severity(name: value) ?? .info
            case (1, "message"): message = value
            case (2, "name"): rule = value
            default: break
            }
        }
    }
}
