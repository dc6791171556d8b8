import AuditModel
import Detection
import EventStore
import Testing

@testable import Pipeline

@Suite("The life of an alert in a live run")
struct AlertBookTests {
    /// Stands for the store.
    final class Shelf {
        var records: [ID128: AlertRecord] = [:]

        func keep(_ more: [AlertRecord]) {
            for record in more { records[record.id] = record }
        }
    }

    static func alert(_ severity: Severity = .high, message: String = "stolen") -> Alert {
        var alert = Alert(
            id: ID128(high: 1, low: 1),
            rule: Alert.Rule(id: "r", name: "REF-01", title: "", hash: ""), severity: severity,
            time: 100, precision: 0)
        alert.message = message
        return alert
    }

    static func change(_ alert: Alert, notable: Bool = true) -> AlertChange {
        AlertChange(alert: alert, isNotable: notable)
    }

    let shelf = Shelf()

    func book() -> AlertBook {
        let shelf = shelf
        return AlertBook(
            provisional: shelf.records.values.filter { $0.state == .provisional },
            stored: { shelf.records[$0] })
    }

    @Test("A provisional alert that comes true is not told twice, also after a restart",
        arguments: [false, true])
    func confirmed(restarts: Bool) throws {
        var book = book()
        let foreseen = try book.foresee([Self.alert()])
        shelf.keep(foreseen)
        #expect(foreseen.map(\.state) == [.provisional])
        #expect(foreseen.map(\.revision) == [0])
        #expect(foreseen[0].isNotable)
        if restarts { book = self.book() }
        #expect(try book.foresee([Self.alert()]) == [], "it was foreseen already")
        let settled = try book.settle([Self.change(Self.alert())], isHistoric: { _ in false })
        #expect(settled.map(\.state) == [.confirmed])
        #expect(settled.map(\.revision) == [1])
        #expect(settled.map(\.isNotable) == [false])
    }

    @Test("Of one that comes and goes in a cycle nobody hears; of others the last word counts")
    func conclusion() throws {
        var book = book()
        func raise(_ severity: Severity) throws -> [AlertRecord] {
            try book.settle([Self.change(Self.alert(severity))], isHistoric: { _ in false })
        }
        func withdraw() throws -> [AlertRecord] {
            try book.correct(before: [Self.alert()], after: [], isHistoric: { _ in false })
        }
        #expect(try book.conclude(raise(.high) + withdraw()) == [])
        let told = try book.conclude(raise(.medium) + raise(.high))
        #expect(told.map(\.severity) == [.high])
        #expect(told.map(\.isNotable) == [true])
        shelf.keep(told)
        #expect(try book.conclude(withdraw()).map(\.state) == [.withdrawn])
    }

    @Test("Late events that make an alert less severe change what it is and tell nobody")
    func milder() throws {
        var book = book()
        shelf.keep(
            try book.conclude(
                book.settle([Self.change(Self.alert(.critical))], isHistoric: { _ in false })))
        let renewed = try book.conclude(
            book.correct(
                before: [Self.alert(.critical)], after: [Self.alert(.low)],
                isHistoric: { _ in false }))
        #expect(renewed.map(\.severity) == [.low])
        #expect(renewed.map(\.isNotable) == [false])
        #expect(renewed.map(\.revision) == [1])
    }

    @Test("One that comes out worse than foreseen is told again")
    func changed() throws {
        var book = book()
        shelf.keep(try book.foresee([Self.alert(.medium)]))
        let settled = try book.settle(
            [Self.change(Self.alert(.critical))], isHistoric: { _ in false })
        #expect(settled.map(\.isNotable) == [true])
    }

    @Test("One that says otherwise than foreseen is told again, also after a restart",
        arguments: [false, true])
    func reworded(restarts: Bool) throws {
        var book = book()
        shelf.keep(try book.foresee([Self.alert()]))
        if restarts { book = self.book() }
        let settled = try book.settle(
            [Self.change(Self.alert(message: "otherwise"))], isHistoric: { _ in false })
        #expect(settled.map(\.isNotable) == [true])
    }

    @Test("One that is foreseen worse, or again after a withdrawal, is told under a new number")
    func foreseenAgain() throws {
        var book = book()
        var told: [Int] = []
        func tell(_ records: [AlertRecord]) {
            shelf.keep(records)
            told += records.filter(\.isNotable).map(\.revision)
        }
        tell(try book.foresee([Self.alert(.medium)]))
        tell(try book.foresee([Self.alert(.critical)]))
        tell(try book.expire(before: 101))
        tell(try book.foresee([Self.alert(.critical)]))
        tell(try book.settle([Self.change(Self.alert(.critical))], isHistoric: { _ in false }))
        #expect(told == [0, 1, 2, 3], "a receiver passes over numbers that it has")
        tell(try book.settle([Self.change(Self.alert(.critical))], isHistoric: { _ in false }))
        #expect(told == [0, 1, 2, 3, 5], "the confirmation without news was number 4")
    }

    @Test("One that event time passes without a word is withdrawn, also after a restart",
        arguments: [false, true])
    func withdrawn(restarts: Bool) throws {
        var book = book()
        shelf.keep(try book.foresee([Self.alert()]))
        if restarts { book = self.book() }
        #expect(try book.expire(before: 100) == [])
        let expired = try book.expire(before: 101)
        shelf.keep(expired)
        #expect(expired.map(\.state) == [.withdrawn])
        #expect(expired.map(\.isNotable) == [true])
        let body = String(decoding: expired[0].body, as: UTF8.self)
        #expect(body.contains("\"state\":\"withdrawn\"") && body.contains("\"revision\":1"))
        let later = try book.settle([Self.change(Self.alert())], isHistoric: { _ in false })
        #expect(later.map(\.state) == [.confirmed])
        #expect(later.map(\.isNotable) == [true], "it was withdrawn, so people must hear of it")
    }

    @Test("A recount renews the content and tells nobody")
    func recounted() throws {
        var book = book()
        shelf.keep(try book.settle([Self.change(Self.alert())], isHistoric: { _ in false }))
        var more = Self.alert()
        more.count = 2
        let again = try book.settle(
            [Self.change(more, notable: false)], isHistoric: { _ in false })
        #expect(again.map(\.isNotable) == [false])
        #expect(again.map(\.revision) == [1])
        #expect(String(decoding: again[0].body, as: UTF8.self).contains("\"count\":2"))
    }

    @Test("History is kept and told to nobody until it goes on")
    func historic() throws {
        var book = book()
        let first = try book.settle([Self.change(Self.alert(.medium))], isHistoric: { _ in true })
        shelf.keep(first)
        #expect(first.map(\.state) == [.historic])
        #expect(first.map(\.isNotable) == [false])
        let worse = try book.settle([Self.change(Self.alert(.high))], isHistoric: { _ in false })
        #expect(worse.map(\.state) == [.confirmed])
        #expect(worse.map(\.isNotable) == [true])
    }

    @Test("Rules that learn find history, and tell nothing again")
    func learning() throws {
        var book = book()
        shelf.keep(try book.settle([Self.change(Self.alert())], isHistoric: { _ in false }))
        #expect(try book.learn([Self.change(Self.alert())]) == [], "nothing of it is new")
        let other = try book.learn([Self.change(Self.alert(message: "otherwise"))])
        #expect(other.map(\.state) == [.confirmed])
        #expect(other.map(\.isNotable) == [false])
    }
}
