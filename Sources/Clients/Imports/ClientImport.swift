internal import Foundation

/// What an authorization server's own list of clients says, as a file of clients. No secret of the
/// list is read.
public struct ClientImport: Sendable {
    /// Whose list it is.
    public enum Source: String, CaseIterable, Sendable {
        case keycloak, auth0, okta
    }

    /// Why a list cannot be used: what could not be done: why; what to do.
    public struct Failure: Error, Equatable {
        public static let code = ClientCode.export
        public var message: String
    }

    public let source: Source
    public private(set) var book = ClientBook()
    /// Entries that are no OAuth clients, such as those of SAML.
    public private(set) var others = 0
    /// Entries without an id, or with one that cannot be written.
    public private(set) var unusable = 0
    /// Whether the list says nothing of how often a refresh token may be presented.
    public var lacksPolicy: Bool {
        !book.clients.isEmpty && book.clients.allSatisfy { book.policy(of: $0).rotation == nil }
    }

    private let redact: @Sendable (String) -> String

    /// - Parameters:
    ///   - bytes: JSON.
    ///   - source: whose list it is; nil finds out.
    ///   - redact: takes secrets out of a text for people.
    public init(
        _ bytes: [UInt8], from source: Source?, redact: @escaping @Sendable (String) -> String
    ) throws(Failure) {
        self.redact = redact
        let data = Data(bytes)
        let found: Source?
        if let source { found = source } else { found = Self.source(of: data) }
        guard let found else {
            throw Failure(
                message: "the list of clients cannot be read: it is neither a Keycloak realm "
                    + "export nor a list of apps of Auth0 or Okta, in JSON; name its server with "
                    + "--from")
        }
        self.source = found
        do {
            switch found {
            case .keycloak: try readKeycloak(data)
            case .auth0: try readAuth0(data)
            case .okta: try readOkta(data)
            }
        } catch {
            // What decoders say may quote the text.
            throw Failure(
                message: "the list of clients cannot be read: it is no JSON of \(found.rawValue); "
                    + "export it again")
        }
        removeDoubles()
        guard !book.clients.isEmpty else {
            throw Failure(
                message: "the list holds no OAuth client; export the realm with its clients, or "
                    + "name the server with --from")
        }
        markImported()
        book.sort()
    }

    // MARK: - Whose list it is

    private struct Probe: Decodable {
        let realm: Lossy<String>?
        let clientId: Lossy<String>?
        let auth0ID: Lossy<String>?
        let signOnMode: Lossy<String>?
        let clients: Lossy<[Lossy<Probe>]>?

        enum CodingKeys: String, CodingKey {
            case realm, clientId, signOnMode, clients
            case auth0ID = "client_id"
        }

        var source: Source? {
            if realm?.value != nil || clientId?.value != nil { return .keycloak }
            if auth0ID?.value != nil { return .auth0 }
            if signOnMode?.value != nil { return .okta }
            return clients?.value?.lazy.compactMap { $0.value?.source }.first
        }
    }

    private static func source(of data: Data) -> Source? {
        let probes = try? JSONDecoder().decode(OneOrMany<Probe>.self, from: data)
        return probes?.elements.lazy.compactMap(\.source).first
    }

    // MARK: - Lists

    private mutating func readKeycloak(_ data: Data) throws {
        let decoder = JSONDecoder()
        for realm in try decoder.decode(OneOrMany<KeycloakRealm>.self, from: data).elements {
            guard let clients = realm.clients?.value else { continue }
            if let server = realm.server { book.servers.append(server) }
            for client in clients {
                add(client.value, issuer: realm.server?.issuers.first)
            }
        }
        // Clients by themselves, as the admin API lists them.
        guard book.clients.isEmpty, others == 0, unusable == 0 else { return }
        for client in try decoder.decode(OneOrMany<KeycloakClient>.self, from: data).elements
        where client.clientId?.value != nil {
            add(client, issuer: nil)
        }
    }

    private mutating func add(_ client: KeycloakClient?, issuer: String?) {
        if let kind = client?.protocol?.value, kind != "openid-connect" {
            others += 1
            return
        }
        add(
            client?.clientId?.value, issuer, client?.name?.value, client?.type, RefreshPolicy())
    }

    private mutating func readAuth0(_ data: Data) throws {
        let list = try JSONDecoder().decode(Auth0List.self, from: data)
        for client in list.clients where client.isGlobal?.value != true {
            let tenant = ExportText.id(client.tenant?.value)
            if let tenant, !book.servers.contains(where: { $0.issuers == [tenant] }) {
                book.servers.append(ClientBook.Server(issuers: [tenant], kind: .auth0))
            }
            add(client.id?.value, tenant, client.name?.value, client.type, client.policy)
        }
    }

    private mutating func readOkta(_ data: Data) throws {
        for app in try JSONDecoder().decode(OneOrMany<OktaApp>.self, from: data).elements {
            guard app.isClient else {
                others += 1
                continue
            }
            // An organization's apps ask any of its authorization servers for tokens.
            add(app.clientID, nil, app.label?.value, app.type, app.policy)
        }
    }

    private mutating func add(
        _ id: String?, _ issuer: String?, _ name: String?, _ type: ClientType?,
        _ policy: RefreshPolicy
    ) {
        guard let id = ExportText.id(id) else {
            unusable += 1
            return
        }
        var client = ClientBook.Client(id: id)
        client.issuer = issuer
        client.name = ExportText.name(name, redact)
        if client.name == id { client.name = nil }
        client.type = type
        client.policy = policy
        book.clients.append(client)
    }

    // MARK: - All of them

    /// Pages that were put together may overlap.
    private mutating func removeDoubles() {
        var seen: Set<String> = []
        book.clients.removeAll { !seen.insert($0.id + "\u{0}" + ($0.issuer ?? "")).inserted }
    }

    private mutating func markImported() {
        for index in book.servers.indices {
            book.servers[index].imported = book.servers[index].digest
        }
        for index in book.clients.indices {
            book.clients[index].imported = book.clients[index].digest
        }
    }
}
