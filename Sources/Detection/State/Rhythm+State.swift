internal import AuditModel

extension Rhythm: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(firstHour)
        writer.put(hour)
        writer.numbers(cells)
        writer.put(sum)
        writer.put(weight)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(hour: try reader.get())
        hour = try reader.get()
        cells = try reader.numbers()
        sum = try reader.get()
        weight = try reader.get()
        try reader.require(
            cells.count == Self.cellCount && hour >= firstHour, "a rhythm is not of one week")
    }
}

extension Dispersion: StateRecord {
    static var blank: Dispersion { Dispersion() }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&excess)
        fields.field(&squares)
    }
}

extension SilenceOperator {
    static var stateName: StaticString { "silence" }

    func write(to writer: inout StateWriter) {
        table.write(to: &writer)
        writer.array(checks.heap)
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
        checks.heap = try reader.array()
    }
}

extension CheckList.Check: StateRecord {
    static var blank: CheckList.Check { CheckList.Check(due: 0, key: .none) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&due)
        fields.record(&key)
    }
}

extension SilenceOperator.State: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(seen)
        writer.put(rhythm)
        writer.record(spread)
        writer.put(inHour)
        writer.record(last)
        writer.put(kept)
        writer.put(isTold)
        writer.put(isWatched)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            seen: try reader.get(), rhythm: try reader.get(), spread: try reader.record(),
            inHour: try reader.get(), last: try reader.record(), kept: try reader.get(),
            isTold: try reader.get(), isWatched: try reader.get())
    }
}
