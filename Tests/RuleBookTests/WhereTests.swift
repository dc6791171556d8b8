import AuditModel
import Detection
import MarkedText
import RuleBook
import TestSupport
import Testing

@Suite("Expressions of --where")
struct WhereTests {
    private static func alert() -> Alert {
        let rule = Alert.Rule(id: "1", name: "REF-01", title: "Replayed", hash: "")
        var alert = Alert(id: .none, rule: rule, severity: .high, time: 0, precision: 0)
        alert.keys.client = "web-shop"
        alert.keys.grant = "g1"
        alert.count = 12
        alert.score = 350
        alert.attack = ["T1528", "T1550.001"]
        var attacker = Alert.Presenter()
        attacker.ip = "10.1.2.3"
        alert.attacker = attacker
        return alert
    }

    @Test(
        "Alerts are picked by their members",
        arguments: [
            ("severity>=medium", true), ("severity>high", false), ("severity<=high", true),
            ("severity<info", false), ("severity|gte=critical", false), ("severity=HIGH", true),
            ("severity=low,high", true), ("severity!=high", false), ("rule=ref-01", true),
            ("rule=REF-*", true), ("rule=LEAK-*", false), ("client|startswith=web", true),
            ("client = \"web-shop\" and grant='g1'", true), ("subject=anna", false),
            ("not subject=anna", true), ("subject|exists=false", true),
            ("attacker.ip|cidr=10.0.0.0/8", true), ("not attacker.ip|cidr=10.0.0.0/8", false),
            ("count>=12", true), ("count>12", false), ("score=3.5", true), ("attack=T1528", true),
            ("state=historic or client|contains=shop", true),
            ("(state=historic or count>1) and client=app", false),
            ("NOT (client=app) AND rule|re='^REF-\\d+$'", true),
            ("subject=anna and subject=x or count=12", true),
        ])
    func alerts(_ text: String, _ isMeant: Bool) throws {
        #expect(try WhereExpression.alerts(text).matches(Self.alert()) == isMeant)
    }

    @Test("What is wrong with an expression stands under a caret")
    func faults() throws {
        let cases: [(text: String, column: Int, code: String, said: String)] = [
            ("", 1, "rule.condition", "ends too early"),
            ("client", 1, "rule.condition", "compared with nothing"),
            ("client=", 7, "rule.condition", "a value must follow"),
            ("client=a and", 12, "rule.condition", "ends too early"),
            ("client=a b=c", 10, "rule.condition", "not expected"),
            ("(client=a", 1, "rule.condition", "not closed"),
            ("client='a", 8, "rule.condition", "not closed"),
            ("clinet=a", 1, "rule.unknown_field", "did you mean 'client'?"),
            ("count=1 and clinet|re=a", 13, "rule.unknown_field", "'client'"),
            ("client|startwith=a", 8, "rule.unknown_modifier", "'startswith'"),
            ("severity>=hgih", 11, "rule.unknown_value", "'high'"),
            ("state>=confirmed", 1, "rule.modifier_misuse", "no such order"),
            ("client|cidr=300", 13, "rule.wrong_type", "300"),
            ("count>many", 7, "rule.wrong_type", "many"),
            ("=a", 1, "rule.condition", "a field must stand here"),
            ("client==a", 1, "rule.condition", "compared with nothing"),
        ]
        for (text, column, code, said) in cases {
            do throws(WhereExpression.Fault) {
                _ = try WhereExpression.alerts(text)
                Issue.record("'\(text)' was read")
            } catch {
                let first = try #require(error.diagnostics.first)
                #expect(first.column == column, "\(first.text)")
                #expect(first.code.rawValue == code && first.text.contains(said), "\(first.text)")
                #expect(first.text.hasPrefix("--where:1:\(column): error: "))
            }
        }
    }

    @Test("Events are picked as a rule would pick them")
    func events() throws {
        let batch = SigmaFixture.batch([
            .init(
                columns: [.client: "Web-Shop", .subject: "anna"], ip: "10.1.2.3",
                payload: "{\"details\":{\"a\":7}}")
        ])
        let cases = [
            ("kind=authn.failed", true), ("kind=authn.succeeded,authn.failed", true),
            ("kind!=authn.failed", false), ("client|startswith=web", true),
            ("client|startswith|cased=web", false), ("client=web*", true),
            ("ip|cidr=10.0.0.0/8 and not subject=bert", true), ("session|exists=true", false),
            ("ip|cidr=10.0.0.0/8 and not subject=anna", false), ("payload.details.a>=7", true),
            ("payload.details.a > 7 or time|year=1970", true), ("fact=refresh.replayed", false),
            ("not fact=refresh.replayed", true),
        ]
        for (text, isMeant) in cases {
            var filter = try WhereExpression.events(text)
            #expect(filter.matches(batch, row: 0, pool: batch.pool) == isMeant, "\(text)")
        }
        #expect(throws: WhereExpression.Fault.self) { try WhereExpression.events("knid=x") }
        #expect(throws: WhereExpression.Fault.self) { try WhereExpression.events("kind=nothing") }
        #expect(throws: WhereExpression.Fault.self) { try WhereExpression.events("time=5") }
    }

    @Test("Spoiled expressions end in a filter or a diagnostic")
    func spoiled() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let whole = "kind=refresh.rejected and (client|startswith=web or not ip|cidr='10.0.0.0/8')"
        let alphabet = Array("()=!<>|,'\" \\*?anortx1.".utf8)
        for _ in 0..<2_000 {
            var bytes = Array(whole.utf8)
            for _ in 0...random.below(6) {
                let place = random.below(bytes.count)
                bytes[place] = alphabet[random.below(alphabet.count)]
            }
            do throws(WhereExpression.Fault) {
                _ = try WhereExpression.events(String(decoding: bytes, as: UTF8.self))
            } catch {
                #expect(error.diagnostics.first?.isError == true, "seed \(seed)")
            }
        }
        let deep = String(repeating: "(", count: 10_000) + String(repeating: "not ", count: 10_000)
        #expect(throws: WhereExpression.Fault.self) { try WhereExpression.alerts(deep) }
    }
}
