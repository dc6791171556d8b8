import AuditModel
import MarkedText
import Places
import Testing

@Suite("Own networks")
struct NetworkTableTests {
    private func book(_ text: String) throws -> PlaceBook {
        let scratch = try Scratch()
        return try PlaceBook(
            city: scratch.file("city.mmdb", cities().bytes),
            asn: scratch.file("asn.mmdb", systems().bytes),
            networks: scratch.file("networks.csv", text))
    }

    private func faults(_ text: String) throws -> [NetworkDiagnostic] {
        let scratch = try Scratch()
        let path = try scratch.file("n.csv", text)
        do throws(PlacesError) {
            _ = try PlaceBook(city: nil, asn: nil, networks: path)
            return []
        } catch { return error.diagnostics }
    }

    @Test("The longest prefix wins, and a stated place replaces the database's")
    func longest() throws {
        let book = try book(
            """
            # our own
            prefix,class,name,country,city,lat,lon,radius_km
            192.0.2.0/24,corporate,Head office
            192.0.2.16/28, VPN ,Exit,ie,Dublin,53.3498,-6.2603,25

            192.0.2.17,residential
            2001:db8:1::/48,education,"Lab, North",JP
            AS64501,hosting,Ours
            """)
        #expect(book.lookup(try address("192.0.2.1")).networkClass == .corporate)
        #expect(book.lookup(try address("192.0.2.1")).city == "Berlin")
        let exit = book.lookup(try address("192.0.2.18"))
        #expect(exit.networkClass == .vpn && exit.country == country("IE"))
        #expect(exit.city == "Dublin" && exit.point?.text == "53.35,-6.26,25")
        #expect(book.lookup(try address("192.0.2.17")).networkClass == .residential)
        #expect(book.lookup(try address("192.0.2.32")).networkClass == .corporate)
        let lab = book.lookup(try address("2001:db8:1::1"))
        #expect(lab.networkClass == .education && lab.country == country("JP"))
        #expect(lab.city == nil && lab.point == nil)
        #expect(book.lookup(try address("2001:db8:2::1")).networkClass == .hosting)
    }

    @Test("Nested and neighbouring prefixes give what a search through all of them gives")
    func againstSearch() throws {
        var seed: UInt64 = 11
        func random(_ limit: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % limit
        }
        var lines: [String] = []
        var prefixes: [(IPPrefix, NetworkClass)] = []
        for _ in 0..<400 {
            let length = Int(8 + random(25))
            let word = UInt32(11 << 24) | UInt32(truncatingIfNeeded: random(1 << 16) << 6)
            let mask = UInt32.max << UInt32(32 - length)
            guard let prefix = IPPrefix(IPAddress(v4: word & mask), length: length),
                !prefixes.contains(where: { $0.0 == prefix }),
                let networkClass = NetworkClass(rawValue: UInt8(random(9)))
            else { continue }
            prefixes.append((prefix, networkClass))
            lines.append("\(prefix.first.text)/\(length),\(networkClass.name)")
        }
        let book = try book(lines.joined(separator: "\n"))
        for _ in 0..<5000 {
            let ip = IPAddress(v4: UInt32(11 << 24) | UInt32(truncatingIfNeeded: random(1 << 22)))
            let longest = prefixes.filter { $0.0.contains(ip) }.max { $0.0.length < $1.0.length }
            #expect(book.lookup(ip).networkClass == longest?.1, "\(ip.text)")
        }
    }

    @Test("::/0 does not mean IPv4, and 0.0.0.0/0 not IPv6")
    func families() throws {
        let v6 = try book("::/0,relay")
        #expect(v6.lookup(try address("8.8.8.8")).networkClass == nil)
        #expect(v6.lookup(try address("2a00::1")).networkClass == .relay)
        #expect(v6.lookup(try address("ffff:ffff::")).networkClass == .relay)
        let v4 = try book("0.0.0.0/0,vpn")
        #expect(v4.lookup(try address("255.255.255.255")).networkClass == .vpn)
        #expect(v4.lookup(try address("2a00::1")).networkClass == nil)
    }

    @Test("Everything wrong is said at once, each with its place")
    func diagnostics() throws {
        let text = """
            10.0.0.1/8,corporate
            10.0.0.0/8,corparate
            nonsense,vpn
            192.0.2.0/24
            192.0.2.0/24,vpn,x,Germany,Berlin,95,13.4
            198.51.100.0/24,vpn,x,DE,Berlin,52.5,,
            2001:db8::/32,vpn
            2001:db8::/32,tor,"open
            2001:DB8::/32,tor
            AS0,vpn
            AS64500,vpn,x,DE
            203.0.113.0/24,vpn,,,,1,2,0x10,9
            """
        let found = try faults(text)
        #expect(
            found.map { "\($0.line):\($0.column) \($0.code.rawValue)" } == [
                "1:1 networks.host_bits", "2:12 networks.class", "3:1 networks.prefix",
                "4:13 networks.columns", "5:20 networks.country", "5:35 networks.place",
                "6:33 networks.place", "8:19 networks.quote", "9:1 networks.duplicate",
                "10:1 networks.prefix", "11:15 networks.columns", "12:32 networks.columns",
                "12:27 networks.place",
            ])
        #expect(found[0].message.contains("10.0.0.0/8"))
        #expect(found[1].text.contains("10.0.0.0/8,corparate\n               ^~~~~~~~~"))
        #expect(found[1].text.contains("residential, mobile"))
        #expect(found[8].message.contains("line 7"))
    }

    @Test("Bytes that are no UTF-8, and control characters, reach no terminal")
    func hostile() throws {
        let scratch = try Scratch()
        let path = try scratch.file("n.csv", Array("192.0.2.0/24,\u{1B}[2J\n".utf8) + [0xFF, 0x2C])
        do throws(PlacesError) {
            _ = try PlaceBook(city: nil, asn: nil, networks: path)
            Issue.record("no error")
        } catch {
            #expect(error.exitStatus == 78)
            #expect(error.diagnostics.map(\.code) == [.networkClass, .encoding])
            #expect(!error.diagnostics.contains { $0.text.contains("\u{1B}") })
        }
    }

    @Test("An empty file has no networks; a missing one is an error")
    func empty() throws {
        #expect(try book("").lookup(try address("192.0.2.1")).networkClass == nil)
        #expect(try book("\u{FEFF}# a\r\n\r\n").lookup(try address("192.0.2.1")).city == "Berlin")
        #expect(throws: PlacesError.self) {
            try PlaceBook(city: nil, asn: nil, networks: "/nowhere/at/all.csv")
        }
    }

    @Test(
        "Texts that are no prefix are refused",
        arguments: ["", "/", "1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/-1", "a/8", "1.2.3/8"])
    func noPrefix(_ text: String) {
        #expect(IPPrefix.read(text) == .failure(.notAPrefix))
    }
}
