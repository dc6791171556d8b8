internal import EventStore
internal import WireFormat

extension ControlRecord {
    /// Something that happened, with its members written by a closure.
    ///
    /// - Parameters:
    ///   - time: nanoseconds UTC.
    ///   - store: whose event count it happened at.
    static func about(
        _ kind: String, at time: Int64, in store: EventStore,
        _ members: (inout JSONWriter) -> Void = { _ in }
    ) -> ControlRecord {
        var writer = JSONWriter()
        writer.beginObject()
        members(&writer)
        writer.endObject()
        return ControlRecord(
            time: time, kind: kind, position: store.eventCount,
            body: String(decoding: writer.takeBytes(), as: UTF8.self))
    }
}
