public import AuditModel

/// Keycloak's events in every form in which a server or a listener writes them.
///
/// JSON: the Kafka and RabbitMQ listeners and the admin REST API (user and admin events), webhooks
/// (`access.…`, `admin.…`), the server's own log as JSON (Quarkus, WildFly, ECS) with the event as
/// text in `message` or by field in the context. Text: the `jboss-logging` listener of all
/// releases, with values in double quotes, in others, in single quotes where they have blanks (up
/// to 23) or in none; behind whatever a carrier puts before the line.
///
/// All may be mixed; each record is judged by its own first bytes.
public struct KeycloakFormat: LogFormat {
    static let dialect = "keycloak"

    public init() {}

    public var name: String { Self.dialect }

    /// See ``LogFormat``: JSON that names a realm, or a log line of the server's.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool { KeycloakSign.speaks(record) }

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

/// How a record of Keycloak's is known.
enum KeycloakSign {
    static func speaks(_ record: UnsafeRawBufferPointer) -> Bool {
        switch KeycloakDecoder.framing(of: record) {
        case .json: isJSON(record)
        case .text: isText(record)
        case .blank: false
        }
    }

    private static func isText(_ record: UnsafeRawBufferPointer) -> Bool {
        if let line = LogLine(record) { return isCategory(line.category) }
        let prefix = LinePrefix(record)
        if prefix.end == 0 { return false }
        let rest = UnsafeRawBufferPointer(rebasing: record[prefix.end...])
        if KeycloakDecoder.framing(of: rest) == .json { return isJSON(rest) }
        return LogLine(rest).map { isCategory($0.category) } ?? false
    }

    /// Whether a log category is the server's own.
    static func isCategory(_ category: UnsafeRawBufferPointer) -> Bool {
        KeycloakDecoder.isEventCategory(category) || KeycloakCodeLine.isCategory(category)
            || isServer(category)
    }

    /// Applications have Keycloak's adapters, too.
    private static func isServer(_ name: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.starts(name, "io.phasetwo.keycloak.")
            || (ByteSearch.starts(name, "org.keycloak.")
                && !ByteSearch.starts(name, "org.keycloak.adapters."))
    }

    private static func isJSON(_ record: UnsafeRawBufferPointer) -> Bool {
        if mentionsRealm(record) || ByteSearch.contains(record, "\"event.realmId\"") { return true }
        let logger = value(of: "\"loggerName\"", in: record)
            ?? value(of: "\"log.logger\"", in: record)
        if let logger { return isCategory(logger) }
        return wraps("\"log\"", record) || wraps("\"message\"", record)
    }

    /// Whether text speaks of a realm the way Keycloak's events do. A text of somebody else's
    /// record cannot: there quotes are escaped.
    static func mentionsRealm(_ content: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.contains(content, "\"realmId\"") || ByteSearch.contains(content, "\"realmName\"")
    }

    /// The text of a member, as written.
    ///
    /// - Parameter name: with its quotes.
    private static func value(
        of name: StaticString, in record: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        guard let place = ByteSearch.first(name, in: record) else { return nil }
        var cursor = ByteCursor(record)
        cursor.at = place + name.utf8CodeUnitCount
        cursor.skipBlanks()
        guard cursor.take(0x3A) else { return nil }
        cursor.skipBlanks()
        guard cursor.take(0x22) else { return nil }
        let start = cursor.at
        var end = start
        while end < record.count, record[end] != 0x22 || record[end - 1] == 0x5C { end += 1 }
        return UnsafeRawBufferPointer(rebasing: record[start..<end])
    }

    /// Whether a member holds a line of the server's, whose own quotes are escaped then.
    private static func wraps(_ name: StaticString, _ record: UnsafeRawBufferPointer) -> Bool {
        guard let line = value(of: name, in: record), let first = line.first else { return false }
        if first != 0x7B { return isText(line) }
        return ByteSearch.contains(line, "\\\"realmId\\\":")
            || ByteSearch.contains(line, "\\\"loggerName\\\":\\\"org.keycloak.")
            || ByteSearch.contains(line, "\\\"log.logger\\\":\\\"org.keycloak.")
            || ByteSearch.contains(line, "\\\"event.realmId\\\"")
    }
}
