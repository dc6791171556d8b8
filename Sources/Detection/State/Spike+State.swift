internal import AuditModel

extension SpikeOperator {
    static var stateName: StaticString { "spike" }

    func write(to writer: inout StateWriter) {
        table.write(to: &writer) { writer, state in
            state.baseline.write(to: &writer)
            writer.put(state.alarm)
            writer.put(state.recent)
        }
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        let (windows, attempts) = (windows, countsAttempts)
        try table.read(from: &reader) { reader throws(StateFault) in
            State(
                baseline: try SpikeBaseline(from: &reader, windows, attempts: attempts),
                alarm: try reader.get(), recent: try reader.get())
        }
    }
}

extension SpikeBaseline {
    func write(to writer: inout StateWriter) {
        writer.put(first)
        writer.put(seen)
        writer.put(rhythm)
        writer.put(events)
        writer.put(attempts)
        writer.array(spread)
        writer.record(hourSpread)
        writer.put(minute)
        writer.put(hourEvents)
        writer.put(hourAttempts)
        writer.numbers(expectations)
        writer.put(ratio.events)
        writer.put(ratio.attempts)
    }

    /// Reads one of the same windows.
    init(
        from reader: inout StateReader, _ windows: ContiguousArray<Int>, attempts: Bool
    ) throws(StateFault) {
        self.init(at: try reader.get(), windows, attempts: attempts)
        let fresh = self
        seen = try reader.get()
        rhythm = try reader.get()
        events = try reader.get()
        self.attempts = try reader.get()
        spread = try reader.array()
        hourSpread = try reader.record()
        minute = try reader.get()
        hourEvents = try reader.get()
        hourAttempts = try reader.get()
        expectations = try reader.numbers()
        ratio.events = try reader.get()
        ratio.attempts = try reader.get()
        let isAlike =
            events.hasForm(of: fresh.events) && spread.count == fresh.spread.count
            && expectations.count == fresh.expectations.count
            && (self.attempts?.hasForm(of: fresh.events) ?? !attempts)
        try reader.require(isAlike, "a baseline has other windows than its rule")
    }
}

extension MinuteRing: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.numbers(buckets)
        writer.numbers(sums)
        writer.put(current)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init([])
        buckets = try reader.numbers()
        sums = try reader.numbers()
        current = try reader.get()
        try reader.require(buckets.indices.contains(current), "a ring of minutes has no minute")
    }

    /// Whether another one has the same windows.
    func hasForm(of other: MinuteRing) -> Bool {
        buckets.count == other.buckets.count && sums.count == other.sums.count
    }
}

extension SpikeAlarm.Entry: StateRecord {
    static var blank: SpikeAlarm.Entry { SpikeAlarm.Entry(time: 0, value: .none) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&time)
        fields.record(&value)
    }
}

extension SpikeAlarm: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(entries)
        writer.numbers(past)
        writer.put(pastHour)
        writer.put(last)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        entries = try reader.get()
        past = try reader.numbers()
        pastHour = try reader.get()
        last = try reader.get()
        try reader.require(
            past.isEmpty || past.count == Self.pastHours + 1, "an alarm's past is not of one day")
    }
}
