import AuditModel
import Detection
import RuleBook
import Testing

@Suite("Coverage")
struct CoverageTests {
    /// Events of one Keycloak realm: refreshes refused, and some that went well.
    private static func survey(
        refused: Int, succeeded: Int, dialect: String = "keycloak", asn: UInt32 = 0
    ) -> SourceSurvey {
        var batch = EventBatch(capacity: refused + succeeded)
        var row = EventRow()
        row.dialect = batch.pool.code(of: dialect)
        row.issuer = batch.pool.code(of: "realm")
        row.client = batch.pool.code(of: "web")
        row.session = ID128(high: 1, low: 1)
        row.presented = ID128(high: 2, low: 2)
        row.ip = IPAddress("192.0.2.1") ?? .none
        row.asn = asn
        for index in 0..<(refused + succeeded) {
            row.time = Int64(index)
            row.kind = index < refused ? .refreshRejected : .refreshSucceeded
            row.outcome = index < refused ? .failure : .success
            row.issuedRefresh = index < refused ? .none : ID128(high: 3, low: UInt64(index))
            batch.append(row)
        }
        var survey = SourceSurvey(RuleBook.pack())
        for row in 0..<batch.count { survey.take(batch, row: row, pool: batch.pool) }
        return survey
    }

    private func entry(_ rule: String, _ survey: SourceSurvey) throws -> Coverage.Entry {
        let coverage = Coverage(RuleBook.pack(), survey)
        return try #require(coverage.entries.first { $0.rule == rule })
    }

    @Test("Only errors: replays are seen as far as the server names them, forks not at all")
    func errorsOnly() throws {
        let survey = Self.survey(refused: 50, succeeded: 0)
        #expect(survey.sources.map(\.visibility) == [.l1])
        let replay = try entry("REF-01", survey)
        #expect(replay.state == .degraded)
        #expect(replay.why.contains { $0.contains("no success event among 50 events") })
        #expect(replay.cures.contains { $0.contains("DEBUG by default") })
        #expect(try entry("REF-05", survey).state == .blind)
    }

    @Test("With successes the rules see; what improves them is named")
    func successes() throws {
        let survey = Self.survey(refused: 1, succeeded: 50)
        #expect(survey.sources.map(\.visibility) == [.l3])
        let replay = try entry("REF-01", survey)
        #expect(replay.state == .degraded && !replay.cures.contains { $0.contains("DEBUG") })
        #expect(replay.why.contains("no asn in 51 events"))
        #expect(try entry("REF-03", survey).state == .active)
    }

    @Test("Too few events prove nothing absent")
    func fewEvents() throws {
        let few = try entry("REF-05", Self.survey(refused: 3, succeeded: 0))
        #expect(few.state == .active && few.isWaiting && few.why.isEmpty)
    }

    @Test("Fields of a large source are looked at in some events, kinds in all")
    func sampling() {
        let extra = SourceSurvey.stride * 3
        let survey = Self.survey(refused: 0, succeeded: SourceSurvey.fullEvents + extra)
        #expect(survey.sources.map(\.events) == [SourceSurvey.fullEvents + extra])
        #expect(survey.sources.map(\.sampled) == [SourceSurvey.fullEvents + 3])
    }

    @Test("A rule about another server is left out")
    func otherSource() {
        var loaded = RuleBook.pack()
        guard var own = loaded.rules.first else { return }
        let isOkta = Predicate(
            field: .event(.dialect), matchers: [.text(TextPattern("okta"))])
        own.rule.selections.append(
            Rule.Selection(name: "source", alternatives: [[isOkta]]))
        own.rule.condition = .all([
            own.rule.condition, .selection(own.rule.selections.count - 1),
        ])
        loaded.rules = [own]
        #expect(Coverage(loaded, Self.survey(refused: 1, succeeded: 50)).entries.isEmpty)
        let okta = Self.survey(refused: 1, succeeded: 50, dialect: "okta")
        #expect(Coverage(loaded, okta).entries.count == 1)
    }

    @Test("A technique is as well covered as by its best rule")
    func techniques() throws {
        let coverage = Coverage(RuleBook.pack(), Self.survey(refused: 50, succeeded: 0))
        let best = try #require(coverage.techniques.first { $0.id == "T1528" })
        #expect(best.state == .active)
        #expect(coverage.navigatorLayer.contains("\"layer\":\"4.5\""))
        #expect(coverage.navigatorLayer.contains("\"techniqueID\":\"T1528\",\"score\":100"))
    }
}
