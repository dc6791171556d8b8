import AuditModel
import Foundation
import Places
import Testing

@Suite("Where addresses are")
struct PlaceBookTests {
    let scratch: Scratch
    let book: PlaceBook

    init() throws {
        scratch = try Scratch()
        book = try PlaceBook(
            city: scratch.file("city.mmdb", cities().bytes),
            asn: scratch.file("asn.mmdb", systems().bytes), networks: nil,
            trustedProxies: [IPPrefix(try address("192.0.2.128"), length: 25)].compactMap { $0 })
    }

    @Test("An address has the place, city and system of its databases")
    func found() throws {
        let place = book.lookup(try address("192.0.2.7"))
        #expect(place.country == country("DE"))
        #expect(place.city == "Berlin")
        #expect(place.point?.text == "52.52,13.41,20")
        #expect(place.asn == 64500)
        #expect(place.networkClass == nil)
        #expect(book.lookup(try address("198.51.100.1")).city == "São Paulo")
        #expect(book.lookup(try address("2001:db8::1")).point?.text == "35.69,139.69,10")
        #expect(book.provenance == "Test-City 1700000000, Test-ASN 1700000000, built-in 1")
    }

    @Test("An IPv4 address is the same inside IPv6")
    func mapped() throws {
        let mapped = book.lookup(try address("::ffff:192.0.2.7"))
        #expect(mapped == book.lookup(try address("192.0.2.7")))
        #expect(mapped.city == "Berlin")
    }

    @Test("What no database knows is unknown")
    func unknown() throws {
        for text in ["8.8.8.8", "198.51.100.200", "2002::1"] {
            let place = book.lookup(try address(text))
            #expect(place.country == 0 && place.city == nil && place.point == nil, "\(text)")
        }
        #expect(book.lookup(.none) == ResolvedPlace())
    }

    @Test("Without a stated radius a city is 50 km wide, a country 1,000 km")
    func radii() throws {
        #expect(book.lookup(try address("203.0.114.1")).point?.radiusKm == 1500)
        let plain = try PlaceBook(
            city: scratch.file("plain.mmdb", cities().bytes), asn: nil, networks: nil)
        #expect(plain.lookup(try address("203.0.114.1")).point?.radiusKm == 50)
        #expect(plain.lookup(try address("203.0.115.1")).point?.radiusKm == 1000)
    }

    @Test("Null island and nonsense are no places")
    func nonsense() throws {
        let island = book.lookup(try address("203.0.116.1"))
        #expect(island.point == nil && island.country == country("ZZ"))
        let odd = book.lookup(try address("203.0.117.1"))
        #expect(odd.point == nil && odd.country == 0)
    }

    @Test("Classes widen radii or take the place away")
    func classes() throws {
        let mobile = book.lookup(try address("203.0.113.1"))
        #expect(mobile.networkClass == .mobile && mobile.point?.radiusKm == 1000)
        #expect(book.lookup(try address("203.0.114.1")).networkClass == .satellite)
        #expect(book.lookup(try address("198.51.100.1")).networkClass == .hosting)
        let anycast = book.lookup(try address("203.0.115.1"))
        #expect(anycast.networkClass == .anycast && anycast.point == nil && anycast.country == 0)
    }

    @Test(
        "Addresses that never cross the Internet are private and nowhere",
        arguments: [
            "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1",
            "169.254.1.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1",
        ])
    func privateRanges(_ text: String) throws {
        let place = book.lookup(try address(text))
        #expect(place.networkClass == .private)
        #expect(place.point == nil && place.country == 0 && place.city == nil)
    }

    @Test(
        "Their neighbours are not private",
        arguments: ["11.0.0.0", "172.32.0.0", "100.128.0.0", "192.169.0.0", "fe00::", "::2"])
    func publicNeighbours(_ text: String) throws {
        #expect(book.lookup(try address(text)).networkClass == nil)
    }

    @Test("A trusted proxy is a caller and nowhere")
    func proxy() throws {
        let place = book.lookup(try address("192.0.2.200"))
        #expect(place.isTrustedProxy && place.point == nil && place.asn == 0)
        #expect(!book.lookup(try address("192.0.2.127")).isTrustedProxy)
    }

    @Test("Flags of an anonymiser database name the class, and own networks win over them")
    func flags() throws {
        var writer = DatabaseWriter()
        writer.type = "Test-Anonymous-IP"
        try writer.add(
            "192.0.2.0/25",
            .map([
                ("is_anonymous", .truth(true)), ("is_hosting_provider", .truth(true)),
                ("is_tor_exit_node", .truth(true)),
            ]))
        try writer.add(
            "192.0.2.128/25",
            .map([("is_tor_exit_node", .truth(false)), ("is_hosting_provider", .truth(true))]))
        try writer.add(
            "198.51.100.0/24", .map([("traits", .map([("user_type", .text("cellular"))]))]))
        let path = try scratch.file("flags.mmdb", writer.bytes)
        let book = try PlaceBook(city: nil, asn: path, networks: nil)
        #expect(book.lookup(try address("192.0.2.1")).networkClass == .tor)
        #expect(book.lookup(try address("192.0.2.129")).networkClass == .hosting)
        #expect(book.lookup(try address("198.51.100.1")).networkClass == .mobile)
        // The database knows no systems: the record's own number counts.
        let recorded = book.lookup(try address("203.0.113.1"), recordedASN: 16509)
        #expect(recorded.asn == 16509 && recorded.networkClass == .hosting)
        let own = try PlaceBook(
            city: nil, asn: path, networks: scratch.file("own.csv", "192.0.2.0/30,corporate\n"))
        #expect(own.lookup(try address("192.0.2.1")).networkClass == .corporate)
        #expect(own.lookup(try address("192.0.2.4")).networkClass == .tor)
    }

    @Test("A missing file, a directory and bytes that are no database are told apart")
    func failures() throws {
        func fault(_ path: String) -> PlacesError? {
            do throws(PlacesError) {
                _ = try PlaceBook(city: path, asn: nil, networks: nil)
                return nil
            } catch { return error }
        }
        let missing = fault(scratch.directory + "/none.mmdb")
        #expect(missing?.code == .missing && missing?.exitStatus == 66)
        for path in [
            scratch.directory, try scratch.file("empty", ""),
            try scratch.file("text", String(repeating: "no database\n", count: 1000)),
        ] {
            #expect(fault(path)?.code == .notADatabase)
            #expect(fault(path)?.exitStatus == 78)
        }
        #expect(missing?.message.contains("check the path") == true)
    }

    @Test("A damaged database gives no wrong trap: every cut and every flipped byte is survived")
    func damage() throws {
        let whole = try cities().bytes
        let probes = try ["192.0.2.7", "198.51.100.1", "203.0.117.9", "2001:db8::9"].map(address)
        var seed: UInt64 = 7
        for round in 0..<300 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var bytes = whole
            let place = Int(seed >> 33) % bytes.count
            if round % 3 == 0 {
                bytes.removeSubrange(place...)
            } else {
                bytes[place] ^= UInt8(truncatingIfNeeded: seed >> 24) | 1
            }
            let path = try scratch.file("damaged-\(round).mmdb", bytes)
            guard let book = try? PlaceBook(city: path, asn: path, networks: nil) else { continue }
            for probe in probes {
                let found = book.lookup(probe)
                #expect((found.city?.utf8.count ?? 0) <= 600)
            }
        }
    }
}
