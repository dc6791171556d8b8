import AuditModel
import RuleBook
import Testing

@Suite("What doctor finds in events")
struct CheckupTests {
    private static let hour: Int64 = 3_600_000_000_000

    /// A source of `count` events, a minute apart, each as `fill` makes it.
    private static func findings(
        _ dialect: String = "keycloak", count: Int = 200, now: Int64? = nil,
        _ fill: (Int, inout EventRow, inout StringPool) -> Void
    ) throws -> [Checkup.Finding] {
        var batch = EventBatch(capacity: count)
        for index in 0..<count {
            var row = EventRow()
            row.dialect = batch.pool.code(of: dialect)
            row.issuer = batch.pool.code(of: "realm")
            row.client = batch.pool.code(of: "web")
            row.subject = batch.pool.code(of: "subject \(index % 60)")
            row.session = ID128(high: 1, low: UInt64(index))
            row.time = Int64(index) * hour / 60
            row.ip = IPAddress(v4: 0xC000_0200 + UInt32(index) << 8)
            row.ipRole = .holder
            healthy(index, &row)
            fill(index, &row, &batch.pool)
            batch.append(row)
        }
        let rules = RuleBook.pack()
        var survey = SourceSurvey(rules)
        for row in 0..<count { survey.take(batch, row: row, pool: batch.pool) }
        let checkup = Checkup(rules, survey, now: now)
        #expect(checkup.sources.count == 1)
        return try #require(checkup.sources.first).findings
    }

    /// A server that logs all there is.
    private static func healthy(_ index: Int, _ row: inout EventRow) {
        let kinds: [EventKind] = [
            .codeRedeemed, .refreshSucceeded, .tokenIntrospected, .sessionEnded, .refreshRejected,
        ]
        row.kind = kinds[index % kinds.count]
        row.outcome = row.kind == .refreshRejected ? .failure : .success
        row.presented = ID128(high: 2, low: UInt64(index))
        if row.outcome == .success { row.issuedRefresh = ID128(high: 3, low: UInt64(index)) }
    }

    private static func symptoms(_ findings: [Checkup.Finding]) -> [Symptom] {
        findings.map(\.symptom)
    }

    @Test("a server that logs everything is well")
    func healthyServer() throws {
        #expect(try Self.findings { _, _, _ in } == [])
    }

    @Test("errors and not one success: how long, which rules are blind, and the server's commands")
    func noSuccesses() throws {
        let findings = try Self.findings { _, row, _ in
            row.kind = .refreshRejected
            row.outcome = .failure
            row.issuedRefresh = .none
        }
        let finding = try #require(findings.first { $0.symptom == .noSuccesses })
        #expect(finding.what == "200 errors in 3 h 19 min and not one success")
        #expect(finding.blind.contains("REF-05") && finding.degraded.contains("REF-01"))
        let command = "bin/kc.sh start --spi-events-listener-jboss-logging-success-level=info"
        #expect(finding.commands.contains(command))
        #expect(findings.first == finding, "problems come first")
    }

    /// One broken server each: what is broken, and the symptom that says so.
    private static let broken:
        [(Symptom, @Sendable (Int, inout EventRow, inout StringPool) -> Void)] = [
            (.noTokenEvents, { _, row, _ in row.kind = .sessionStarted }),
            (.noRefreshes, { _, row, _ in
                if row.kind == .refreshSucceeded { row.kind = .codeRedeemed }
            }),
            (.noRefreshIDs, { _, row, _ in (row.presented, row.issuedRefresh) = (.none, .none) }),
            (.noTokenUse, { _, row, _ in
                if row.kind == .tokenIntrospected { row.kind = .codeRedeemed }
            }),
            (.noSessionEnds, { _, row, _ in
                if row.kind == .sessionEnded { row.kind = .codeRedeemed }
            }),
            (.noAddress, { _, row, _ in row.ip = .none }),
            (.proxyAddress, { _, row, _ in row.ip = IPAddress("10.0.0.7") ?? .none }),
            (.oneNetwork, { _, row, _ in row.ip = IPAddress("198.51.100.7") ?? .none }),
            (.privateAddresses, { index, row, _ in
                row.ip = IPAddress(v4: 0x0A00_0001 + UInt32(index) << 8)
            }),
            (.webBackEnd, { index, row, _ in
                if [.codeRedeemed, .refreshSucceeded].contains(row.kind) {
                    row.ip = IPAddress("198.51.100.7") ?? .none
                }
            }),
            (.noTimeZone, { _, row, _ in row.flags = [.timeZoneAssumed] }),
            (.maskedSubjects, { _, row, pool in row.subject = pool.code(of: "auth0|***") }),
            (.noSubjects, { _, row, _ in row.subject = 0 }),
            (.noEventIDs, { _, row, _ in row.flags = [.positionalID] }),
            (.unknownTypes, { index, row, pool in
                if index % 5 == 3 { row.kind = .other }
                row.vendorType = pool.code(of: "NEW_TYPE")
            }),
        ]

    @Test("each thing that is missing is found, and nothing else is blamed",
        arguments: broken.indices)
    func symptoms(index: Int) throws {
        let (symptom, breaking) = Self.broken[index]
        let found = Self.symptoms(try Self.findings("keycloak", breaking))
        #expect(found.contains(symptom))
        // What one fault brings with it.
        let companions: [Symptom: Set<Symptom>] = [
            .noTokenEvents: [.noTokenUse, .noSessionEnds], .unknownTypes: [.noSessionEnds],
            .noSubjects: [], .privateAddresses: [],
        ]
        let others = Set(found).subtracting([symptom])
        #expect(others.isSubset(of: companions[symptom] ?? []), "\(found)")
    }

    @Test("every symptom has a test, and problems have a remedy at every server that is known")
    func complete() throws {
        let tested = Set(Self.broken.map(\.0)).union([.noSuccesses, .clockAhead])
        #expect(tested == Set(Symptom.allCases))
        for dialect in ["keycloak", "auth0", "okta", "entra", "something-else"] {
            let findings = try Self.findings(dialect) { _, row, _ in
                row.kind = .refreshRejected
                row.outcome = .failure
                row.issuedRefresh = .none
            }
            let finding = try #require(findings.first { $0.symptom == .noSuccesses })
            #expect(finding.remedy != nil, "\(dialect)")
        }
    }

    @Test("a clock ahead of this machine's is found, with how far")
    func ahead() throws {
        let now = 199 * Self.hour / 60 - 2 * Self.hour
        let findings = try Self.findings(now: now) { _, _, _ in }
        #expect(findings.map(\.what) == [
            "the newest event is 2 h 0 min ahead of this machine's clock"
        ])
        #expect(try Self.findings(now: now + 2 * Self.hour) { _, _, _ in } == [])
    }

    @Test("too few events prove nothing absent")
    func fewEvents() throws {
        #expect(try Self.findings(count: 10) { _, row, _ in row.ip = .none } == [])
    }

    @Test("a gateway's log is about the use of tokens, and lacks no refreshes")
    func gateway() throws {
        let found = Self.symptoms(try Self.findings("nginx") { _, row, _ in
            row.kind = .tokenValidated
            row.ipRole = .caller
        })
        #expect(found == [])
    }
}
