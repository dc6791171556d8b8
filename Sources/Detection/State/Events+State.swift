internal import AuditModel
internal import GrantLedger

extension EventReference: StateRecord {
    static var blank: EventReference {
        EventReference(id: .none, time: 0, dialect: 0, precision: 0, kind: .other)
    }

    private init(id: ID128, time: Int64, dialect: UInt32, precision: UInt8, kind: EventKind) {
        self.id = id
        self.time = time
        self.dialect = dialect
        self.precision = precision
        self.kind = kind
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&id)
        fields.field(&time)
        fields.code(&dialect)
        fields.field(&precision)
        fields.field(&kind)
    }
}

extension RecentEvents: StateCodable {
    func write(to writer: inout StateWriter) { writer.array(events) }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        events = try reader.array(most: Self.capacity)
    }
}

extension KeptEvent: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.record(row)
        writer.put(transition != nil)
        if let transition { writer.record(transition) }
        writer.put(texts.count)
        for index in 0..<texts.count {
            writer.put(texts.column(index).rawValue)
            writer.put(texts.text(index))
        }
        writer.numbers(payload)
    }

    convenience init(from reader: inout StateReader) throws(StateFault) {
        let row: EventRow = try reader.record()
        let isLedgers: Bool = try reader.get()
        let transition: Transition? = isLedgers ? try reader.record() : nil
        var texts = IDTexts()
        for _ in 0..<(try reader.count(ofBytes: 12)) {
            guard let column = IDColumn(rawValue: try reader.get()) else {
                throw .damaged("a text belongs to no column")
            }
            texts.append(try reader.get() as String, row: 0, column: column)
        }
        self.init(
            row: row, transition: transition, texts: texts,
            payload: try reader.numbers(most: Self.longestPayload))
    }
}

extension Deque: StateCodable where Element: StateRecord {
    func write(to writer: inout StateWriter) { writer.records(count) { self[$0] } }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        elements = try reader.array()
    }
}

extension WindowEntries.Entry: StateRecord where Value: StateRecord {
    static var blank: Self { Self(time: 0, value: .blank) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&time)
        fields.record(&value)
    }
}

extension WindowEntries: StateCodable where Value: StateRecord {
    func write(to writer: inout StateWriter) {
        writer.put(entries)
        writer.put(recent)
        writer.put(last)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        entries = try reader.get()
        recent = try reader.get()
        last = try reader.get()
    }
}
