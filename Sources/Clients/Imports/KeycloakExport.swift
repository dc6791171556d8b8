/// A realm as `kc.sh export`, the admin console and `GET /admin/realms/{realm}` give it.
struct KeycloakRealm: Decodable {
    let id: Lossy<String>?
    let realm: Lossy<String>?
    let revokeRefreshToken: Lossy<Bool>?
    let refreshTokenMaxReuse: Lossy<Int64>?
    let clients: Lossy<[Lossy<KeycloakClient>]>?

    /// What the realm says of presenting refresh tokens again, for all of its clients.
    var server: ClientBook.Server? {
        guard let name = ExportText.id(realm?.value) else { return nil }
        var server = ClientBook.Server(issuers: [name], kind: .keycloak)
        // Events name the realm by its id; newer ones also by its name.
        if let id = ExportText.id(id?.value), id != name { server.issuers.append(id) }
        if let revokes = revokeRefreshToken?.value {
            server.policy.rotation = revokes ? .on : .off
            if revokes, let most = refreshTokenMaxReuse?.value {
                server.policy.reuse = min(max(0, most), ClientBookReader.mostReuses)
            }
        }
        return server
    }
}

/// A client of a realm (`ClientRepresentation`).
struct KeycloakClient: Decodable {
    let clientId: Lossy<String>?
    let name: Lossy<String>?
    let `protocol`: Lossy<String>?
    let publicClient: Lossy<Bool>?
    let bearerOnly: Lossy<Bool>?
    let standardFlowEnabled: Lossy<Bool>?
    let implicitFlowEnabled: Lossy<Bool>?
    let directAccessGrantsEnabled: Lossy<Bool>?
    let serviceAccountsEnabled: Lossy<Bool>?
    let redirectUris: Lossy<[String]>?
    let attributes: Lossy<Attributes>?

    struct Attributes: Decodable {
        let device: Flag?

        enum CodingKeys: String, CodingKey {
            case device = "oauth2.device.authorization.grant.enabled"
        }
    }

    var type: ClientType? {
        if bearerOnly?.value == true { return .resource }
        guard let isPublic = publicClient?.value else { return nil }
        let hasBrowser = standardFlowEnabled?.value == true || implicitFlowEnabled?.value == true
        let hasPassword = directAccessGrantsEnabled?.value == true
        if !hasBrowser, !hasPassword, attributes?.value?.device?.isOn == true { return .device }
        if isPublic { return hasBrowser ? publicType : .public }
        if hasBrowser { return .web }
        return serviceAccountsEnabled?.value == true && !hasPassword ? .service : .confidential
    }

    /// Where its users are sent back to: a scheme of its own is an app's, a site a browser's. Of
    /// addresses on the user's own machine nobody can tell.
    private var publicType: ClientType {
        let addresses = redirectUris?.value ?? []
        let isApp = addresses.contains { address in
            guard let colon = address.firstIndex(of: ":") else { return false }
            let scheme = address[..<colon]
            return !scheme.contains("/") && !["http", "https"].contains(scheme.lowercased())
        }
        if isApp { return .native }
        let isSite = addresses.contains { address in
            address.lowercased().hasPrefix("https://") || address.hasPrefix("/")
        }
        return isSite ? .spa : .public
    }
}
