import TestSupport
import Testing

@testable import Detection

@Suite("Text patterns")
struct TextPatternTests {
    private func pattern(_ text: String, isCased: Bool = false) -> TextPattern {
        var pieces: [TextPattern.Piece] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "*"): pieces.append(.anyRun)
            case UInt8(ascii: "?"): pieces.append(.anyByte)
            default:
                if case .literal(let literal) = pieces.last {
                    pieces[pieces.count - 1] = .literal(literal + [byte])
                } else {
                    pieces.append(.literal([byte]))
                }
            }
        }
        return TextPattern(pieces: pieces, isCased: isCased)
    }

    /// The plain recursive meaning, to hold the fast one against.
    private func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if first == UInt8(ascii: "*") {
            return matches(rest, text) || !text.isEmpty && matches(pattern, text.dropFirst())
        }
        guard let byte = text.first else { return false }
        return (first == UInt8(ascii: "?") || first == byte) && matches(rest, text.dropFirst())
    }

    @Test("the fast matcher agrees with the plain one", arguments: 0..<20)
    func agreement(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        func random(_ alphabet: String, _ length: Int) -> String {
            let letters = Array(alphabet)
            return String(
                (0..<length).map { _ in letters[Int(generator.next() % UInt64(letters.count))] })
        }
        for _ in 0..<500 {
            let glob = random("ab*?", Int(generator.next() % 7))
            let text = random("ab", Int(generator.next() % 8))
            #expect(
                pattern(glob, isCased: true).matches(text)
                    == matches(Array(glob.utf8)[...], Array(text.utf8)[...]),
                "seed \(seed): '\(glob)' on '\(text)'")
        }
    }

    @Test("case is folded unless the pattern is cased")
    func folding() {
        #expect(pattern("Keycloak*").matches("KEYCLOAK-26"))
        #expect(!pattern("Keycloak*", isCased: true).matches("KEYCLOAK-26"))
    }

    @Test("many wildcards on a long text end soon")
    func hostile() {
        let text = String(repeating: "a", count: 4000)
        #expect(!pattern("*a*a*a*a*a*a*b").matches(text))
    }
}
