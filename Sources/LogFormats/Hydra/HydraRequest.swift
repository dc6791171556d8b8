internal import AuditModel
internal import WireFormat

/// A request that the server has answered: `completed handling request`.
struct HydraRequest {
    private var meaning: TypeMeaning?
    private var status: Int64

    /// Nil for a record about something else.
    init?(_ fields: borrowing JSONFields) {
        guard fields.equals(HydraField.message, "completed handling request"),
            let status = fields.integer(HydraField.status),
            let method = fields.text(HydraField.method),
            let path = fields.text(HydraField.path), method.count <= 8
        else { return nil }
        self.status = status
        meaning = Self.meaning(method, Self.relative(path))
    }

    /// Whether it is one that an event tells of.
    var isKnown: Bool { meaning != nil }

    /// An error has a record of its own, which says what it was: the request as such is `other`
    /// then, so that nothing counts twice.
    func map(_ row: inout EventRow) {
        guard let meaning else { return }
        row.ipRole = meaning.ipRole
        if status >= 400 {
            row.outcome = .failure
            row.reason = .unspecified
            return
        }
        row.kind = meaning.kind
        row.outcome = meaning.outcome
        row.effects = meaning.effects
    }

    private static func meaning(
        _ method: UnsafeRawBufferPointer, _ path: UnsafeRawBufferPointer
    ) -> TypeMeaning? {
        guard path.count <= 256 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 288, alignment: 8) { name in
            name.initializeMemory(as: UInt8.self, repeating: 0)
            var end = 0
            for byte in method {
                name[end] = byte
                end += 1
            }
            var slash = end
            for byte in path {
                name[end] = byte
                end += 1
                if byte == 0x2F { slash = end }
            }
            let whole = UnsafeRawBufferPointer(rebasing: name[..<end])
            if let found = HydraTypes.requests.meaning(whole) { return found }
            name[slash] = 0x2A
            return HydraTypes.requests.meaning(
                UnsafeRawBufferPointer(rebasing: name[...slash]))
        }
    }

    /// A path without its query and the administrators' prefix.
    private static func relative(_ path: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = path.firstIndex(of: 0x3F) ?? path.count
        let start = path.starts(with: "/admin/".utf8) ? 6 : 0
        return UnsafeRawBufferPointer(rebasing: path[start..<max(start, end)])
    }

    /// What a path asks for.
    static func endpoint(_ path: UnsafeRawBufferPointer?) -> HydraRefusal.Endpoint {
        guard let path else { return .unknown }
        let relative = relative(path)
        for (text, endpoint) in endpoints where ByteSearch.equals(relative, text) {
            return endpoint
        }
        return .other
    }

    private static let endpoints: [(StaticString, HydraRefusal.Endpoint)] = [
        ("/oauth2/token", .token), ("/oauth2/auth", .authorization),
        ("/oauth2/introspect", .introspection), ("/oauth2/revoke", .revocation),
        ("/userinfo", .userinfo), ("/oauth2/device/auth", .device),
    ]
}

/// Where a request came from.
enum HydraOrigin {
    /// The address that connected. If that is a proxy of the operator's own network, the nearest
    /// public one of those that the proxies have noted: each adds its own to the end, so that
    /// nothing a client has made up comes first.
    static func take(_ fields: inout JSONFields) -> IPAddress {
        guard let text = fields.text(HydraField.remote),
            let remote = IPAddress(endpoint: text)
        else { return .none }
        fields.drop(HydraField.remote)
        guard remote.isPrivate else { return remote }
        if let list = fields.text(HydraField.forwarded) {
            var end = list.count
            while end > 0 {
                var start = end
                while start > 0, list[start - 1] != 0x2C { start -= 1 }
                let part = UnsafeRawBufferPointer(rebasing: list[start..<end]).trimmed()
                guard let address = IPAddress(endpoint: part) else { return remote }
                if !address.isPrivate { return address }
                end = start - 1
            }
        }
        return fields.text(HydraField.realAddress).flatMap(IPAddress.init(endpoint:)) ?? remote
    }
}
