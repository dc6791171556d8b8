internal import AuditModel

extension EventStore {
    /// Remembers what the places of the events from here on come from, unless the last note says
    /// so already. A fact for people; nothing depends on it.
    ///
    /// - Parameter provenance: one line, such as the types and build times of databases.
    public func note(places provenance: String) throws(StoreError) {
        try checkUsable(forWriting: true)
        let task = "note where places come from"
        let last = try database.prepare(
            "SELECT value FROM meta WHERE key GLOB 'places/*' ORDER BY key DESC LIMIT 1",
            doing: task)
        if try last.step() {
            let value = String(decoding: last.array(0), as: UTF8.self)
            if value.drop(while: { $0 != " " }).dropFirst() == provenance { return }
        }
        last.reset()
        let notes = try database.number(
            "SELECT count(*) FROM meta WHERE key GLOB 'places/*'", doing: task)
        let digits = String(notes)
        let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        let position = eventCount
        let insert = try database.prepare(
            "INSERT INTO meta (key, value) VALUES ('places/\(number)', ?1)", doing: task)
        insert.bind(1, Array("\(position) \(provenance)".utf8))
        try insert.run()
    }
}
