internal import AuditModel

extension RuleBook {
    /// One type of event of a server, as tests are held against it.
    public struct VendorEventType: Sendable, Equatable {
        /// As the server writes it.
        public var name: String
        /// The kinds that its events can have.
        public var kinds: [String]
        /// Members that its records always have.
        public var members: [String]
    }

    /// The event types of a server, by name; empty for a dialect without such a list.
    public static func vendorTypes(_ dialect: String) -> [VendorEventType] {
        (Vendor.named(dialect)?.types ?? [:]).map { name, type in
            VendorEventType(
                name: name, kinds: type.kinds.map(\.name).sorted(), members: type.members)
        }.sorted { $0.name < $1.name }
    }
}
