import Foundation
import Testing

@Suite("tail --where")
struct WhereTests {
    @Test("Events and alerts are picked, and a mistake has a caret and status 64")
    func expressions() throws {
        let sandbox = try Sandbox()
        var story = StoryTests.life(refreshes: 4)
        story.refused(55 * StoryTests.minute, StoryTests.stranger, "g2")
        try sandbox.write("story.log", lines: story.lines(.json))
        func tail(_ what: String, _ expression: String) throws -> [[String: Any]] {
            try sandbox.run("tail", what, "story.log", "--where", expression).expecting().objects()
        }
        let all = try sandbox.run("tail", "events", "story.log").expecting().objects()
        let refreshed = try tail("events", "kind=refresh.succeeded")
        let others = try tail("events", "not kind=refresh.succeeded")
        #expect(!refreshed.isEmpty && !others.isEmpty)
        #expect(refreshed.count + others.count == all.count)
        #expect(try tail("events", "fact=refresh.replayed").count == 1)
        let stranger = "ip|cidr=\(StoryTests.stranger)/24"
        #expect(try tail("events", stranger).count == 1)
        #expect(try tail("alerts", "severity>=high and rule=REF-01").count == 1)
        #expect(try tail("alerts", "severity<high").isEmpty)
        for what in ["events", "alerts"] {
            let wrong = try sandbox.run("tail", what, "story.log", "--where", "clinet=a")
            #expect(wrong.status == 64 && wrong.output.isEmpty)
            #expect(wrong.errorText.contains("\n    clinet=a\n    ^~~~~~\n"))
            #expect(wrong.errorText.contains("did you mean 'client'?"))
        }
    }
}
