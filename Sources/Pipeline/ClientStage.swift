internal import AuditModel
internal import GrantLedger

/// Says of events of registered clients whose address they have.
///
/// Applied where events are read, never to what is stored: with another registry the same events
/// are seen anew. Events that say already that their address is no holder's stay as they are.
struct ClientStage {
    private var directory: ClientDirectory

    init(_ registry: ClientRegistry) { directory = ClientDirectory(registry) }

    /// - Parameter pool: what the codes of the batch mean; the same one in every call.
    mutating func fill(_ batch: inout EventBatch, pool: StringPool) {
        if directory.isEmpty { return }
        for row in 0..<batch.count where batch.ipRole[row] == .holder {
            if directory.isCaller(batch, row: row, pool: pool) {
                batch.setIPRole(.caller, row: row)
            }
        }
    }
}
