public import AuditModel

/// Keycloak's user events: JSON of the Kafka SPI and of the admin REST API (`GET
/// /admin/realms/{realm}/events`, an object or a one-line array of objects), and the text of the
/// `jboss-logging` listener with every value in double quotes (dialect B) and with session and
/// realm names (dialect C, servers 26.x).
///
/// JSON and text may be mixed; each record is judged by its own first byte.
public struct KeycloakFormat: LogFormat {
    static let dialect = "keycloak"

    public init() {}

    public var name: String { Self.dialect }

    /// See ``LogFormat``: JSON that names a realm, or a log line of the event category.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        switch KeycloakDecoder.framing(of: record) {
        case .json: KeycloakDecoder.mentionsRealm(record)
        case .text: LogLine(record).map { KeycloakDecoder.isEventCategory($0.category) } ?? false
        case .blank: false
        }
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        var decoder = KeycloakDecoder(records, settings: settings, pool: &batch.pool)
        records.bytes.withUnsafeBytes { bytes in
            for index in records.records.indices {
                let record = records.records[index]
                let end = record.offset &+ record.count
                guard record.offset >= 0, record.count >= 0,
                    end <= bytes.count - RecordBatch.tailPadding
                else {
                    decoder.fail(.recordTruncated, index, "outside its batch", &issues)
                    continue
                }
                let content = UnsafeRawBufferPointer(rebasing: bytes[record.offset..<end])
                decoder.decode(content, index: index, at: record.at, &batch, &issues)
            }
        }
        return decoder.tally
    }
}
