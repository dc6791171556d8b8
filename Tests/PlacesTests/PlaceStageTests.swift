import AuditModel
import Places
import Testing

@Suite("Places of a batch")
struct PlaceStageTests {
    private static let addresses = [
        "192.0.2.7", "198.51.100.1", "192.0.2.200", "8.8.8.8", "10.0.0.1", "2001:db8::5",
        "203.0.113.9", "192.0.2.7",
    ]

    private func book(city: Bool = true) throws -> PlaceBook {
        let scratch = try Scratch()
        return try PlaceBook(
            city: city ? scratch.file("city.mmdb", cities().bytes) : nil,
            asn: city ? scratch.file("asn.mmdb", systems().bytes) : nil, networks: nil,
            trustedProxies: [IPPrefix(try address("192.0.2.200"), length: 32)].compactMap { $0 })
    }

    private func batch() throws -> EventBatch {
        var batch = EventBatch(capacity: 4)
        for (index, text) in Self.addresses.enumerated() {
            var row = EventRow()
            row.id = ID128(high: 1, low: UInt64(index))
            row.ip = try address(text)
            row.ipRole = .holder
            row.country = country("CH")
            row.city = batch.pool.code(of: "Bern")
            row.asn = 14593
            batch.append(row)
        }
        var row = EventRow()
        row.country = country("AT")
        batch.append(row)
        return batch
    }

    private func lines(_ batch: EventBatch, _ pool: StringPool) -> [String] {
        (0..<batch.count).map { row in
            let event = batch[row]
            return "\(event.ipRole.name) \(event.country) \(event.asn) "
                + [event.city, event.place, event.network].map { pool.text($0) }
                .joined(separator: "|")
        }
    }

    @Test("A database's answer replaces the record's, also by silence; rows without address stay")
    func databaseWins() throws {
        var stage = PlaceStage(try book())
        var events = try batch()
        stage.fill(&events)
        let de = country("DE")
        let us = country("US")
        #expect(
            lines(events, events.pool) == [
                "holder \(de) 64500 Berlin|52.52,13.41,20|",
                "holder \(country("BR")) 16509 São Paulo|-23.55,-46.64,50|hosting",
                "caller 0 0 ||", "holder 0 0 ||", "holder 0 0 ||private",
                "holder \(country("JP")) 64501 Tokyo|35.69,139.69,10|",
                "holder \(us) 21928 |37.75,-97.82,1000|mobile",
                "holder \(de) 64500 Berlin|52.52,13.41,20|", "unknown \(country("AT")) 0 ||",
            ])
    }

    @Test("Without a database the record's own values stay, and its system gives the class")
    func recordStays() throws {
        var stage = PlaceStage(try book(city: false))
        var events = try batch()
        stage.fill(&events)
        let ch = country("CH")
        let found = lines(events, events.pool)
        #expect(found[0] == "holder \(ch) 14593 Bern||satellite")
        #expect(found[2] == "caller \(ch) 14593 Bern||")
        #expect(found[4] == "holder \(ch) 14593 Bern||private")
    }

    @Test("One stage for many batches, many stages, and a larger pool give the same events")
    func deterministic() throws {
        let book = try book()
        var fresh = PlaceStage(book)
        var first = try batch()
        fresh.fill(&first)
        let expected = lines(first, first.pool)
        var used = fresh
        for _ in 0..<3 {
            var again = try batch()
            used.fill(&again)
            #expect(lines(again, again.pool) == expected)
        }
        var shared = PlaceStage(book)
        var larger = StringPool()
        _ = larger.code(of: "something before")
        for _ in 0..<2 {
            var events = try batch()
            var table = ContiguousArray<UInt32>(repeating: 0, count: events.pool.count)
            for code in 1..<events.pool.count {
                table[code] = larger.code(of: events.pool.text(UInt32(code)))
            }
            events.recode(table)
            shared.fill(&events, pool: &larger)
            #expect(lines(events, larger) == expected)
        }
    }

    @Test("Filling twice changes nothing")
    func idempotent() throws {
        var stage = PlaceStage(try book())
        var events = try batch()
        stage.fill(&events)
        let once = lines(events, events.pool)
        stage.fill(&events)
        #expect(lines(events, events.pool) == once)
    }
}
