import GrantLedger
import MarkedText
import Testing

@testable import Clients

@Suite("Exports of servers become files of clients")
struct ClientImportTests {
    /// Stands in exports wherever these have secrets.
    static let secret = "s3cr3t-Zm9vYmFyYmF6cXV4"

    static func imported(
        _ text: String, from source: ClientImport.Source? = nil
    ) throws -> ClientImport {
        try ClientImport(Array(text.utf8), from: source) { $0 }
    }

    static let realm = """
        {"id": "0c6f6f3e-1111-4a4a-9b9b-121212121212", "realm": "acme", "enabled": true,
         "revokeRefreshToken": true, "refreshTokenMaxReuse": 1, "ssoSessionIdleTimeout": 1800,
         "smtpServer": {"password": "\(secret)"}, "users": [{"credentials": ["\(secret)"]}],
         "clients": [
          {"id": "u1", "clientId": "portal", "name": "Staff portal", "secret": "\(secret)",
           "publicClient": false, "standardFlowEnabled": true, "protocol": "openid-connect",
           "registrationAccessToken": "\(secret)", "redirectUris": ["https://x/?k=\(secret)"],
           "attributes": {"saml.encryption.private.key": "\(secret)"}},
          {"clientId": "shop", "publicClient": true, "standardFlowEnabled": true,
           "redirectUris": ["https://shop.example/*"], "description": "\(secret)"},
          {"clientId": "phone", "publicClient": true, "standardFlowEnabled": true,
           "redirectUris": ["com.acme.app:/cb", "https://acme.example/app"]},
          {"clientId": "cli", "publicClient": true, "standardFlowEnabled": true,
           "redirectUris": ["http://127.0.0.1/*"]},
          {"clientId": "tv", "publicClient": true, "standardFlowEnabled": false,
           "attributes": {"oauth2.device.authorization.grant.enabled": "true"}},
          {"clientId": "batch", "publicClient": false, "serviceAccountsEnabled": true,
           "standardFlowEnabled": false, "directAccessGrantsEnabled": false, "secret": "\(secret)"},
          {"clientId": "api", "bearerOnly": true, "publicClient": false},
          {"clientId": "account", "name": "${client_account}", "publicClient": true},
          {"clientId": "sso", "protocol": "saml"}, {"name": "no id"}, 7,
          {"clientId": "odd", "publicClient": "perhaps", "name": 7}
         ]}
        """

