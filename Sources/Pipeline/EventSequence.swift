public import AuditModel
public import EventStore
public import GrantLedger
public import Intake
public import Places

/// Events in total order from archives or a store, without any rule: for people who look at them.
public struct EventSequence {
    /// Called now and then with bytes or events done and their total, where known.
    public var progress: ((Int64, Int64?) -> Void)?
    /// Called at the end with what became of each input, also when none of them was usable.
    public var inputs: (([InputTally]) -> Void)?

    private let clients: ClientRegistry

    /// - Parameter clients: says whose address events of registered clients have.
    public init(clients: ClientRegistry = .empty) {
        self.clients = clients
        progress = nil
        inputs = nil
    }

    /// Reads the events of a store.
    ///
    /// - Parameter places: resolves every address anew; nil takes the places that are stored.
    public func run(
        _ store: EventStore, places: PlaceBook? = nil, _ take: (EventBatch, Int, StringPool) -> Void
    ) throws(PipelineError) {
        do throws(StoreError) {
            try StoreReplay(store, places: places, clients: clients).run(progress: progress) {
                take($0, $1, $2)
            }
        } catch {
            throw .store(error)
        }
    }

    /// Reads archives as they come. Events that are later than the lateness allows are given out
    /// when they come, so that nothing is held back or lost.
    ///
    /// - Throws: ``PipelineError``; `nothingUsable` when no record gave an event.
    public func run(
        _ inputs: [Input], options: IntakeOptions, _ take: (EventBatch, Int, StringPool) -> Void
    ) throws(PipelineError) -> IntakeTally {
        var interner = Interner()
        var roles = ClientStage(clients)
        var reorderer = Reorderer()
        var tally = IntakeTally()
        do throws(IntakeError) {
            let feeds = try FeedSet(inputs, options: options)
            while var batch = try feeds.next() {
                interner.intern(&batch.events)
                roles.fill(&batch.events, pool: interner.pool)
                let pool = interner.pool
                let ordered = OrderedBatch(batch.events)
                if !reorderer.push(ordered) {
                    for place in 0..<ordered.count { take(ordered.batch, ordered.row(place), pool) }
                }
                reorderer.release(below: feeds.watermark) { batch, row in take(batch, row, pool) }
                progress?(feeds.progress.read, feeds.progress.total)
            }
            tally = feeds.tally
            self.inputs?(feeds.inputs)
        } catch {
            throw .intake(error)
        }
        let pool = interner.pool
        reorderer.finish { batch, row in take(batch, row, pool) }
        tally.duplicates = reorderer.duplicates
        guard tally.events > 0 else { throw .nothingUsable(tally) }
        return tally
    }
}
