internal import AuditModel

extension AlertDesk {
    /// The alerts slot by slot, what finds them, by key, and whose turn it is to go.
    func write(to writer: inout StateWriter) {
        writer.put(memory != nil)
        writer.put(room)
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
        writePlaces(to: &writer)
        memory?.write(to: &writer)
    }

    private func writePlaces(to writer: inout StateWriter) {
        writer.put(byPlace.count)
        let entries = byPlace.sorted { left, right in
            (left.value, left.key.rule, left.key.family, left.key.lineage)
                < (right.value, right.key.rule, right.key.family, right.key.lineage)
        }
        for (place, index) in entries {
            writer.put(place.rule)
            writer.put(place.family)
            writer.put(place.lineage)
            writer.put(index)
        }
    }

    /// Takes over what a desk of the same kind stored.
    mutating func read(from reader: inout StateReader) throws(StateFault) {
        let forgets: Bool = try reader.get()
        let room: Int = try reader.get()
        guard forgets == (memory != nil), room == self.room else {
            throw .foreign("it keeps other alerts")
        }
        self = AlertDesk(capacity: room, forgets: forgets)
        dropped = try reader.get()
        minorCount = try reader.get()
        alerts = try reader.get()
        for (index, alert) in alerts.enumerated() where !alert.id.isNone { byID[alert.id] = index }
        for _ in 0..<(try reader.count(ofBytes: 24)) {
            let key: ID128 = try reader.get()
            byKey[key] = try slot(from: &reader)
        }
        for _ in 0..<(try reader.count(ofBytes: 24)) {
            let lineage: ID128 = try reader.get()
            let indexes: [Int] = try reader.get()
            try reader.require(indexes.allSatisfy(holds), "there is no such alert")
            byLineage[lineage] = indexes
        }
        try readPlaces(from: &reader)
        let isPossible = dropped >= 0 && (0...alerts.count).contains(minorCount)
        try reader.require(isPossible, "alerts are miscounted")
        if forgets { memory = try memory(from: &reader) }
    }

    private mutating func readPlaces(from reader: inout StateReader) throws(StateFault) {
        for _ in 0..<(try reader.count(ofBytes: 36)) {
            let place = LineagePlace(
                rule: try reader.get(), family: try reader.get(), lineage: try reader.get())
            byPlace[place] = try slot(from: &reader)
        }
    }

    private func slot(from reader: inout StateReader) throws(StateFault) -> Int {
        let index: Int = try reader.get()
        try reader.require(holds(index), "there is no such alert")
        return index
    }

    /// Whether there is an alert with an index.
    private func holds(_ index: Int) -> Bool { alerts.indices.contains(index) }
}

extension LineagePlace {
    fileprivate init(rule: Int, family: UInt32, lineage: ID128) {
        self.rule = rule
        self.family = family
        self.lineage = lineage
    }
}

// MARK: - What a desk that forgets remembers

extension AlertMemory {
    /// What does not follow from what finds the alerts.
    fileprivate func write(to writer: inout StateWriter) {
        writer.put(evicted)
        writer.put(minor.hand)
        writer.put(major.hand)
        for owner in owners {
            writer.put(owner.isMinor)
            writer.put(owner.wasHit)
        }
    }
}

extension AlertDesk {
    /// The memory of the alerts that were read.
    private func memory(from reader: inout StateReader) throws(StateFault) -> AlertMemory {
        var memory = AlertMemory()
        memory.evicted = try reader.get()
        let hands: (minor: Int, major: Int) = (try reader.get(), try reader.get())
        for index in alerts.indices {
            var owner = AlertMemory.Owner(key: .none, lineage: .none, isMinor: try reader.get())
            owner.wasHit = try reader.get()
            memory.enter(owner, at: index)
        }
        (memory.minor.hand, memory.major.hand) = hands
        let isPossible =
            memory.evicted >= 0 && memory.minor.slots.count == minorCount
            && memory.minor.isPossible(room) && memory.major.isPossible(room)
        try reader.require(isPossible, "alerts are miscounted")
        try name(&memory, reader)
        return memory
    }

    /// Notes what leads to each alert, each but once.
    private func name(
        _ memory: inout AlertMemory, _ reader: StateReader
    ) throws(StateFault) {
        var isSingle = true
        // One that a later alert of its key superseded has no key any more.
        for (key, index) in byKey {
            isSingle = isSingle && !key.isNone && memory[index].key.isNone
            memory[index].key = key
        }
        for (lineage, indexes) in byLineage {
            for (position, index) in indexes.enumerated() {
                isSingle = isSingle && !lineage.isNone && memory[index].lineage.isNone
                memory[index].lineage = lineage
                memory[index].position = position
            }
        }
        for (place, index) in byPlace {
            isSingle = isSingle && memory[index].place == nil
            memory[index].place = place
        }
        try reader.require(isSingle, "two things lead to one alert that may lead to one only")
    }
}

extension AlertMemory.Ring {
    /// The hand moves only when there is no more room.
    fileprivate func isPossible(_ room: Int) -> Bool {
        slots.count <= room && (slots.count == room ? 0..<room : 0..<1).contains(hand)
    }
}
