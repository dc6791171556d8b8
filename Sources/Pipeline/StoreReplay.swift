internal import AuditModel
internal import EventStore
internal import GrantLedger
internal import Places

/// Reads a store's events in total order: blocks join when their earliest event is due.
struct StoreReplay {
    private let store: EventStore
    private let places: PlaceBook?
    private let clients: ClientRegistry
    /// Only events of this time.
    private let times: ClosedRange<Int64>

    /// - Parameters:
    ///   - places: resolves every address anew; nil keeps what is stored.
    ///   - clients: says whose address events of registered clients have.
    init(
        _ store: EventStore, places: PlaceBook? = nil, clients: ClientRegistry = .empty,
        times: ClosedRange<Int64> = .min ... .max
    ) {
        self.clients = clients
        self.store = store
        self.places = places
        self.times = times
    }

    /// - Parameter take: gets each event with the pool its codes belong to.
    func run(
        progress: ((Int64, Int64?) -> Void)? = nil, _ take: (EventBatch, Int, StringPool) -> Void
    ) throws(StoreError) {
        var pool = store.pool
        var stage = places.map { PlaceStage($0) }
        var roles = ClientStage(clients)
        let blocks = store.blocks
        let order = blocks.indices
            .filter {
                blocks[$0].maxTime >= times.lowerBound && blocks[$0].minTime <= times.upperBound
            }
            .sorted { blocks[$0].minTime < blocks[$1].minTime }
        let total = Int64(order.reduce(0) { $0 + blocks[$1].count })
        func takeInTime(_ batch: EventBatch, _ row: Int) {
            if times.contains(batch.time[row]) { take(batch, row, pool) }
        }
        var reorderer = Reorderer()
        var done: Int64 = 0
        for (place, index) in order.enumerated() {
            done += Int64(blocks[index].count)
            var batch = try store.readBlock(index)
            stage?.fill(&batch, pool: &pool)
            roles.fill(&batch, pool: pool)
            guard reorderer.push(OrderedBatch(batch)) else {
                throw StoreError(
                    .corrupt,
                    "cannot replay the store: block \(index) holds an event before its stated "
                        + "time; run `grantrail store verify`")
            }
            let next = place + 1 < order.count ? blocks[order[place + 1]].minTime : Int64.max
            if next < .max { reorderer.release(below: next, takeInTime) }
            progress?(done, total)
        }
        reorderer.finish(takeInTime)
    }
}
