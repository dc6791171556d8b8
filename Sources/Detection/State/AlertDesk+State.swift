internal import AuditModel

extension AlertDesk: StateCodable {
    /// The alerts in the order of their admission, and what finds them, by key.
    func write(to writer: inout StateWriter) {
        writer.put(dropped)
        writer.put(minorCount)
        writer.put(alerts)
        writer.put(byKey.count)
        for (key, index) in byKey.sorted(by: { $0.key < $1.key }) {
            writer.put(key)
            writer.put(index)
        }
        writer.put(byLineage.count)
        for (lineage, indexes) in byLineage.sorted(by: { $0.key < $1.key }) {
            writer.put(lineage)
            writer.put(indexes)
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        dropped = try reader.get()
        minorCount = try reader.get()
        alerts = try reader.get()
        for (index, alert) in alerts.enumerated() { byID[alert.id] = index }
        for _ in 0..<(try reader.count(ofBytes: 24)) {
            let key: ID128 = try reader.get()
            let index: Int = try reader.get()
            byKey[key] = index
        }
        for _ in 0..<(try reader.count(ofBytes: 24)) {
            let lineage: ID128 = try reader.get()
            let indexes: [Int] = try reader.get()
            byLineage[lineage] = indexes
        }
        let isPossible =
            dropped >= 0 && (0...alerts.count).contains(minorCount)
            && byKey.values.allSatisfy(holds)
            && byLineage.values.allSatisfy { $0.allSatisfy(holds) }
        try reader.require(isPossible, "there is no such alert")
    }

    /// Whether there is an alert with an index.
    func holds(_ index: Int) -> Bool { alerts.indices.contains(index) }
}
