internal import AuditModel

/// What an operator remembers, as state images hold it: everything but what follows from its rule,
/// and but caches of what the pool's texts say.
protocol OperatorState {
    /// Names its part of an image.
    static var stateName: StaticString { get }
    /// Raised when the operator makes something else of the same events, or keeps it differently.
    static var stateVersion: UInt8 { get }

    func write(to writer: inout StateWriter)

    /// Takes over what an operator of the same rule stored.
    mutating func read(from reader: inout StateReader) throws(StateFault)
}

extension OperatorState {
    static var stateVersion: UInt8 { 1 }
}

extension AbsenceOperator {
    static var stateName: StaticString { "absence" }

    func write(to writer: inout StateWriter) { table.write(to: &writer) }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
    }
}

extension AbsenceOperator.Wait: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(deadline)
        writer.put(trigger)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(deadline: try reader.get(), trigger: try reader.get())
    }
}

extension AggregateOperator {
    static var stateName: StaticString { "aggregate" }

    func write(to writer: inout StateWriter) { table.write(to: &writer) }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
    }
}

extension AggregateOperator.State: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(entries)
        writer.put(sum)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(entries: try reader.get(), sum: try reader.get())
    }
}

extension CountOperator {
    static var stateName: StaticString { "count" }

    func write(to writer: inout StateWriter) { table.write(to: &writer) }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
    }
}

extension RatioOperator {
    static var stateName: StaticString { "ratio" }

    func write(to writer: inout StateWriter) { table.write(to: &writer) }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
    }
}

extension RatioOperator.State: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(entries)
        writer.put(counts.part)
        writer.put(counts.whole)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(entries: try reader.get())
        counts.part = try reader.get()
        counts.whole = try reader.get()
    }
}

extension NewValueOperator {
    static var stateName: StaticString { "new_value" }

    func write(to writer: inout StateWriter) {
        table.write(to: &writer)
        shared.write(to: &writer) { writer, sightings in writer.array(sightings) }
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try table.read(from: &reader)
        try shared.read(from: &reader) { reader throws(StateFault) in try reader.array() }
    }
}

extension NewValueOperator.Sighting: StateRecord {
    static var blank: Self { Self(what: .none, time: 0) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&what)
        fields.field(&time)
    }
}

extension NewValueOperator.State: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(since)
        writer.record(last)
        writer.array(values)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            since: try reader.get(), last: try reader.record(), values: try reader.array())
    }
}
