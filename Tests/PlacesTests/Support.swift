import AuditModel
import Foundation
import Places
import Testing

/// A directory that is gone with the object.
final class Scratch {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "/places-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = directory + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}

/// A record as GeoLite2-City has them.
func cityRecord(
    _ country: String, _ city: String?, _ latitude: Double, _ longitude: Double, _ radius: UInt16?
) -> DatabaseValue {
    var location: [(String, DatabaseValue)] = [
        ("latitude", .double(latitude)), ("longitude", .double(longitude)),
    ]
    if let radius { location.insert(("accuracy_radius", .short(radius)), at: 0) }
    var members: [(String, DatabaseValue)] = [
        ("country", .map([("iso_code", .text(country))])), ("location", .map(location)),
    ]
    if let city { members.append(("city", .map([("names", .map([("en", .text(city))]))]))) }
    return .map(members)
}

func cities() throws -> DatabaseWriter {
    var writer = DatabaseWriter()
    try writer.add("192.0.2.0/24", cityRecord("DE", "Berlin", 52.5244, 13.4105, 20))
    try writer.add("198.51.100.0/25", cityRecord("BR", "São Paulo", -23.5475, -46.6361, 50))
    try writer.add("203.0.113.0/24", cityRecord("US", nil, 37.751, -97.822, 1000))
    try writer.add("203.0.114.0/24", cityRecord("FR", "Lyon", 45.75, 4.85, nil))
    try writer.add("203.0.115.0/24", cityRecord("FR", nil, 46, 2, nil))
    try writer.add("203.0.116.0/24", cityRecord("ZZ", "Nowhere", 0, 0, 10))
    try writer.add("203.0.117.0/24", cityRecord("xx", "Odd", .nan, 400, 10))
    try writer.add("2001:db8::/32", cityRecord("JP", "Tokyo", 35.6895, 139.6917, 10))
    try writer.add("10.1.0.0/16", cityRecord("DE", "Kiel", 54.32, 10.13, 5))
    return writer
}

func systems() throws -> DatabaseWriter {
    var writer = DatabaseWriter()
    writer.type = "Test-ASN"
    for (prefix, number) in [
        ("192.0.2.0/24", 64500), ("198.51.100.0/24", 16509), ("203.0.113.0/24", 21928),
        ("203.0.114.0/24", 14593), ("203.0.115.0/24", 13335), ("2001:db8::/32", 64501),
    ] as [(String, UInt32)] {
        try writer.add(
            prefix,
            .map([
                ("autonomous_system_number", .word(number)),
                ("autonomous_system_organization", .text("Example")),
            ]))
    }
    return writer
}

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

func country(_ text: String) -> UInt16 {
    text.utf8.reduce(0) { $0 << 8 | UInt16($1) }
}