    @Test("a Keycloak realm: its policy once, its clients by type")
    func keycloak() throws {
        let found = try Self.imported(Self.realm)
        #expect(found.source == .keycloak && found.others == 1 && found.unusable == 2)
        let types = found.book.clients.map { "\($0.id) \($0.type?.rawValue ?? "?")" }
        #expect(
            types == [
                "account public", "api resource", "batch service", "cli public", "odd ?",
                "phone native", "portal web", "shop spa", "tv device",
            ])
        #expect(found.book.clients.allSatisfy { $0.issuer == "acme" })
        let portal = try #require(found.book.clients.first { $0.id == "portal" })
        #expect(portal.name == "Staff portal")
        #expect(found.book.policy(of: portal) == RefreshPolicy(rotation: .on, reuse: 1))
        #expect(!found.lacksPolicy)
    }

    @Test("rotation that a realm does not have is off, one it does not name is unknown")
    func keycloakPolicies() throws {
        let off = try Self.imported(
            """
            {"realm":"r","revokeRefreshToken":false,"refreshTokenMaxReuse":0,
             "clients":[{"clientId":"a"}]}
            """)
        #expect(off.book.policy(of: off.book.clients[0]).rotation == .off)
        let list = try Self.imported(#"[{"clientId":"a","publicClient":true},{"clientId":"b"}]"#)
        #expect(list.book.clients.map(\.id) == ["a", "b"])
        #expect(list.book.servers == [] && list.lacksPolicy)
        let realms = try Self.imported(
            """
            [{"realm":"r","clients":[{"clientId":"a"}]},
             {"realm":"s","clients":[{"clientId":"a"}]}]
            """)
        #expect(realms.book.clients.map(\.issuer) == ["r", "s"])
    }

    static let applications = """
        [{"tenant": "acme", "global": true, "client_id": "global", "name": "All Applications"},
         {"tenant": "acme", "client_id": "Spa1", "name": "Shop", "app_type": "spa",
          "token_endpoint_auth_method": "none", "client_secret": "\(secret)",
          "signing_keys": [{"cert": "\(secret)"}], "encryption_key": {"pub": "\(secret)"},
          "client_metadata": {"note": "\(secret)"},
          "refresh_token": {"rotation_type": "rotating", "leeway": 15,
            "expiration_type": "expiring"}},
         {"tenant": "acme", "client_id": "Web1", "name": "Portal", "app_type": "regular_web",
          "token_endpoint_auth_method": "client_secret_post",
          "refresh_token": {"rotation_type": "non-rotating", "leeway": 0}},
         {"tenant": "acme", "client_id": "M2m1", "name": "Job", "app_type": "non_interactive"},
         {"tenant": "acme", "client_id": "Tv1", "name": "TV", "app_type": "native",
          "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
          "refresh_token": {"rotation_type": "rotating"}},
         {"tenant": "acme", "client_id": "Old1",
          "token_endpoint_auth_method": "client_secret_basic"}]
        """

    @Test("Auth0 applications: type, rotation and leeway of each", arguments: [false, true])
    func auth0(isPaged: Bool) throws {
        let text =
            isPaged ? #"{"total": 6, "start": 0, "clients": \#(Self.applications)}"#
            : Self.applications
        let found = try Self.imported(text)
        #expect(found.source == .auth0)
        let lines = found.book.clients.map { client in
            ([client.id, client.type?.rawValue ?? "?"] + client.policy.texts.map { $0 ?? "-" })
                .joined(separator: " ")
        }
        #expect(
            lines == [
                "M2m1 service - - -", "Old1 confidential - - -", "Spa1 spa on 15s -",
                "Tv1 device on 0s -", "Web1 web off - -",
            ])
        #expect(found.book.servers.map(\.issuers) == [["acme"]])
    }

    static let apps = """
        [{"id": "0oa1", "label": "Shop", "signOnMode": "OPENID_CONNECT", "status": "ACTIVE",
          "credentials": {"oauthClient": {"client_id": "0oa1", "client_secret": "\(secret)",
            "token_endpoint_auth_method": "none"}},
          "settings": {"oauthClient": {"application_type": "browser", "client_uri": "\(secret)",
            "refresh_token": {"rotation_type": "ROTATE", "leeway": 10}}}},
         {"id": "0oa2", "label": "Portal", "signOnMode": "OPENID_CONNECT",
          "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
          "settings": {"oauthClient": {"application_type": "web", "jwks": {"keys": ["\(secret)"]},
            "refresh_token": {"rotation_type": "STATIC"}}}},
         {"id": "0oa3", "label": "Phone", "signOnMode": "OPENID_CONNECT",
          "settings": {"oauthClient": {"application_type": "native",
            "refresh_token": {"rotation_type": "ROTATE"}}}},
         {"id": "0oa4", "label": "Job", "signOnMode": "OPENID_CONNECT",
          "settings": {"oauthClient": {"application_type": "service"}}},
         {"id": "0oa5", "label": "Payroll", "signOnMode": "SAML_2_0"}]
        """

    @Test("Okta apps: type, rotation and leeway of each; apps of other kinds are counted")
    func okta() throws {
        let found = try Self.imported(Self.apps)
        #expect(found.source == .okta && found.others == 1)
        let lines = found.book.clients.map { client in
            ([client.id, client.type?.rawValue ?? "?"] + client.policy.texts.map { $0 ?? "-" })
                .joined(separator: " ")
        }
        #expect(
            lines == [
                "0oa1 spa on 10s -", "0oa2 web off - -", "0oa3 native on 30s -",
                "0oa4 service - - -",
            ])
        #expect(found.book.clients.allSatisfy { $0.issuer == nil })
    }

    @Test(
        "no secret of an export comes out, and the output is sorted and sound",
        arguments: [realm, applications, apps])
    func secrets(export: String) throws {
        #expect(export.contains(Self.secret))
        let text = try Self.imported(export).book.text
        #expect(!text.contains(Self.secret) && !text.contains("s3cr3t"))
        #expect(text == (try Self.imported(export).book.text))
        let loaded = readClients(text)
        #expect(loaded.diagnostics == [])
        #expect(loaded.book.clients.map(\.id) == loaded.book.clients.map(\.id).sorted())
        #expect(loaded.book.text == text)
    }

    @Test("names lose what is secret in them and what would rewrite a terminal")
    func names() throws {
        let text = #"[{"clientId":"a","name":"x \u001b[2J TOKEN\tend"},{"clientId":"b\u0007"}]"#
        let found = try ClientImport(Array(text.utf8), from: nil) {
            $0.replacing("TOKEN", with: "‹token›")
        }
        #expect(found.book.clients.map(\.name) == ["x \u{FFFD}[2J ‹token› end"])
        #expect(found.unusable == 1)
    }

    @Test(
        "what is no list of clients is refused and not quoted",
        arguments: [
            "", "{", "[]", "7", "{\"realm\": \"r\"}", "[\"\(secret)\"]",
            "{\"clients\": \"\(secret)\"}",
        ])
    func refused(text: String) {
        for source in [nil] + ClientImport.Source.allCases.map(Optional.some) {
            let failure = #expect(throws: ClientImport.Failure.self) {
                _ = try Self.imported(text, from: source)
            }
            #expect(failure?.message.contains(Self.secret) == false)
        }
    }
}
