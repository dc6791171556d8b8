internal import AuditModel

/// Own networks: prefixes and autonomous systems with what their owner knows about them.
struct NetworkTable: Sendable {
    /// A place as the file states it, in place of whatever a database says.
    struct Place: Equatable, Sendable {
        var country: UInt16 = 0
        var city: String?
        var point: GeoPoint?

        func fill(_ place: inout ResolvedPlace) {
            place.country = country
            place.city = city
            place.point = point
        }
    }

    struct Entry: Sendable {
        var networkClass: NetworkClass
        /// Nil when the file names none.
        var place: Place?
    }

    private let prefixes: PrefixMap
    private let entries: [Entry]
    private let systems: [UInt32: NetworkClass]

    /// - Parameter entries: one for each prefix.
    init(
        prefixes: [IPPrefix] = [], entries: [Entry] = [], systems: [UInt32: NetworkClass] = [:]
    ) {
        self.prefixes = PrefixMap(prefixes)
        self.entries = entries
        self.systems = systems
    }

    var isEmpty: Bool { entries.isEmpty && systems.isEmpty }

    /// The entry of the longest prefix that holds an address.
    func entry(of address: IPAddress) -> Entry? {
        entries.isEmpty ? nil : prefixes.index(of: address).map { entries[$0] }
    }

    func networkClass(ofSystem number: UInt32) -> NetworkClass? { systems[number] }
}
