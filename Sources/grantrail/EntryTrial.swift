import AuditModel
import Detection
import EventStore
import Pipeline
import RuleBook

/// What commands share that try an entry of an allow-list before they write it.
enum EntryTrial {
    /// The rules that would run with an entry at the end of a file of overlays.
    ///
    /// - Parameter text: of the file as it is; empty when there is none.
    static func rules(
        with entry: AllowEntry, _ options: RuleOptions, path: String, text: String
    ) -> Result<[Rule], EntryRefusal> {
        RuleBook.trying(entry, paths: options.rules, file: path, text: text).map { loaded in
            var loaded = loaded
            loaded.runsExperimental = options.experimental
            return loaded.active
        }
    }

    /// When an entry ends that holds for so long from the newest event on, nanoseconds UTC.
    static func end(after span: Span, in store: EventStore) throws(PipelineError) -> Int64 {
        let newest = try onStore { () throws(StoreError) in try store.info().lastTime ?? 0 }
        // An event from the future must not make the entry last longer.
        let start = min(newest, ServiceClock.system.wall())
        let (end, isFar) = start.addingReportingOverflow(span.nanoseconds)
        return isFar ? .max : end
    }
}
