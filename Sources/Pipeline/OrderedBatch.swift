internal import AuditModel

/// A batch with the order of its rows, so that sorting moves no columns.
final class OrderedBatch: Sendable {
    let batch: EventBatch
    /// Rows in total order; nil when they stand in it already.
    private let order: ContiguousArray<Int32>?

    init(_ batch: EventBatch) {
        self.batch = batch
        order = Self.sortedRows(batch)
    }

    var count: Int { batch.count }

    @inline(__always)
    func row(_ place: Int) -> Int {
        if let order { return Int(order[place]) }
        return place
    }

    @inline(__always)
    func key(_ place: Int) -> OrderKey { batch.orderKey(row(place)) }

    private static func sortedRows(_ batch: EventBatch) -> ContiguousArray<Int32>? {
        var isSorted = true
        for row in 1..<max(1, batch.count)
        where batch.orderKey(row) < batch.orderKey(row - 1) {
            isSorted = false
            break
        }
        if isSorted { return nil }
        var rows = ContiguousArray((0..<Int32(batch.count)))
        rows.sort { batch.orderKey(Int($0)) < batch.orderKey(Int($1)) }
        return rows
    }
}
