import Foundation
import Testing

@Suite("What is public is explained")
struct DocumentationTests {
    /// Members whose type or name says all there is to say.
    static let selfExplaining = [
        "init(", "init?(", "func ==", "func <", "func hash(", "var description", "var message",
        "var name", "static let names", "static let all", "static var allValueStrings",
    ]

    /// Whether a line declares something public that wants a comment.
    static func wantsComment(_ line: String) -> Bool {
        var text = line.drop { $0 == " " }
        let indent = line.count - text.count
        while text.hasPrefix("@"), let blank = text.firstIndex(of: " ") {
            text = text[text.index(after: blank)...]
        }
        guard text.hasPrefix("public "), !text.hasPrefix("public import ") else { return false }
        text = text.dropFirst("public ".count)
        for word in ["static func ", "mutating func ", "static var ", "nonmutating func "]
        where text.hasPrefix(word) && selfExplaining.contains(where: { text.contains($0) }) {
            return false
        }
        if selfExplaining.contains(where: { text.hasPrefix($0) }) { return false }
        // Inside a documented type a stored member, and one whose whole body stands on its line,
        // may speak for themselves.
        let stored = ["var ", "let ", "private(set) var ", "internal(set) var ", "static let "]
        if indent > 0, text.hasSuffix("}") { return false }
        if indent > 0, stored.contains(where: { text.hasPrefix($0) }), !text.hasSuffix("{") {
            return false
        }
        return true
    }

    /// Whether the line above, past attributes, ends a comment.
    static func hasComment(_ lines: [String], above number: Int) -> Bool {
        var place = number - 1
        while place >= 0 {
            let text = lines[place].drop { $0 == " " }
            if text.hasPrefix("@") {
                place -= 1
                continue
            }
            return text.hasPrefix("///")
        }
        return false
    }

    @Test("Every public declaration has a comment above it")
    func comments() throws {
        var missing: [String] = []
        for file in try Repository.files(below: "Sources", ".swift") {
            for (number, line) in file.lines.enumerated()
            where Self.wantsComment(line) && !Self.hasComment(file.lines, above: number) {
                missing.append("\(file.path):\(number + 1): \(line.drop { $0 == " " })")
            }
        }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    @Test("docs/ERRORS.md explains every stable code")
    func errorCodes() throws {
        let text = try Repository.file("docs/ERRORS.md").text
        var codes: [String] = []
        for file in try Repository.files(below: "Sources", ".swift") {
            for line in file.lines {
                let words = line.split(separator: " ")
                guard line.contains("case "), let quoted = words.last,
                    quoted.hasPrefix("\""), quoted.hasSuffix("\"")
                else { continue }
                let code = quoted.dropFirst().dropLast()
                let families = [
                    "record.", "json.", "text.", "dialect.", "field.", "time.", "store.", "rule.",
                    "input.", "places.", "networks.", "config.", "kafka.", "file.", "hook.",
                    "sink.", "http.", "control.", "map.",
                ]
                if families.contains(where: { code.hasPrefix($0) }) { codes.append(String(code)) }
            }
        }
        #expect(codes.count > 40)
        for code in codes {
            #expect(text.contains("`\(code)`"), "docs/ERRORS.md does not explain \(code)")
        }
    }

    @Test("docs/ERRORS.md names no code that does not exist")
    func noStaleCodes() throws {
        let sources = try Repository.files(below: "Sources", ".swift").map(\.text).joined()
        for line in try Repository.file("docs/ERRORS.md").lines where line.hasPrefix("| `") {
            let code = line.dropFirst(3).prefix { $0 != "`" }
            #expect(sources.contains("\"\(code)\""), "\(code)")
        }
    }

    @Test("Links between the documents lead somewhere")
    func links() throws {
        var files = try Repository.files(below: "docs", ".md") + [Repository.file("README.md")]
        files += try Repository.files(below: "Rules", ".md")
        for file in files {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            for piece in file.text.components(separatedBy: "](").dropFirst() {
                let target = piece.prefix { $0 != ")" && $0 != "#" }
                if target.isEmpty || target.contains("://") { continue }
                let path = folder.isEmpty ? String(target) : folder + "/" + target
                #expect(Repository.exists(path), "\(file.path) links to \(target)")
            }
        }
    }
}
