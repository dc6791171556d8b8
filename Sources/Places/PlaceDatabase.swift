internal import AuditModel
internal import CMaxMind
internal import Glibc

/// One open MaxMind DB file. Reading it changes nothing, so that any thread may.
final class PlaceDatabase: @unchecked Sendable {
    /// Which answers the file can give at all, so that none is looked for in vain.
    struct Contents: OptionSet {
        let rawValue: UInt8
        static let systems = Contents(rawValue: 1 << 0)
        static let flags = Contents(rawValue: 1 << 1)
        static let userTypes = Contents(rawValue: 1 << 2)
    }

    private let handle: UnsafeMutablePointer<MMDB_s>
    private let contents: Contents

    /// The file's own words: `GeoLite2-City`.
    let type: String
    /// Seconds since 1970 at which the file was built.
    let build: UInt64

    var hasSystems: Bool { contents.contains(.systems) }

    init(path: String) throws(PlacesError) {
        guard access(path, F_OK) == 0 else {
            throw PlacesError(
                .missing, "cannot open the database \(path): there is no such file; check the path")
        }
        guard access(path, R_OK) == 0 else {
            throw PlacesError(
                .unreadable,
                "cannot open the database \(path): \(String(cString: strerror(errno))); "
                    + "check its permissions")
        }
        var code: Int32 = 0
        guard let opened = grantrail_mmdb_open(path, &code) else {
            throw PlacesError(
                .notADatabase,
                "cannot use \(path): \(String(cString: MMDB_strerror(code))); "
                    + "give a file in MaxMind DB format (.mmdb)")
        }
        handle = opened
        type = opened.pointee.metadata.database_type.map { String(cString: $0) } ?? ""
        build = opened.pointee.metadata.build_epoch
        var contents: Contents = []
        if grantrail_mmdb_mentions(opened, "autonomous_system_number") {
            contents.insert(.systems)
        }
        if Self.classFlags.contains(where: { grantrail_mmdb_mentions(opened, $0.key) }) {
            contents.insert(.flags)
        }
        if grantrail_mmdb_mentions(opened, "user_type") { contents.insert(.userTypes) }
        self.contents = contents
    }

    deinit { grantrail_mmdb_close(handle) }

    /// A record of the file, valid while the file is open.
    struct Record {
        fileprivate let entry: MMDB_entry_s

        /// Where in the file it stands: equal numbers are one record.
        var offset: UInt32 { entry.offset }
    }

    func record(of address: IPAddress) -> Record? {
        var bytes = (address.bits.high.bigEndian, address.bits.low.bigEndian)
        var entry = MMDB_entry_s()
        let isFound = withUnsafeBytes(of: &bytes) { bytes in
            grantrail_mmdb_find(
                handle, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), address.isIPv4,
                &entry)
        }
        return isFound ? Record(entry: entry) : nil
    }

    /// Country, city and point.
    func fill(_ place: inout ResolvedPlace, from record: Record) {
        var length: UInt32 = 0
        if let text = grantrail_mmdb_text(record.entry, "country", "iso_code", nil, &length),
            length == 2, Self.isLetter(text[0]), Self.isLetter(text[1])
        {
            place.country = UInt16(text[0]) << 8 | UInt16(text[1])
        }
        if let text = grantrail_mmdb_text(record.entry, "city", "names", "en", &length),
            length > 0, length <= Self.longestName
        {
            place.city = String(
                decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self)
        }
        place.point = point(record, hasCity: place.city != nil)
    }

    /// Autonomous system number; 0 when unknown.
    func system(_ record: Record) -> UInt32 {
        guard contents.contains(.systems) else { return 0 }
        let key = "autonomous_system_number"
        let number = number(record, key, nil) ?? number(record, "traits", key) ?? 0
        return UInt32(exactly: number) ?? 0
    }

    /// The class that flags such as `is_tor_exit_node` or a `user_type` name.
    func networkClass(_ record: Record) -> NetworkClass? {
        if contents.contains(.flags) {
            for (key, networkClass) in Self.classFlags
            where grantrail_mmdb_is_true(record.entry, key, nil)
                || grantrail_mmdb_is_true(record.entry, "traits", key)
            {
                return networkClass
            }
        }
        guard contents.contains(.userTypes) else { return nil }
        var length: UInt32 = 0
        guard let text = grantrail_mmdb_text(record.entry, "traits", "user_type", nil, &length)
        else { return nil }
        let name = String(
            decoding: UnsafeBufferPointer(start: text, count: Int(length)), as: UTF8.self)
        return Self.userTypes[name]
    }

    /// In order of what says most. Keys of MaxMind's Anonymous IP and Enterprise databases.
    private static let classFlags: [(key: String, networkClass: NetworkClass)] = [
        ("is_tor_exit_node", .tor), ("is_anonymous_vpn", .vpn), ("is_public_proxy", .vpn),
        ("is_residential_proxy", .vpn), ("is_hosting_provider", .hosting),
        ("is_satellite_provider", .satellite), ("is_anycast", .anycast),
    ]

    /// Values of MaxMind's `user_type`.
    private static let userTypes: [String: NetworkClass] = [
        "cellular": .mobile, "residential": .residential, "hosting": .hosting,
        "consumer_privacy_network": .relay, "content_delivery_network": .anycast,
        "college": .education, "school": .education, "library": .education,
        "business": .corporate, "government": .corporate, "military": .corporate,
    ]

    /// Longer names of cities are no names.
    private static let longestName = 200

    private func point(_ record: Record, hasCity: Bool) -> GeoPoint? {
        guard let latitude = number(record, "location", "latitude"),
            let longitude = number(record, "location", "longitude")
        else { return nil }
        return PointReading.point(
            latitude: latitude, longitude: longitude,
            radiusKm: number(record, "location", "accuracy_radius") ?? 0, hasCity: hasCity)
    }

    private func number(_ record: Record, _ first: String, _ second: String?) -> Double? {
        var number = 0.0
        return grantrail_mmdb_number(record.entry, first, second, &number) ? number : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}

/// Degrees and kilometres as files state them.
enum PointReading {
    /// Where a file states no radius: that of a city, or of a country.
    static let cityRadiusKm = 50
    static let countryRadiusKm = 1000

    /// Nil for what is no point, and for 0,0, which files write for "nowhere".
    static func point(
        latitude: Double, longitude: Double, radiusKm: Double, hasCity: Bool
    ) -> GeoPoint? {
        guard let north = hundredths(latitude, limit: 90),
            let east = hundredths(longitude, limit: 180), north != 0 || east != 0
        else { return nil }
        var radius = hasCity ? cityRadiusKm : countryRadiusKm
        if radiusKm >= 1 { radius = Int(min(radiusKm, Double(GeoPoint.largestRadiusKm))) }
        return GeoPoint(latitude: north, longitude: east, radiusKm: radius)
    }

    private static func hundredths(_ degrees: Double, limit: Double) -> Int? {
        guard degrees >= -limit, degrees <= limit else { return nil }
        return Int((degrees * 100).rounded())
    }
}
