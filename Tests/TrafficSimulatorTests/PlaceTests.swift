import AuditModel
import Foundation
import Testing

@testable import TrafficSimulator

@Suite("The simulated world's geography")
struct PlaceTests {
    @Test("both databases can be read by the format's rules, and say what they are")
    func readable() throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.small(seed: 1)
        plan.targetEvents = 10
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let places = try Places(directory)
        for reader in [places.cities, places.systems] {
            #expect(reader.metadata["ip_version"] as? UInt64 == 6)
            #expect(reader.metadata["binary_format_major_version"] as? UInt64 == 2)
            #expect(reader.metadata["build_epoch"] as? UInt64 == UInt64(
                SimulationPlan.defaultStart / 1_000_000_000))
        }
        for network in NetworkTable.all {
            let place = try #require(try places.place(network.prefix), "\(network)")
            #expect(place.city == Atlas.cities[network.city].name)
            #expect(place.country == Atlas.cities[network.city].country)
            #expect(place.latitude == Double(network.latitude) / 100)
            #expect(place.longitude == Double(network.longitude) / 100)
            #expect(place.kind == network.kind.rawValue, "\(network)")
        }
        #expect(try places.place(#require(IPAddress("203.0.113.9"))) == nil)
        #expect(try places.place(#require(IPAddress("2001:db8::1"))) == nil)
        let radii = Set(NetworkTable.all.map(\.radius))
        #expect(radii.contains(5) && radii.contains(1000))
    }

    @Test("records of every size are read back", arguments: [24, 28, 32])
    func recordSizes(size: Int) throws {
        var tree = DatabaseTree()
        for first in UInt32(1)..<80 {
            tree.insert(IPAddress(v4: first << 24), length: 8, value: Int(first) * 7)
        }
        // A longer prefix inside one that has a value.
        tree.insert(IPAddress(v4: 5 << 24 | 3 << 16), length: 16, value: 4)
        let bytes = tree.bytes(recordSize: size)
        #expect(bytes.count == tree.count * size / 4)
        func find(_ word: UInt32) -> Int {
            var node = 0
            for level in 0..<128 where node < tree.count {
                let isSet = level >= 96 && word >> UInt32(127 - level) & 1 == 1
                let record = Array(bytes[(node * size / 4)..<((node + 1) * size / 4)])
                let half = size == 28 ? 3 : size / 8
                let part = isSet ? record.suffix(half) : record.prefix(half)
                node = part.reduce(0) { $0 << 8 | Int($1) }
                if size == 28 { node |= Int(isSet ? record[3] & 15 : record[3] >> 4) << 24 }
            }
            return node - tree.count - 16
        }
        #expect(find(9 << 24 | 77) == 63)
        #expect(find(5 << 24 | 3 << 16 | 9) == 4)
        #expect(find(5 << 24 | 4 << 16 | 9) == 35)
        #expect(find(90 << 24) == -16)
        #expect(tree.recordSize(dataSize: 1 << 27) == 28)
        #expect(tree.recordSize(dataSize: 1 << 28) == 32)
    }

    @Test("long texts, long lists and far pointers are read back")
    func encoding() throws {
        var file = DatabaseFile(type: "T", description: "D", buildTime: 7)
        var expected: [UInt32: String] = [:]
        for number in UInt32(1)...200 {
            let text = String(repeating: "x", count: Int(number) * 13) + "\(number)"
            expected[number] = text
            file.insert(
                IPAddress(v4: number << 24), length: 8,
                .map([.init("key", .text(text)), .init("again", .text(text))]))
        }
        let reader = try DatabaseReader(Data(file.bytes()))
        for (number, text) in expected {
            let found = try #require(try reader.lookUp(IPAddress(v4: number << 24 | 1)))
            #expect(found["key"] as? String == text)
            #expect(found["again"] as? String == text)
        }
    }

    @Test("every address of a log has a place", arguments: [2, 3] as [UInt64])
    func coverage(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        let plan = SimulationPlan.full(seed: seed)
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let places = try Places(directory)
        var kinds: Set<String> = []
        for address in Set(try Recorder.events(of: plan).map(\.address)) {
            let place = try #require(try places.place(address), "\(address.text), seed \(seed)")
            kinds.insert(place.kind)
        }
        #expect(kinds == ["residential", "mobile", "corporate", "hosting", "vpn", "tor"])
    }

    @Test("nobody honest flies faster than an airliner", arguments: [4, 5] as [UInt64])
    func speed(seed: UInt64) throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.full(seed: seed).benignTwin
        plan.days = 12
        plan.subjects = 150
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let places = try Places(directory)
        var last: [String: SimulatedEvent] = [:]
        var cities: [Int: Set<String>] = [:]
        for event in try Recorder.events(of: plan) where event.subject >= 0 {
            guard [.login, .codeToToken, .refreshToken].contains(event.type),
                let place = try places.place(event.address), place.kind == "residential"
            else { continue }
            cities[event.subject, default: []].insert(place.city)
            let family = "\(event.session.hex) \(event.client)"
            if let former = last[family], let from = try places.place(former.address) {
                let hours = Double(max(event.time - former.time, 60_000)) / 3_600_000
                #expect(
                    from.gap(to: place) / hours < 900,
                    "\(from.city) to \(place.city) in \(hours) h, seed \(seed)")
            }
            last[family] = event
        }
        #expect(cities.values.contains { $0.count > 1 }, "nobody travels, seed \(seed)")
    }

    @Test("benign life has providers changed, tunnels, gateways and two kinds of address")
    func variety() throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.full(seed: 7).benignTwin
        plan.subjects = 150
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let places = try Places(directory)
        var homes: [Int: Set<String>] = [:]
        var stacks: [Int: Set<Bool>] = [:]
        var gateway: Set<Int> = []
        var tunnelled: Set<Int> = []
        for event in try Recorder.events(of: plan) where event.type == .refreshToken {
            let place = try #require(try places.place(event.address))
            if place.kind == "residential" {
                homes[event.subject, default: []].insert(place.city + place.organization)
                stacks[event.subject, default: []].insert(event.address.isIPv4)
            }
            if place.organization.contains("Gateway") { gateway.insert(event.subject) }
            if place.kind == "vpn" { tunnelled.insert(event.subject) }
        }
        #expect(homes.values.contains { $0.count == 2 })
        #expect(stacks.values.contains { $0.count == 2 })
        #expect(gateway.count >= 5 && tunnelled.count >= 3)
    }
}
