import AuditModel
import EventStore
import Testing
import WireFormat

@testable import Pipeline

/// Part of what is said, and what is wrong.
struct SilenceFault: Sendable {
    let part: String
    let make: @Sendable (inout SilenceRequest) -> Void

    init(_ part: String, _ make: @escaping @Sendable (inout SilenceRequest) -> Void) {
        (self.part, self.make) = (part, make)
    }

    static let all = [
        SilenceFault("without a condition") { $0.rule = nil },
        SilenceFault("1 to 200 bytes") { $0.client = "" },
        SilenceFault("1 to 200 bytes") { $0.subject = String(repeating: "a", count: 201) },
        SilenceFault("--reason") { $0.reason = "" },
        SilenceFault("--by") { $0.actor = String(repeating: "a", count: 1001) },
        SilenceFault("no severity") { $0.most = "worst" },
        SilenceFault("neither address nor prefix") { $0.attackers = ["web"] },
        SilenceFault("did you mean 10.0.0.0/8") { $0.attackers = ["10.0.0.1/8"] },
        SilenceFault("too many") { $0.attackers = Array(repeating: "10.0.0.0/8", count: 101) },
        SilenceFault("yet to come") { $0.duration = 0 },
        SilenceFault("yet to come") { $0.duration = -1 },
        SilenceFault("yet to come") { $0.duration = nil },
        SilenceFault("yet to come") { $0.until = 5 },
        SilenceFault("yet to come") { $0.end(at: .min) },
        SilenceFault("yet to come") { $0.duration = .max },
        SilenceFault("90 days at most") { $0.duration = SilenceRequest.longest + 1 },
        SilenceFault("90 days at most") { $0.end(at: .max) },
    ]
}

/// Whether a silence with some terms covers an alert of REF-01, high, web, 203.0.113.9.
struct SilenceTerms: Sendable {
    let isMet: Bool
    let make: @Sendable (inout Silence) -> Void

    init(_ isMet: Bool, _ make: @escaping @Sendable (inout Silence) -> Void) {
        (self.isMet, self.make) = (isMet, make)
    }

    static let all = [
        SilenceTerms(true) { _ in }, SilenceTerms(true) { $0.rule = "REF-0*" },
        SilenceTerms(false) { $0.rule = "REF-02" }, SilenceTerms(true) { $0.client = "w*b" },
        SilenceTerms(false) { $0.client = "WEB" }, SilenceTerms(false) { $0.client = "app" },
        SilenceTerms(true) { $0.subject = "*" }, SilenceTerms(false) { $0.subject = "anna" },
        SilenceTerms(false) { $0.tenant = "acme" }, SilenceTerms(false) { $0.most = .medium },
        SilenceTerms(true) {
            $0.attackers = ["10.0.0.0/8", "203.0.113.0/24"].compactMap { IPPrefix($0) }
        },
        SilenceTerms(false) { $0.attackers = ["10.0.0.0/8", "::/0"].compactMap { IPPrefix($0) } },
    ]
}

@Suite("What may be silenced")
struct SilenceRequestTests {
    private let scene: SilenceScene

    init() throws { scene = try SilenceScene() }

    private static func request(
        _ change: (inout SilenceRequest) -> Void = { _ in }
    ) -> SilenceRequest {
        var request = SilenceRequest(most: .high, actor: "anna", reason: "drill")
        request.rule = "REF-*"
        request.duration = SilenceScene.hour
        change(&request)
        return request
    }

    @Test("What is too much, too vague or too long is refused and says what to do",
        arguments: SilenceFault.all)
    func refused(fault: SilenceFault) throws {
        let answer = try scene.ask(Self.request(fault.make))
        #expect(answer.error?.contains(fault.part) == true, "\(answer.error ?? "not refused")")
        #expect(answer.id == nil)
        #expect(try scene.store.lastSilence() == 0 && scene.kinds().isEmpty)
    }

    @Test("What was asked for is kept, with who asked and whom the kernel saw")
    func kept() throws {
        let answer = try scene.ask(
            Self.request {
                $0.end(at: scene.hands.now + SilenceRequest.longest)
                $0.attackers = ["192.0.2.7", "2001:db8::/32"]
                $0.tenant = "a\"c\n"
            })
        #expect(answer.id == 1 && answer.changed && answer.end == "2027-04-15T08:00:00Z")
        let silence = try #require(try scene.store.silence(id: 1))
        #expect(silence.created == scene.hands.now && silence.most == .high)
        #expect(silence.attackers.map(\.text) == ["192.0.2.7/32", "2001:db8::/32"])
        #expect(silence.tenant == "a\"c\n" && silence.rule == "REF-*" && silence.client == nil)
        let body = try scene.store.controls(after: 0, limit: 1)[0].record.body
        #expect(
            body == #"{"silence":1,"rule":"REF-*","tenant":"a\"c\n","attackers":["192.0.2.7/32","#
                + #""2001:db8::/32"],"max_severity":"high","actor":"anna","reason":"drill","#
                + #""created":"2027-01-15T08:00:00Z","until":"2027-04-15T08:00:00Z","#
                + #""user":"ann","uid":1000}"#)
        var writer = JSONWriter()
        silence.append(to: &writer, at: silence.until)
        let text = String(decoding: writer.takeBytes(), as: UTF8.self)
        #expect(text.contains(#""status":"expired""#) && text.hasSuffix(#""held":0}"#))
    }

    @Test("There is an end to how many can be at once")
    func bounded() throws {
        for _ in 0..<SilenceRequest.mostActive {
            _ = try Self.request().perform(on: scene.store, at: scene.hands.now)
        }
        #expect(try scene.ask(Self.request()).error?.contains("1000 silences") == true)
        scene.hands.now += SilenceScene.hour
        #expect(try scene.ask(Self.request()).id == 1001)
    }

    @Test("What is none is not read as one", arguments: [
        "", "{}", "[]", "null", #"{"most":"high"}"#, #"{"id":"1","actor":"a"}"#,
        #"{"id":1.5,"actor":"a"}"#, #"{"id":99999999999999999999,"actor":"a"}"#,
        #"{"most":"high","actor":"a","reason":"r","attackers":"10.0.0.0/8"}"#,
    ])
    func nonsense(text: String) {
        #expect(SilenceRequest(text: text[...]) == nil)
        #expect(UnsilenceRequest(text: text[...]) == nil)
    }

    @Test("An alert is covered if it meets every condition", arguments: SilenceTerms.all)
    func covers(terms: SilenceTerms) {
        var silence = Silence(
            id: 1, most: .high, actor: "a", reason: "r", created: 0, until: 1)
        terms.make(&silence)
        var alert = SilenceScene.alert(1)
        alert.attacker = Alert.Presenter()
        alert.attacker?.ip = "203.0.113.9"
        #expect(silence.covers(alert) == terms.isMet)
        for ip in [nil, "no address"] where !silence.attackers.isEmpty {
            alert.attacker?.ip = ip
            #expect(!silence.covers(alert))
        }
        silence.client = "app"
        #expect(!silence.covers(alert), "one condition that is not met is enough")
    }
}

extension SilenceRequest {
    /// Asks for an end in place of a duration.
    fileprivate mutating func end(at time: Int64) {
        duration = nil
        until = time
    }
}
