import Detection
import Foundation
import RuleBook
import Testing

@Suite("The pack")
struct PackTests {
    @Test("The pack loads without a word")
    func loads() {
        let pack = RuleBook.pack()
        #expect(pack.diagnostics.map(\.text) == [])
        #expect(pack.rules.map(\.rule.name) == ["REF-01", "REF-02", "REF-03", "REF-05"])
        #expect(pack.active.count == 4)
    }

    @Test("Every test of the pack passes")
    func testsPass() {
        for result in RuleTests.run(RuleBook.pack()) {
            #expect(result.failures == [], "\(result.rule): \(result.test) (line \(result.line))")
        }
    }
}
