import AuditModel
import Foundation

/// A reader of MaxMind DB files that shares nothing with their writer: it follows the published
/// format 2.0 step by step, slowly.
struct DatabaseReader {
    struct Unreadable: Error {
        var what: String
    }

    let bytes: [UInt8]
    private(set) var metadata: [String: Any] = [:]
    private var nodes = 0
    private var size = 0

    init(_ data: Data) throws {
        bytes = [UInt8](data)
        let marker = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        guard let start = bytes.indices.last(where: { bytes[$0...].starts(with: marker) })
        else { throw Unreadable(what: "no marker") }
        let base = start + marker.count
        guard let map = try value(at: base, section: base).value as? [String: Any],
            let nodes = map["node_count"] as? UInt64, let size = map["record_size"] as? UInt64
        else { throw Unreadable(what: "metadata") }
        metadata = map
        self.nodes = Int(nodes)
        self.size = Int(size)
    }

    /// What stands under an address; nil for nothing.
    func lookUp(_ address: IPAddress) throws -> [String: Any]? {
        var bits = (0..<16).map { address.bits.byte($0) }
        // IPv4 stands below ::/96.
        if address.isIPv4 { bits.replaceSubrange(0..<12, with: repeatElement(0, count: 12)) }
        var node = 0
        for level in 0..<128 where node < nodes {
            node = record(node, right: bits[level / 8] >> (7 - level % 8) & 1 == 1)
        }
        if node == nodes { return nil }
        guard node >= nodes + 16 else { throw Unreadable(what: "record \(node)") }
        let section = nodes * size / 4 + 16
        let found = try value(at: section + node - nodes - 16, section: section).value
        return found as? [String: Any]
    }

    private func record(_ node: Int, right: Bool) -> Int {
        let start = node * size / 4
        func number(_ at: Int, _ count: Int) -> Int {
            bytes[at..<(at + count)].reduce(0) { $0 << 8 | Int($1) }
        }
        switch size {
        case 24: return number(start + (right ? 3 : 0), 3)
        case 28:
            let middle = Int(bytes[start + 3])
            return right
                ? (middle & 15) << 24 | number(start + 4, 3)
                : (middle >> 4) << 24 | number(start, 3)
        default: return number(start + (right ? 4 : 0), 4)
        }
    }

    private func value(at start: Int, section: Int) throws -> (value: Any, end: Int) {
        guard bytes.indices.contains(start) else { throw Unreadable(what: "offset \(start)") }
        var at = start + 1
        let control = bytes[start]
        var type = control >> 5
        if type == 1 {
            let kind = Int(control >> 3 & 3)
            var target = kind == 3 ? 0 : Int(control & 7)
            for byte in bytes[at..<(at + kind + 1)] { target = target << 8 | Int(byte) }
            target += [0, 2048, 526_336, 0][kind]
            return (try value(at: section + target, section: section).value, at + kind + 1)
        }
        if type == 0 {
            type = 7 + bytes[at]
            at += 1
        }
        var length = Int(control & 31)
        if length >= 29 {
            let extra = length - 28
            let base = [29, 285, 65_821][extra - 1]
            length = base + bytes[at..<(at + extra)].reduce(0) { $0 << 8 | Int($1) }
            at += extra
        }
        return try content(type, length, at, section)
    }

    private func content(
        _ type: UInt8, _ length: Int, _ start: Int, _ section: Int
    ) throws -> (value: Any, end: Int) {
        var at = start
        switch type {
        case 2: return (String(decoding: bytes[at..<(at + length)], as: UTF8.self), at + length)
        case 3, 5, 6, 9:
            let word = bytes[at..<(at + length)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return (type == 3 ? Double(bitPattern: word) as Any : word, at + length)
        case 7:
            var map: [String: Any] = [:]
            for _ in 0..<length {
                let key = try value(at: at, section: section)
                let member = try value(at: key.end, section: section)
                guard let name = key.value as? String else { throw Unreadable(what: "key") }
                map[name] = member.value
                at = member.end
            }
            return (map, at)
        case 11:
            var list: [Any] = []
            for _ in 0..<length {
                let element = try value(at: at, section: section)
                list.append(element.value)
                at = element.end
            }
            return (list, at)
        default: throw Unreadable(what: "type \(type)")
        }
    }
}

extension ID128 {
    fileprivate func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index & 7)))
    }
}

/// The places of a simulation, as its own files tell them.
struct Places {
    struct Place {
        var city: String
        var country: String
        var latitude: Double
        var longitude: Double
        var radius: Double
        var kind: String
        var organization: String

        /// Kilometres that lie between two places at least, given how well they are known.
        func gap(to other: Place) -> Double {
            let radians = Double.pi / 180
            let north = sin((other.latitude - latitude) * radians / 2)
            let east = sin((other.longitude - longitude) * radians / 2)
            let shrink = cos(latitude * radians) * cos(other.latitude * radians)
            let part = north * north + shrink * east * east
            return max(0, 12_742 * asin(min(1, part.squareRoot())) - radius - other.radius)
        }
    }

    let cities: DatabaseReader
    let systems: DatabaseReader
    var classes: [String: String] = [:]

    init(_ directory: TemporaryDirectory) throws {
        cities = try DatabaseReader(try directory.bytes("places/city.mmdb"))
        systems = try DatabaseReader(try directory.bytes("places/asn.mmdb"))
        for line in try directory.lines("places/networks.csv") {
            let parts = line.split(separator: ",")
            if parts.count == 2 { classes[String(parts[0])] = String(parts[1]) }
        }
    }

    func place(_ address: IPAddress) throws -> Place? {
        guard let record = try cities.lookUp(address), let system = try systems.lookUp(address),
            let names = (record["city"] as? [String: Any])?["names"] as? [String: Any],
            let country = record["country"] as? [String: Any],
            let location = record["location"] as? [String: Any],
            let city = names["en"] as? String, let code = country["iso_code"] as? String,
            let latitude = location["latitude"] as? Double,
            let longitude = location["longitude"] as? Double,
            let radius = location["accuracy_radius"] as? UInt64,
            let number = system["autonomous_system_number"] as? UInt64,
            let organization = system["autonomous_system_organization"] as? String
        else { return nil }
        let kind =
            classes["AS\(number)"]
            ?? (organization.hasPrefix("Company") || organization.hasPrefix("Acme")
                ? "corporate" : "tor")
        return Place(
            city: city, country: code, latitude: latitude, longitude: longitude,
            radius: Double(radius), kind: kind, organization: organization)
    }
}
