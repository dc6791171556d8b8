/// Where something stands in a text file: line and column from 1, length in Unicode scalars.
public struct Place: Sendable, Equatable {
    public var line: Int
    public var column: Int
    public var length: Int

    public init(line: Int, column: Int, length: Int) {
        self.line = line
        self.column = column
        self.length = length
    }

    /// The file as a whole, which has no line.
    public static let whole = Place(line: 0, column: 0, length: 1)
}

/// A YAML value with its place. Scalars are text: what type they have is for the reader to say.
public struct YAMLNode: Sendable {
    /// The value itself.
    public enum Content: Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A value that is neither a list nor a mapping.
    public struct Scalar: Sendable {
        public var text: String
        /// Written without quotes and not as a block.
        public var isPlain: Bool
        /// Written with quotes.
        public var isQuoted: Bool
        /// Written as a block after `|` or `>`.
        public var isBlock: Bool

        public init(text: String, isPlain: Bool, isQuoted: Bool, isBlock: Bool) {
            self.text = text
            self.isPlain = isPlain
            self.isQuoted = isQuoted
            self.isBlock = isBlock
        }

        /// YAML's null: `null`, `~` or nothing at all, without quotes.
        public var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    /// A key of a mapping with its value.
    public struct Entry: Sendable {
        public var key: YAMLNode
        public var value: YAMLNode

        public init(key: YAMLNode, value: YAMLNode) {
            self.key = key
            self.value = value
        }
    }

    public var content: Content
    public var place: Place

    public init(content: Content, place: Place) {
        self.content = content
        self.place = place
    }

    /// The node if it is a scalar.
    public var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The text of a scalar.
    public var text: String? { scalar?.text }

    /// The entries of a list.
    public var items: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries of a mapping, in the order written.
    public var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// What this is, for messages.
    public var typeName: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "'\(scalar.text.prefix(40))'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The value of a key of a mapping.
    public subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key.text == key }?.value
    }

    /// The place `offset` scalars into a scalar's text, where the text stands on one line.
    public func place(at offset: Int, length: Int) -> Place {
        guard let scalar, !scalar.isBlock, !scalar.text.contains("\n") else { return place }
        let start = place.column + (scalar.isQuoted ? 1 : 0) + offset
        return Place(line: place.line, column: start, length: max(1, length))
    }
}
