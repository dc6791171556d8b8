import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("Geographic velocity")
struct GeoVelocityTests {
    private struct Place {
        var point: String
        var city: String
        var country: String
        var asn: UInt32
        var network: String
    }

    private static let berlin = Place(
        point: "52.52,13.41,20", city: "Berlin", country: "DE", asn: 3320, network: "residential")
    private static let berlinOffice = Place(
        point: "52.50,13.40,50", city: "Berlin", country: "DE", asn: 680, network: "education")
    private static let saoPaulo = Place(
        point: "-23.55,-46.63,50", city: "São Paulo", country: "BR", asn: 28573,
        network: "residential")
    private static let newYork = Place(
        point: "40.71,-74.01,20", city: "New York", country: "US", asn: 7922,
        network: "residential")
    private static let amsterdamVPN = Place(
        point: "52.37,4.90,20", city: "Amsterdam", country: "NL", asn: 9009, network: "vpn")
    private static let hub = Place(
        point: "50.11,8.68,300", city: "Frankfurt", country: "DE", asn: 3209, network: "mobile")

    private var batch = EventBatch(capacity: 64)

    private mutating func use(
        _ hours: Double, _ place: Place, subject: String = "anna", agent: String = "Firefox/127.0"
    ) {
        var row = EventRow()
        row.time = Int64(hours * 3600) * 1_000_000_000
        row.id = ID128(high: 7, low: UInt64(batch.count + 1))
        row.kind = .tokenUsed
        row.ipRole = .holder
        row.ip = IPAddress(v4: 0xC633_6400 + place.asn)
        row.issuer = batch.pool.code(of: "https://as.example")
        row.subject = batch.pool.code(of: subject)
        row.place = batch.pool.code(of: place.point)
        row.city = batch.pool.code(of: place.city)
        row.network = batch.pool.code(of: place.network)
        row.userAgent = batch.pool.code(of: agent)
        let letters = Array(place.country.utf8)
        row.country = UInt16(letters[0]) << 8 | UInt16(letters[1])
        row.asn = place.asn
        batch.append(row)
    }

    /// Five days at home, several times a day.
    private mutating func settle(subject: String = "anna", at place: Place = berlin) {
        for day in 0..<5 {
            for hour in [8, 12, 18] { use(Double(day * 24 + hour), place, subject: subject) }
        }
    }

    private func alerts() -> [Alert] {
        var rule = Rule(id: "geo", name: "GEO", title: "Too fast", level: .medium)
        rule.selections = [
            Rule.Selection(
                name: "used",
                alternatives: [
                    [Predicate(field: .event(.kind), matchers: [.text(TextPattern("token.used"))])]
                ])
        ]
        rule.condition = .selection(0)
        rule.key = [.issuer, .subject]
        rule.operation = Operation(
            .geoVelocity(
                Operation.GeoVelocity(
                    speedKmh: 1000, distanceKm: 300,
                    foreign: [
                        .init(.country, hundredths: 3000), .init(.asn, hundredths: 2000),
                        .init(.hosting, hundredths: 2000), .init(.userAgent, hundredths: 2000),
                    ], knownDays: 2, peers: 5)),
            window: Operation.Window(span: 86_400_000_000_000))
        rule.fireAt = Rule.Band(from: 5000)
        rule.raise = [
            Rule.Raise(severity: .high, selections: [], score: 6000),
            Rule.Raise(severity: .critical, selections: [], score: 7500),
        ]
        var run = DetectionRun(rules: [rule])
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts()
    }

    @Test("half an hour from Berlin to São Paulo is a thief, with places, distance and points")
    func teleport() throws {
        var story = self
        story.settle()
        story.use(4 * 24 + 18.5, Self.saoPaulo)
        let alert = try #require(story.alerts().first)
        #expect(alert.severity == .critical && story.alerts().count == 1)
        #expect(alert.attacker?.place == "São Paulo, BR" && alert.victim?.place == "Berlin, DE")
        #expect(alert.why.reduce(0) { $0 + ($1.points ?? 0) } == alert.score)
        #expect(alert.why.contains { $0.fact == "distance_km" && Int($0.value) ?? 0 > 9_000 })
        #expect(alert.evidence.count == 2)
    }

    @Test("a flight, another network in town and a phone's far gateway are silent")
    func honest() {
        var story = self
        story.settle()
        story.use(4 * 24 + 18.2, Self.berlinOffice)
        story.use(4 * 24 + 18.4, Self.hub)
        story.use(4 * 24 + 32, Self.newYork)
        #expect(story.alerts() == [])
    }

    @Test("switching a VPN on and off is silent, even with a browser update between")
    func toggles() {
        var story = self
        story.settle()
        story.use(4 * 24 + 18.1, Self.amsterdamVPN)
        story.use(4 * 24 + 18.2, Self.berlin, agent: "Firefox/128.0")
        story.use(4 * 24 + 18.3, Self.amsterdamVPN, agent: "Firefox/128.0")
        #expect(story.alerts() == [])
    }

    @Test("an exit that many others use is no news")
    func peers() {
        var story = self
        for (index, name) in ["b", "c", "d", "e", "f"].enumerated() {
            for day in 0..<3 {
                story.use(Double(day * 24) + 1 + Double(index) / 10, Self.newYork, subject: name)
            }
        }
        story.settle()
        story.use(4 * 24 + 18.5, Self.newYork)
        #expect(story.alerts() == [])
    }

    @Test("a subject of the first days is worth no more than low")
    func settling() {
        var story = self
        story.use(1, Self.berlin)
        story.use(1.5, Self.saoPaulo)
        #expect(story.alerts().map(\.severity) == [.low])
    }

    @Test("what the thief does makes no place known")
    func poisoning() {
        var story = self
        story.settle()
        for day in 0..<3 {
            story.use(Double(5 + day) * 24 + 8, Self.berlin)
            story.use(Double(5 + day) * 24 + 8.5, Self.saoPaulo)
        }
        #expect(story.alerts().first?.count == 3)
    }

    @Test("exchanging both ends of a journey changes nothing")
    func symmetry() {
        var there = self
        there.use(100, Self.newYork)
        there.use(101, Self.saoPaulo)
        var back = self
        back.use(100, Self.saoPaulo)
        back.use(101, Self.newYork)
        let (first, second) = (there.alerts().first, back.alerts().first)
        #expect(first?.score == second?.score && first?.score != nil)
    }
}
