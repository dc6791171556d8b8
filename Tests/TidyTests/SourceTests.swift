import Foundation
import Testing

/// Rules of the house that a reader could check, and does not have to.
@Suite("Sources are tidy")
struct SourceTests {
    /// Files that were longer than they should be when this test was written; none may join them
    /// and none may grow.
    static let longFiles: [String: Int] = [:]

    @Test("Nothing that ends the process on bad input")
    func noTraps() throws {
        // Put together, so that this file does not find itself.
        let banned = ["try" + "!", "as" + "!", "fatal" + "Error(", "precondition" + "Failure("]
        for file in try Repository.swift(below: "Sources") {
            for (number, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1): \(word)")
                }
            }
        }
    }

    @Test("Files stay short")
    func shortFiles() throws {
        for folder in ["Sources", "Tests"] {
            for file in try Repository.swift(below: folder) {
                let limit = Self.longFiles[file.path] ?? 400
                #expect(file.lines.count <= limit + 1, "\(file.path)")
            }
        }
    }

    @Test("Lines fit in a hundred columns")
    func shortLines() throws {
        for folder in ["Sources", "Tests"] {
            for file in try Repository.swift(below: folder) {
                for (number, line) in file.lines.enumerated() where line.count > 100 {
                    Issue.record("\(file.path):\(number + 1): \(line.count) columns")
                }
            }
        }
    }

    @Test("No tabs, no blanks at line ends, no notes to self")
    func noLeftovers() throws {
        let notes = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        for folder in ["Sources", "Tests"] {
            for file in try Repository.swift(below: folder) {
                for (number, line) in file.lines.enumerated() {
                    let place = "\(file.path):\(number + 1)"
                    #expect(!line.hasSuffix(" ") && !line.contains("\t"), "\(place)")
                    #expect(!notes.contains { line.contains($0) }, "\(place)")
                }
            }
        }
    }

    @Test("Nothing names a machine or a person's directories")
    func noMachinePaths() throws {
        let places = ["/work" + "/", "/ho" + "me/", "/ro" + "ot/", "/Use" + "rs/"]
        for file in try Repository.everything() {
            for (number, line) in file.lines.enumerated() {
                for place in places where line.contains(place) {
                    Issue.record("\(file.path):\(number + 1): \(place)")
                }
            }
        }
    }

    @Test("Rule files fit in a hundred and thirty columns")
    func shortRuleLines() throws {
        let rules = try Repository.files(below: "Rules", ".yml")
        #expect(rules.count >= 25)
        for file in rules {
            for (number, line) in file.lines.enumerated() where line.count > 130 {
                Issue.record("\(file.path):\(number + 1): \(line.count) columns")
            }
        }
    }
}
