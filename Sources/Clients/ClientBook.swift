public import AuditModel
public import GrantLedger

/// What kind of client it is: who has its tokens, and whose address its requests have.
public enum ClientType: String, CaseIterable, Sendable {
    /// Runs in the browser.
    case spa
    /// Runs on a device of its user.
    case native
    /// Without a secret; in a browser or on a device.
    case `public`
    /// A web application whose back end has the tokens.
    case web
    /// With a secret or key, whatever it is.
    case confidential
    /// Acts for itself.
    case service
    /// Logs in with a code on another screen (RFC 8628).
    case device
    /// Takes tokens, has none.
    case resource

    /// Whether back ends redeem and refresh for it.
    public var isBackEnd: Knowledge {
        switch self {
        case .web, .confidential, .service: .yes
        case .spa, .native, .public, .device: .no
        case .resource: .unknown
        }
    }
}

/// A file of clients: what people and exports say of servers and their clients.
public struct ClientBook: Sendable, Equatable {
    /// What holds for all clients of one authorization server.
    public struct Server: Sendable, Equatable {
        /// What events have as issuer or as tenant, any of these; empty for any.
        public var issuers: [String]
        public var kind: ServerKind?
        public var policy = RefreshPolicy()
        /// ``digest`` when an export wrote the entry.
        public var imported: String?
        /// In the file it came from; 0 when it came from none.
        var line = 0

        /// Names what an export says of it.
        var digest: String {
            ClientBook.digest([kind?.rawValue] + policy.texts)
        }
    }

    /// One client.
    public struct Client: Sendable, Equatable {
        public var id: String
        /// What its events have as issuer or as tenant, or a name of a server; nil for any.
        public var issuer: String?
        public var name: String?
        public var type: ClientType?
        public var policy = RefreshPolicy()
        /// Every network that its back ends speak from; empty when nobody filled it in.
        public var egress: [IPPrefix] = []
        public var owner: String?
        /// ``digest`` when an export wrote the entry.
        public var imported: String?
        /// In the file it came from; 0 when it came from none.
        var line = 0

        /// Names what an export says of it.
        var digest: String {
            ClientBook.digest([name, type?.rawValue] + policy.texts)
        }
    }

    public var servers: [Server] = []
    public var clients: [Client] = []

    public init() {}

    /// The server that a client belongs to.
    func server(of client: Client) -> Server? {
        client.issuer.flatMap { issuer in servers.first { $0.issuers.contains(issuer) } }
            ?? servers.first { $0.issuers.isEmpty }
    }

    /// What holds for a client: what it says itself, else its server, else the server's maker.
    public func policy(of client: Client) -> RefreshPolicy {
        server(of: client).map { client.policy.over($0.effectivePolicy) } ?? client.policy
    }

    /// The book as detection takes it.
    public var registry: ClientRegistry {
        let wholes = servers.map { server in
            Self.entry(nil, server.issuers, server.effectivePolicy)
        }
        let clients = clients.map { client in
            var issuers = client.issuer.map { [$0] } ?? []
            if !issuers.isEmpty, let server = server(of: client) {
                issuers += server.issuers.filter { !issuers.contains($0) }
            }
            var entry = Self.entry(client.id, issuers.sorted(), policy(of: client))
            entry.isBackEnd = client.type?.isBackEnd ?? .unknown
            entry.egress = client.egress
            return entry
        }
        return ClientRegistry(wholes + clients)
    }

    private static func entry(
        _ id: String?, _ issuers: [String], _ policy: RefreshPolicy
    ) -> ClientRegistry.Client {
        ClientRegistry.Client(
            issuers: issuers, id: id,
            rotation: policy.rotation.map { Knowledge($0 == .on) } ?? .unknown,
            leeway: policy.leeway.map { $0 * 1_000_000_000 }, reuses: policy.reuse.map { Int($0) })
    }

    fileprivate static func digest(_ parts: [String?]) -> String {
        var hash = IdentityHash("client-import/1")
        for part in parts { hash.add(part ?? "\u{0}") }
        return String(hash.id().hex.prefix(8))
    }
}

extension ClientBook.Server {
    var effectivePolicy: RefreshPolicy {
        kind.map { policy.over($0.profile) } ?? policy
    }
}

extension RefreshPolicy {
    /// As a file has them: rotation, leeway, reuse.
    var texts: [String?] {
        [rotation?.rawValue, leeway.map { "\($0)s" }, reuse.map { String($0) }]
    }
}
