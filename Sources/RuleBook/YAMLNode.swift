/// Where something stands in a rule file: line and column from 1, length in Unicode scalars.
struct Place: Sendable, Equatable {
    var line: Int
    var column: Int
    var length: Int

    static let whole = Place(line: 0, column: 0, length: 1)
}

/// A YAML value with its place. Scalars are text: what type they have is for the reader to say.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    struct Scalar: Sendable {
        var text: String
        /// Written without quotes and not as a block.
        var isPlain: Bool
        /// Written with quotes.
        var isQuoted: Bool
        /// Written as a block after `|` or `>`.
        var isBlock: Bool

        /// YAML's null: `null`, `~` or nothing at all, without quotes.
        var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    struct Entry: Sendable {
        var key: YAMLNode
        var value: YAMLNode
    }

    var content: Content
    var place: Place

    var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    var text: String? { scalar?.text }

    var items: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// What this is, for messages.
    var typeName: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "'\(scalar.text.prefix(40))'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value of a key of a mapping.
    subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key.text == key }?.value
    }

    /// The place `offset` scalars into a scalar's text, where the text stands on one line.
    func place(at offset: Int, length: Int) -> Place {
        guard let scalar, !scalar.isBlock, !scalar.text.contains("\n") else { return place }
        let start = place.column + (scalar.isQuoted ? 1 : 0) + offset
        return Place(line: place.line, column: start, length: max(1, length))
    }
}
