import ArgumentParser
import Foundation
import RuleBook

/// For Scripts/generate-rule-docs.
struct RulesDocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs",
        abstract: "Write Rules/README.md and the generated parts of docs/RULES.md.",
        shouldDisplay: false)

    @Option(help: "The root of the source tree.")
    var root = "."

    @Flag(help: "Only compare; status 1 if a document is out of date.")
    var check = false

    func run() {
        let reference = root + "/docs/RULES.md"
        guard let text = try? String(contentsOfFile: reference, encoding: .utf8) else {
            Terminal.fail("cannot read \(reference)", status: 66)
        }
        let documents = [
            (path: reference, text: RuleDocs.updated(text)),
            (path: root + "/Rules/README.md", text: RuleDocs.readme(RuleBook.pack())),
        ]
        var stale = false
        for document in documents {
            let old = try? String(contentsOfFile: document.path, encoding: .utf8)
            if old == document.text { continue }
            stale = true
            if check {
                Terminal.note("\(document.path) is out of date; run Scripts/generate-rule-docs")
                continue
            }
            do {
                try document.text.write(toFile: document.path, atomically: true, encoding: .utf8)
            } catch {
                Terminal.fail("cannot write \(document.path)", status: 74)
            }
        }
        if check, stale { Foundation.exit(1) }
    }
}
