import EventStore
import Pipeline

/// Changes of a store that a service may be writing.
enum StoreChange {
    /// Asks the service that listens at a socket; when nobody does, changes the store itself.
    ///
    /// - Parameter isServiceNamed: somebody named the service, so that nobody else will do.
    static func make<Answer>(
        store path: String, socket: String, isServiceNamed: Bool = false,
        asking ask: (String) throws(ControlError) -> Answer,
        changing change: (EventStore) throws(StoreError) -> Answer
    ) throws(PipelineError) -> Answer {
        do throws(ControlError) {
            return try ask(socket)
        } catch {
            if isServiceNamed || !error.isNobodyThere { throw .control(error) }
        }
        let store = try openStore(path, .amend)
        return try onStore { () throws(StoreError) in
            let answer = try change(store)
            try store.close()
            return answer
        }
    }
}
