internal import AuditModel

/// Maps the codes of decoded batches to those of one pool, once per distinct text and batch.
struct Interner {
    private(set) var pool = StringPool()

    /// Replaces a batch's own codes by those of ``pool``.
    mutating func intern(_ batch: inout EventBatch) {
        var table = ContiguousArray<UInt32>(repeating: 0, count: batch.pool.count)
        for code in 1..<max(1, batch.pool.count) {
            table[code] = batch.pool.withBytes(of: UInt32(code)) { pool.code(of: $0) }
        }
        batch.recode(table)
    }
}
