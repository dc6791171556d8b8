internal import AuditModel
internal import EventStore

/// Reads a store's events in total order: blocks join when their earliest event is due.
struct StoreReplay {
    private let store: EventStore

    init(_ store: EventStore) { self.store = store }

    func run(
        progress: ((Int64, Int64?) -> Void)? = nil, _ take: (EventBatch, Int) -> Void
    ) throws(StoreError) {
        let blocks = store.blocks
        let order = blocks.indices.sorted { blocks[$0].minTime < blocks[$1].minTime }
        let total = Int64(blocks.reduce(0) { $0 + $1.count })
        var reorderer = Reorderer()
        var done: Int64 = 0
        for (place, index) in order.enumerated() {
            done += Int64(blocks[index].count)
            guard reorderer.push(OrderedBatch(try store.readBlock(index))) else {
                throw StoreError(
                    .corrupt,
                    "cannot replay the store: block \(index) holds an event before its stated "
                        + "time; run `grantrail store verify`")
            }
            let next = place + 1 < order.count ? blocks[order[place + 1]].minTime : Int64.max
            if next < .max { reorderer.release(below: next, take) }
            progress?(done, total)
        }
        reorderer.finish(take)
    }
}
