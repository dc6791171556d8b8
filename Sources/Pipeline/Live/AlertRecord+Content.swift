public import AuditModel
public import EventStore
internal import WireFormat

extension AlertRecord {
    /// The alert: what it was written from, or else read from its body; nil if that is none.
    public var content: Alert? { alert ?? AlertJSON.read(body) }
}
