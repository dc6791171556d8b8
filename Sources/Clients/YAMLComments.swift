/// What people wrote behind `#` in a file of clients, by what it stands beside or above, so that it
/// stands there again when the file is written anew.
struct YAMLComments: Sendable {
    /// What a line of the file says.
    enum Anchor: Hashable, Sendable {
        case section(String)
        /// A key of an entry that begins in a line of a section.
        case key(String, Int, String)
    }

    struct Lines: Sendable, Equatable {
        /// With their `#`, in order.
        var above: [String] = []
        var beside: String?
    }

    /// Above everything.
    private(set) var head: [String] = []
    /// Below everything.
    private(set) var foot: [String] = []
    private var lines: [Anchor: Lines] = [:]

    init() {}

    init(_ text: String, anchors: [Int: Anchor]) {
        var waiting: [String] = []
        var last: Anchor?
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in all.enumerated() {
            let anchor = anchors[index + 1]
            let comment = Self.comment(in: line)
            if let comment, comment.isAlone {
                waiting.append(comment.text)
                continue
            }
            if anchor == nil, comment == nil {
                // An empty line ends what stands above the whole file.
                if last == nil, line.allSatisfy(\.isWhitespace), !waiting.isEmpty {
                    head += waiting
                    waiting = []
                }
                continue
            }
            guard let place = anchor ?? last else { continue }
            if last == nil {
                head += waiting
                waiting = []
            }
            lines[place, default: Lines()].above += waiting
            waiting = []
            if let comment { lines[place, default: Lines()].add(beside: comment.text) }
            last = place
        }
        foot = waiting
    }

    /// What stands at a place.
    func at(_ anchor: Anchor) -> Lines { lines[anchor] ?? Lines() }

    /// Whether something stands beside or above the networks of an entry.
    func hasNetworkNotes(_ section: String, _ line: Int, _ count: Int) -> Bool {
        (0..<count).contains { lines[.key(section, line, "egress \($0)")] != nil }
    }

    /// The comment of one line: `#` at its start or after a space, outside of quotes.
    private static func comment(in line: Substring) -> (text: String, isAlone: Bool)? {
        var quote: Character?
        var before: Character = " "
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open, !(open == "\"" && before == "\\") { quote = nil }
            } else if character == "#", before.isWhitespace {
                let rest = line[index...]
                let text = String(rest.last == "\r" ? rest.dropLast() : rest)
                return (text, line[..<index].allSatisfy(\.isWhitespace))
            } else if character == "\"" || character == "'", isValueStart(before) {
                quote = character
            }
            before = character
        }
        return nil
    }

    private static func isValueStart(_ before: Character) -> Bool {
        before.isWhitespace || before == "[" || before == "," || before == "{"
    }
}

extension YAMLComments.Lines {
    /// A second one, from a line that nothing else tells apart, goes above.
    fileprivate mutating func add(beside text: String) {
        if beside == nil { beside = text } else { above.append(text) }
    }
}
