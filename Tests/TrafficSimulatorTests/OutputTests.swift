import AuditModel
import Foundation
import Testing
import TrafficSimulator

@Suite("Simulated log files")
struct OutputTests {
    @Test("one plan gives the same bytes each time, another seed gives others")
    func determinism() throws {
        let first = TemporaryDirectory()
        let second = TemporaryDirectory()
        let other = TemporaryDirectory()
        let names = SimulatedDialect.allCases.flatMap { [$0.fileName, $0.truthFileName] }
        let places = ["places/city.mmdb", "places/asn.mmdb", "places/networks.csv"]
        let summary = try SimulationOutput.write(plan: .small(seed: 1), directory: first.path)
        #expect(try SimulationOutput.write(plan: .small(seed: 1), directory: second.path).events
            == summary.events)
        _ = try SimulationOutput.write(plan: .small(seed: 2), directory: other.path)
        for name in names {
            #expect(try first.bytes(name) == second.bytes(name), "\(name)")
            #expect(try first.bytes(name) != other.bytes(name), "\(name)")
        }
        #expect(try first.lines("keycloak.jsonl").count == summary.events)
        #expect(summary.attacks == 8)
        for name in places { #expect(try first.bytes(name) == second.bytes(name), "\(name)") }
        #expect(summary.files.map(\.path) == (names + places).map { first.path + "/" + $0 })
        for file in summary.files {
            let name = String(file.path.dropFirst(first.path.utf8.count + 1))
            #expect(try first.bytes(name).count == Int(file.bytes))
        }
    }

