internal import AuditModel

// What is known of user agents and of places by their codes is read from the pool again.

extension GeoVelocityOperator {
    static var stateName: StaticString { "geo_velocity" }

    func write(to writer: inout StateWriter) {
        trails.write(to: &writer)
        knowledge.write(to: &writer)
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try trails.read(from: &reader)
        try knowledge.read(from: &reader)
    }
}

extension GeoSighting: StateRecord {
    static var blank: GeoSighting {
        GeoSighting(
            event: .blank, ip: .none, point: .blank, placeCode: 0, cityCode: 0, userAgent: 0,
            tls: 0, asn: 0, country: 0, network: nil, isKnown: false)
    }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&event)
        fields.record(&ip)
        fields.record(&point)
        fields.code(&placeCode)
        fields.code(&cityCode)
        fields.code(&userAgent)
        fields.code(&tls)
        fields.field(&asn)
        fields.field(&country)
        // 0 for none, else one more than the raw value.
        var place = network.map { $0.rawValue + 1 } ?? 0
        fields.field(&place)
        network = place == 0 ? nil : NetworkClass(rawValue: place - 1)
        fields.require(place == 0 || network != nil)
        fields.field(&isKnown)
    }
}

extension GeoTrail: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.array(sightings)
        writer.numbers(countries)
        writer.numbers(systems)
        writer.numbers(agents)
        writer.numbers(handshakes)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        sightings = try reader.array(most: Self.mostSightings)
        countries = try reader.numbers(most: Self.mostTraits)
        systems = try reader.numbers(most: Self.mostTraits)
        agents = try reader.numbers(most: Self.mostTraits)
        handshakes = try reader.numbers(most: Self.mostTraits)
    }
}

extension GeoKnowledge {
    func write(to writer: inout StateWriter) {
        subjects.write(to: &writer)
        shared.write(to: &writer)
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        try subjects.read(from: &reader)
        try shared.read(from: &reader)
    }
}

extension GeoKnowledge.Cell: StateRecord {
    static var blank: GeoKnowledge.Cell { GeoKnowledge.Cell(cell: .none, lastDay: 0, days: 0) }

    mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&cell)
        fields.field(&lastDay)
        fields.field(&days)
    }
}

extension GeoKnowledge.Subject: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(firstTime)
        writer.array(cells)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            firstTime: try reader.get(), cells: try reader.array(most: GeoKnowledge.mostCells))
    }
}

extension GeoKnowledge.Shared: StateCodable {
    func write(to writer: inout StateWriter) {
        writer.put(Int(lastDay))
        writer.put(Int(days))
        writer.array(subjects)
    }

    init(from reader: inout StateReader) throws(StateFault) {
        let day: Int = try reader.get()
        let count: Int = try reader.get()
        guard let lastDay = Int32(exactly: day), let days = UInt16(exactly: count) else {
            throw .damaged("a network was used on an impossible day")
        }
        self.init(lastDay: lastDay, days: days, subjects: try reader.array())
    }
}
