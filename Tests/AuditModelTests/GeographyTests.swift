import AuditModel
import Testing

@Suite("Places and distances")
struct GeographyTests {
    @Test("Equal points have equal texts, and a text gives its point back")
    func text() throws {
        let point = try #require(GeoPoint(latitude: 5252, longitude: 1341, radiusKm: 20))
        #expect(point.text == "52.52,13.41,20")
        let west = try #require(GeoPoint(latitude: -5, longitude: -17900, radiusKm: 0))
        #expect(west.text == "-0.05,-179.00,0")
        for latitude in stride(from: -9000, through: 9000, by: 37) {
            let point = try #require(
                GeoPoint(latitude: latitude, longitude: -2 * latitude, radiusKm: 7))
            #expect(GeoPoint(text: point.text) == point)
        }
        #expect(GeoPoint(text: "1.5,2,3")?.text == "1.50,2.00,3")
    }

    @Test(
        "What is no point is refused",
        arguments: [
            "", ",,", "1,2", "1,2,3,4", "91,0,1", "0,181,1", "1.234,0,1", "0,0,-1", "0,0,20039",
            "+1,0,1", "--1,0,1", "1.,0,1", ".5,0,1", "a,0,1", "0,0,99999999999999999999", "1 ,0,1",
        ])
    func refused(_ text: String) { #expect(GeoPoint(text: text) == nil) }

    @Test("Distances are those of the sphere")
    func distances() {
        func distance(_ a: (Int, Int), _ b: (Int, Int)) -> Int {
            let there = GreatCircle.distanceKm(
                latitudeA: a.0, longitudeA: a.1, latitudeB: b.0, longitudeB: b.1)
            let back = GreatCircle.distanceKm(
                latitudeA: b.0, longitudeA: b.1, latitudeB: a.0, longitudeB: a.1)
            #expect(there == back)
            return there
        }
        let berlin = (5252, 1341)
        #expect(distance(berlin, berlin) == 0)
        #expect(distance(berlin, (-2355, -4663)) == 10_252)
        #expect(distance(berlin, (4071, -7401)) == 6385)
        // Across the date line, over a pole, and to the far side of the Earth.
        #expect(distance((0, 17950), (0, -17950)) == 111)
        #expect(distance((8900, 0), (8900, 18000)) == 222)
        #expect(distance((0, 0), (0, 18000)) == 20_015)
        #expect(distance((9000, 0), (-9000, 12345)) == 20_015)
        #expect(distance((0, 0), (0, 100)) == 111)
    }

    @Test("Radii shorten the distance that is certain, never below nothing")
    func lowerBound() throws {
        let berlin = try #require(GeoPoint(text: "52.52,13.41,30"))
        let potsdam = try #require(GeoPoint(text: "52.40,13.06,40"))
        let madrid = try #require(GeoPoint(text: "40.42,-3.70,40"))
        #expect(GreatCircle.lowerBoundKm(berlin, potsdam) == 0)
        let apart = GreatCircle.distanceKm(berlin, madrid)
        #expect(GreatCircle.lowerBoundKm(berlin, madrid) == apart - 75)
    }

    @Test("A leaked token's text gives it back, and nothing else is one")
    func leaked() throws {
        let id = ID128(high: 1, low: .max)
        let token = LeakedToken(kind: "at", id: id, isExpired: true)
        #expect(token.text == "at 0000000000000001ffffffffffffffff expired")
        #expect(LeakedToken(text: token.text) == token)
        #expect(LeakedToken(text: "rt \(id.hex)")?.isExpired == false)
        for text in ["", "at", "at 12", "at \(id.hex) live", " \(id.hex)", "A \(id.hex)"] {
            #expect(LeakedToken(text: text) == nil)
        }
    }

    @Test("A stage after decoding fills in rows that exist")
    func enrichment() {
        var batch = EventBatch(capacity: 1)
        batch.append(EventRow())
        batch.append(EventRow())
        let code = batch.pool.code(of: "mobile")
        for row in [-1, 1, 2] {
            batch.setCode(.network, row, code)
            batch.setASN(64_500, row: row)
            batch.setCountry(0x4445, row: row)
            batch.setIPRole(.caller, row: row)
        }
        #expect(batch[1].network == code)
        #expect(batch[1].asn == 64_500)
        #expect(batch[1].country == 0x4445)
        #expect(batch[1].ipRole == .caller)
        #expect(batch[0].network == 0)
    }
}
