import ArgumentParser
import Foundation
import RuleBook

struct RulesNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Begin a rule: a file with a fresh id, tests, and comments on what to change.",
        discussion: """
            EXAMPLES
              grantrail rules new OWN-01
              grantrail rules new OWN-02 --from REF-01 --dir my-rules/
            """)

    @Argument(help: "The rule's name, which is also the file's.")
    var name: String

    @Option(help: "Begin with a copy of this rule, by name or id.")
    var from: String?

    @Option(help: "The directory of the file; made when it is missing.")
    var dir = "."

    @OptionGroup var options: RuleOptions

    func run() {
        Terminal.ignoreBrokenPipes()
        let text: String
        do throws(RuleTemplate.Refusal) {
            if let from {
                let rule = options.loadAll().named(from)
                text = try RuleTemplate.text(name: name, from: rule)
            } else {
                text = try RuleTemplate.text(name: name)
            }
        } catch {
            Terminal.fail(error.message, status: 64)
        }
        let path = (dir.hasSuffix("/") ? dir : dir + "/") + name + ".yml"
        do {
            try FileManager.default.createDirectory(
                atPath: dir, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
        } catch {
            Terminal.fail("cannot write \(path): \(error.localizedDescription)", status: 74)
        }
        Terminal.write(path + "\n")
    }
}
