internal import AuditModel
internal import WireFormat

/// What one server's access log has that the others' have not.
protocol AccessServer {
    /// What `--dialect` and the `dialect` of events call it.
    static var name: String { get }
    static var tree: FieldTree { get }
    /// What an object lacks that is no event, as issues name it.
    static var requirement: String { get }

    /// Whether an object is the record of a request.
    static func isRecord(_ fields: borrowing JSONFields) -> Bool

    /// What became of the token of a request; nil where there was none.
    static func verdict(_ fields: borrowing JSONFields) -> AccessVerdict?

    /// See ``JSONDialect/rewrite(_:into:)``.
    static func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting
}

extension AccessServer {
    static func isRecord(_ fields: borrowing JSONFields) -> Bool {
        fields.node(AccessField.status) != nil
    }

    static func verdict(_ fields: borrowing JSONFields) -> AccessVerdict? {
        AccessVerdict.ofRequest(fields)
    }

    static func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting { LogFraming.unwrap(content, into: &text) }
}

/// Frames that shippers put around a server's JSON: syslog's, a container's, a prefix of Compose.
enum LogFraming {
    /// The longest frame.
    private static let longest = 256

    /// The JSON object that a line ends with; the line itself if it is JSON; nil if there is none.
    static func object(in line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        if JSONFraming.isJSON(line) { return line }
        guard let start = line.prefix(longest).firstIndex(of: 0x7B),
            let end = line.lastIndex(where: { $0 > 0x20 }), line[end] == 0x7D, start > 0,
            line[start - 1] == 0x20
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: line[start...end])
    }

    /// Takes such a frame off.
    static func unwrap(
        _ line: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        guard !JSONFraming.isJSON(line), let object = object(in: line) else { return .none }
        text.append(object)
        return .object
    }

    /// Whether a line holds JSON with all of these names, and at least `count` of the others.
    static func mentions(
        _ line: UnsafeRawBufferPointer, _ names: [StaticString], atLeast count: Int,
        of others: [StaticString]
    ) -> Bool {
        guard let object = object(in: line),
            names.allSatisfy({ ByteSearch.contains(object, $0) })
        else { return false }
        var found = 0
        for name in others where found < count && ByteSearch.contains(object, name) { found += 1 }
        return found >= count
    }
}

/// Texts by which servers say that there is nothing.
enum AbsentText {
    private static let words: [StaticString] = [
        "-", "null", "unknown", "undefined", "none", "nil", "<nil>", "(null)",
    ]

    static func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count < 10 && words.contains { ByteSearch.equals(text, $0) }
    }
}

extension JSONFields {
    /// The text of a field, or the first text of its list; nil where it says that there is none.
    func known(_ field: AccessField) -> UnsafeRawBufferPointer? {
        guard let index = node(field) else { return nil }
        let isList = document[index].kind == .array && Int(document[index].next) > index + 1
        guard let text = text(at: isList ? index + 1 : index), !AbsentText.matches(text) else {
            return nil
        }
        return text
    }

    /// Leaves out of the payload every field that says that there is nothing.
    mutating func dropAbsent() {
        for field in AccessField.all {
            guard let index = node(field), document[index].kind == .string else { continue }
            let text = document.value(document[index])
            if text.isEmpty || AbsentText.matches(text) { drop(field) }
        }
    }

    /// The same as a column's code.
    mutating func knownCode(_ field: AccessField, _ pool: inout StringPool) -> UInt32 {
        guard let text = known(field) else { return 0 }
        drop(field)
        return code(of: text, &pool)
    }

    /// The same as an id.
    mutating func knownID(_ field: AccessField, _ column: IDColumn) -> ID128 {
        guard let text = known(field) else { return .none }
        drop(field)
        return pack(text, column)
    }

    /// The same as a list of words.
    mutating func knownWords(_ field: AccessField, _ pool: inout StringPool) -> UInt32 {
        known(field) == nil ? 0 : wordsCode(field, &pool)
    }
}
