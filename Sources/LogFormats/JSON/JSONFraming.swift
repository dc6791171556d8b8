internal import WireFormat

/// What is told of a record before it is read.
enum JSONFraming {
    /// Members in which envelopes hold events: EventBridge `detail`, CloudTrail `Records`, Event
    /// Hub `records`, hooks and streams `data` and `events`, polls `items`, `value` and `logs`,
    /// tenants that wrap `payload`, search exports `_source`, OTLP traces down to span events,
    /// CloudTrail's `Events` and rows.
    static let envelopes = NameTable([
        "data", "detail", "events", "records", "Records", "items", "value", "logs", "payload",
        "event", "_source", "body", "Events", "logEvents", "QueryResultRows",
        "resourceSpans", "scopeSpans", "spans",
    ])

    /// Members in which envelopes hold events as JSON in a text: shippers and log groups `message`,
    /// queues `body` and `Message`, CloudTrail's event history and lake.
    static let texts = NameTable([
        "message", "@message", "Message", "body", "CloudTrailEvent", "eventJson",
    ])

    /// Whether a record begins as an object or an array does.
    static func isJSON(_ content: UnsafeRawBufferPointer) -> Bool {
        for byte in content where byte != 0x20 && byte != 0x09 && byte != 0x0D && byte != 0x0A {
            return byte == 0x7B || byte == 0x5B
        }
        return false
    }

    /// Whether JSON has a member or a text with each of these names, quotes included. Quotes inside
    /// texts are escaped, so that no text poses as a member.
    static func mentions(_ content: UnsafeRawBufferPointer, _ names: StaticString...) -> Bool {
        isJSON(content) && names.allSatisfy { ByteSearch.contains(content, $0) }
    }
}
