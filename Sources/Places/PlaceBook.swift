public import AuditModel

/// Everything that tells where an address is and what its network is: databases, own networks,
/// built-in tables. Never changes once loaded; any thread may read it.
public struct PlaceBook: Sendable {
    private let city: PlaceDatabase?
    private let system: PlaceDatabase?
    private let networks: NetworkTable
    private let privateRanges = PrefixMap(IPPrefix.privateUse)
    private let proxies: PrefixMap

    /// - Parameters:
    ///   - city: path of a database with places, in MaxMind DB format.
    ///   - asn: path of one with autonomous systems, or with flags such as `is_tor_exit_node`.
    ///   - networks: path of a CSV file of own networks, see `docs/PLACES.md`.
    ///   - trustedProxies: addresses that are never a token's holder.
    /// - Throws: ``PlacesError`` when a file is missing or is not what it should be.
    public init(
        city: String?, asn: String?, networks: String?, trustedProxies: [IPPrefix] = []
    ) throws(PlacesError) {
        self.city = if let city { try PlaceDatabase(path: city) } else { nil }
        self.system = if let asn { try PlaceDatabase(path: asn) } else { nil }
        self.networks =
            if let networks { try NetworkTableReader.read(path: networks) } else { NetworkTable() }
        proxies = PrefixMap(Array(Set(trustedProxies)))
    }

    /// Whether a database of places was given: then it has the last word, also by silence.
    var decidesPlaces: Bool { city != nil }

    /// Whether a database of autonomous systems was given.
    var decidesSystems: Bool { system?.hasSystems ?? false || city?.hasSystems ?? false }

    /// What answers come from, for the record: type and build time (seconds since 1970) of each
    /// database, whether own networks were given, the version of the built-in tables.
    public var provenance: String {
        let databases = [city, system].compactMap { $0 }.map { "\($0.type) \($0.build)" }
        return (databases + (networks.isEmpty ? [] : ["own networks"])
            + ["built-in \(KnownNetworks.version)"]).joined(separator: ", ")
    }

    /// What is known about an address.
    ///
    /// - Parameter recordedASN: the autonomous system that the record itself names, 0 for none;
    ///   counts where no database knows better.
    public func lookup(_ address: IPAddress, recordedASN: UInt32 = 0) -> ResolvedPlace {
        var records = PlaceRecordCache(slotCount: 1)
        return lookup(address, recordedASN: recordedASN, &records)
    }

    /// The same, with records of the database of places remembered from call to call.
    func lookup(
        _ address: IPAddress, recordedASN: UInt32, _ records: inout PlaceRecordCache
    ) -> ResolvedPlace {
        var place = ResolvedPlace()
        if address.isNone { return place }
        if proxies.index(of: address) != nil {
            place.isTrustedProxy = true
            return place
        }
        let cityRecord = city?.record(of: address)
        let systemRecord = system?.record(of: address)
        place.asn = asn(cityRecord, systemRecord) ?? recordedASN
        if let city, let cityRecord { records.fill(&place, from: cityRecord, of: city) }
        let own = networks.entry(of: address)
        place.networkClass =
            own?.networkClass ?? networkClass(address, place.asn, cityRecord, systemRecord)
        if let ownPlace = own?.place { ownPlace.fill(&place) }
        respectClass(&place)
        return place
    }

    /// Whether the address's place comes from the own networks.
    func hasOwnPlace(_ address: IPAddress) -> Bool { networks.entry(of: address)?.place != nil }

    /// Nil when no database has a say.
    private func asn(
        _ cityRecord: PlaceDatabase.Record?, _ systemRecord: PlaceDatabase.Record?
    ) -> UInt32? {
        guard decidesSystems else { return nil }
        if let system, let systemRecord {
            let number = system.system(systemRecord)
            if number != 0 { return number }
        }
        if let city, let cityRecord { return city.system(cityRecord) }
        return 0
    }

    private func networkClass(
        _ address: IPAddress, _ asn: UInt32, _ cityRecord: PlaceDatabase.Record?,
        _ systemRecord: PlaceDatabase.Record?
    ) -> NetworkClass? {
        if privateRanges.index(of: address) != nil { return .private }
        if let own = networks.networkClass(ofSystem: asn) { return own }
        if let system, let systemRecord, let told = system.networkClass(systemRecord) {
            return told
        }
        if let city, let cityRecord, let told = city.networkClass(cityRecord) { return told }
        return KnownNetworks.networkClass(ofSystem: asn)
    }

    private func respectClass(_ place: inout ResolvedPlace) {
        guard let networkClass = place.networkClass else { return }
        if !networkClass.hasPlace {
            place.country = 0
            place.city = nil
            place.point = nil
        } else if let point = place.point {
            place.point?.radiusKm = max(point.radiusKm, networkClass.radiusFloorKm)
        }
    }
}
