import AuditModel
import Foundation
import LogFormats
import TestSupport
import Testing

@Suite("Which access log is whose")
struct AccessLogDetectionTests {
    private static let servers = ["nginx", "envoy", "kong", "oauth2-proxy", "resource-server"]
    private static let corpora = [
        "nginx": ["json", "combined"], "envoy": ["access"], "kong": ["file-log"],
        "oauth2-proxy": ["log"], "resource-server": ["validation"],
    ]

    private func lines(_ path: String) throws -> [String] {
        let bytes = try Data(contentsOf: GoldenTests.corpora.appending(path: path + ".log"))
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func claimants(_ line: String) -> [String] {
        let padded = Array(line.utf8) + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        return padded.withUnsafeBytes { bytes in
            let record = UnsafeRawBufferPointer(rebasing: bytes[..<line.utf8.count])
            return FormatRegistry.all.filter { $0.matches(record) }.map(\.name)
        }
    }

    @Test("each server's records are claimed by its dialect and by no other", arguments: servers)
    func own(server: String) throws {
        for corpus in try #require(Self.corpora[server]) {
            let lines = try lines("\(server)/\(corpus)")
            let claimed = lines.map(claimants).filter { !$0.isEmpty }
            #expect(claimed.count > lines.count / 2, "\(corpus)")
            #expect(claimed.allSatisfy { $0 == [server] }, "\(corpus): \(claimed)")
        }
    }

    @Test("no access log claims a record of an authorization server")
    func foreign() throws {
        for path in [
            "keycloak/good-json", "keycloak/good-text-c", "keycloak/hostile", "auth0/stream",
            "auth0/envelopes", "okta/system-log", "okta/envelopes",
        ] {
            for line in try lines(path) {
                #expect(Set(claimants(line)).isDisjoint(with: Self.servers), "\(line)")
            }
        }
    }

    @Test("ordinary lines of other programs are nobody's", arguments: [
        "2026-03-02 10:15:30,123 INFO  [io.quarkus.http.access-log] (executor-thread-1) "
            + #"192.0.2.1 - - [02/Mar/2026:10:15:30 +0000] "GET / HTTP/1.1" 200 5"#,
        #"[2026-03-02T10:15:30.123Z] "GET / HTTP/1.1" 200 - 0 5 1 - "-" "curl" "id" "h" "-""#,
        #"{"method":"POST","path":"/token","remote_addr":"192.0.2.1","status":200}"#,
        #"{"audience":"application","http_request":{"method":"POST","remote":"192.0.2.1:1"},"#
            + #""http_response":{"status":200}}"#,
        #"{"level":"info","msg":"request","status":200,"client_ip":"192.0.2.1"}"#,
        #"{"request":{"remote_ip":"192.0.2.1","method":"GET","uri":"/"},"status":200,"ts":1.5}"#,
        #"{"claims":{"sub":"a"},"result":"ok"}"#,
        "2026/03/02 10:15:30 [error] 31#31: *7 open() failed", "2026/03/02 10:15:30 main.go:4: up",
        "[2026/03/02 10:15:30] [main.go:54] starting", "", " ", "{",
        "[02/Mar/2026:10:15:30 +0000] \"",
    ])
    func ordinary(line: String) {
        #expect(claimants(line) == [])
    }

    @Test("any damage to good records is survived, and every record is accounted for")
    func damage() throws {
        let seed: UInt64 = 0xACCE
        var random = SeededGenerator(seed: seed)
        for server in Self.servers {
            let format = try #require(FormatRegistry.named(server))
            let good = try #require(Self.corpora[server]).flatMap { try lines("\(server)/\($0)") }
            for round in 0..<40 {
                let batch = good.map { damaged($0, &random) }
                let decoded = decode(batch, format)
                let lost = decoded.issues.filter { !$0.isPartial }.count
                let place: Comment = "seed \(seed), round \(round), \(server)"
                #expect(decoded.tally.events == decoded.batch.count, place)
                #expect(decoded.tally.failed == lost, place)
                let sum = decoded.tally.events + decoded.tally.ignored + decoded.tally.failed
                #expect(sum >= batch.count, place)
                #expect(decoded.lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, place)
                for line in batch { _ = claimants(String(decoding: line, as: UTF8.self)) }
            }
        }
    }

    private func damaged(_ line: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(line.utf8)
        for _ in 0..<random.below(4) where bytes.count > 1 {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.removeSubrange(place...)
            default: bytes.insert(Array("\"\\{}[],: =-x".utf8)[random.below(12)], at: place)
            }
        }
        return bytes
    }
}