    @Test("the realms are exported with the clients of the log, and no secret of theirs")
    func realms() throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.small(seed: 5)
        plan.writesRealms = true
        let summary = try SimulationOutput.write(plan: plan, directory: directory.path)
        #expect(summary.files.last?.path == directory.path + "/realm.json")
        let text = try directory.bytes("realm.json")
        let realms = try #require(
            try JSONSerialization.jsonObject(with: Data(text)) as? [[String: Any]])
        var registered: Set<String> = []
        for realm in realms {
            let name = try #require(realm["realm"] as? String)
            for client in try #require(realm["clients"] as? [[String: Any]]) {
                let id = try #require(client["clientId"] as? String)
                #expect(client["publicClient"] is Bool && client["attributes"] is [String: String])
                #expect((client["secret"] as? String ?? "**********") == "**********")
                registered.insert(name + " " + id)
            }
        }
        #expect(realms.compactMap { $0["revokeRefreshToken"] as? Bool } == [true, false])
        for object in try directory.objects("keycloak.jsonl") {
            let name = try #require(object["realmName"] as? String)
            let client = try #require(object["clientId"] as? String)
            #expect(registered.contains(name + " " + client))
            let realm = realms.first { $0["realm"] as? String == name }
            #expect(realm?["id"] as? String == object["realmId"] as? String)
        }
    }

    @Test("these bytes never change: a plan's first lines have a known digest")
    func knownBytes() throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.small(seed: 99)
        plan.targetEvents = 500
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let digest = try directory.bytes("keycloak.jsonl").withUnsafeBytes {
            IdentityHash.sha256($0).prefix(8).map { String($0, radix: 16) }.joined(separator: " ")
        }
        #expect(digest == "8 87 7a 52 95 49 1d 8c")
    }

    @Test("every JSON line is an object with the members and details its type has",
        arguments: [ServerRelease.earlier, .later])
    func grammar(release: ServerRelease) throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.small(seed: 3)
        plan.release = release
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let members: Set = [
            "id", "time", "type", "realmId", "realmName", "clientId", "userId", "sessionId",
            "ipAddress", "error", "details",
        ]
        var seen: Set<String> = []
        for object in try directory.objects("keycloak.jsonl") {
            #expect(Set(object.keys) == members)
            let type = try #require(object["type"] as? String)
            let details = try #require(object["details"] as? [String: String])
            var expected = try #require(Self.details[type], "\(type)")
            if release == .earlier {
                expected.subtract(["access_token_expiration_time", "age_of_refresh_token"])
            }
            #expect(Set(details.keys) == expected, "\(type)")
            #expect(object["time"] is Int)
            #expect((object["error"] is String) == type.hasSuffix("_ERROR"))
            #expect(IPAddress(try #require(object["ipAddress"] as? String)) != nil)
            if type == "REFRESH_TOKEN_ERROR" { #expect(object["userId"] is NSNull) }
            if type == "LOGIN" { #expect(details["code_id"] == object["sessionId"] as? String) }
            seen.insert(type)
        }
        #expect(seen.isSuperset(of: Set(Self.details.keys).subtracting(["TOKEN_EXCHANGE"])))
    }

    @Test("both dialects tell the same facts, line by line")
    func sameFacts() throws {
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: .small(seed: 4), directory: directory.path)
        let objects = try directory.objects("keycloak.jsonl")
        let lines = try directory.lines("keycloak-text.log")
        #expect(objects.count == lines.count)
        for (object, line) in zip(objects, lines) {
            let read = try #require(readTextLine(line), "\(line)")
            var pairs = read.pairs
            for key in ["type", "realmId", "realmName", "clientId", "ipAddress"] {
                #expect(pairs.removeValue(forKey: key) == object[key] as? String)
            }
            for key in ["userId", "sessionId"] {
                #expect(pairs.removeValue(forKey: key) == object[key] as? String ?? "null")
            }
            #expect(pairs.removeValue(forKey: "error") == object["error"] as? String)
            #expect(pairs == object["details"] as? [String: String])
            let level = object["error"] is String ? " WARN  " : " DEBUG "
            #expect(read.head.contains(level + "[org.keycloak.events] (executor-thread-"))
            let time = try #require(object["time"] as? Int)
            #expect(String(read.head.prefix(23)) == Self.clock(time))
        }
    }

    @Test("a directory that cannot be made is an error that says why")
    func unwritable() {
        #expect(throws: SimulationError.self) {
            try SimulationOutput.write(plan: .small(seed: 1), directory: "/proc/nowhere")
        }
    }

    private static func clock(_ milliseconds: Int) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        let whole = formatter.string(
            from: Date(timeIntervalSince1970: TimeInterval(milliseconds / 1000)))
        let rest = milliseconds % 1000
        return whole + "," + (rest < 10 ? "00" : rest < 100 ? "0" : "") + "\(rest)"
    }

    private static let details: [String: Set<String>] = [
        "LOGIN": [
            "auth_method", "auth_type", "response_type", "redirect_uri", "consent", "code_id",
            "response_mode", "username",
        ],
        "LOGIN_ERROR": ["auth_method", "auth_type", "redirect_uri", "code_id", "username"],
        "CODE_TO_TOKEN": [
            "token_id", "grant_type", "refresh_token_type", "scope", "refresh_token_id", "code_id",
            "client_auth_method",
        ],
        "REFRESH_TOKEN": [
            "token_id", "grant_type", "refresh_token_type", "access_token_expiration_time",
            "updated_refresh_token_id", "scope", "age_of_refresh_token", "refresh_token_id",
            "client_auth_method",
        ],
        "REFRESH_TOKEN_ERROR": [
            "reason", "grant_type", "refresh_token_type", "refresh_token_id", "refresh_token_sub",
            "client_auth_method",
        ],
        "LOGOUT": ["redirect_uri"],
        "CLIENT_LOGIN": ["token_id", "grant_type", "scope", "client_auth_method", "username"],
        "CLIENT_LOGIN_ERROR": ["grant_type"],
        "CODE_TO_TOKEN_ERROR": ["grant_type", "code_id", "client_auth_method"],
        "INTROSPECT_TOKEN_ERROR": ["reason", "client_auth_method"],
        "USER_INFO_REQUEST_ERROR": ["auth_method"],
        "INTROSPECT_TOKEN": ["token_id", "token_type", "client_auth_method"],
        "USER_INFO_REQUEST": ["auth_method", "signature_required", "username"],
        "TOKEN_EXCHANGE": [
            "token_id", "grant_type", "auth_method", "audience", "scope", "client_auth_method",
            "username",
        ],
    ]
}
