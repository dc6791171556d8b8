public import AuditModel
internal import WireFormat

/// Events in Grantrail's own JSON (docs/EVENTS.md), as `tail events` prints them or as a person
/// writes them by hand. Not a server's dialect: it is never found by content alone.
public struct CanonicalFormat: LogFormat {
    static let dialect = "canonical"

    public init() {}

    public var name: String { Self.dialect }

    /// See ``LogFormat``: a JSON object, or an array of them, that names a `kind`, a `time` and no
    /// `type`.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        var document = JSONDocument()
        guard (try? document.read(record)) != nil else { return false }
        let root = document[0].kind == .array && document.count > 1 ? 1 : 0
        guard document[root].kind == .object else { return false }
        let members = JSONMembers(document, root)
        return members["kind"] != nil && members["time"] != nil && members["type"] == nil
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        var tally = DecodeTally()
        var document = JSONDocument()
        records.bytes.withUnsafeBytes { bytes in
            for (index, record) in records.records.enumerated() {
                let end = record.offset &+ record.count
                guard record.offset >= 0, record.count >= 0,
                    end <= bytes.count - RecordBatch.tailPadding
                else { continue }
                let content = UnsafeRawBufferPointer(rebasing: bytes[record.offset..<end])
                do throws(JSONError) {
                    try document.read(content)
                } catch {
                    issues.append(
                        DecodeIssue(
                            code: error.code, record: index, detail: "at byte \(error.offset)"))
                    tally.failed += 1
                    continue
                }
                for root in Self.objects(document) {
                    var reader = CanonicalEvent(records, index, place: root)
                    if reader.read(document, root, into: &batch) {
                        tally.events += 1
                    } else {
                        tally.failed += 1
                    }
                    issues += reader.issues
                }
            }
        }
        return tally
    }

    private static func objects(_ document: borrowing JSONDocument) -> [Int] {
        if document[0].kind != .array { return [0] }
        var roots: [Int] = []
        var index = 1
        while index < document.count {
            roots.append(index)
            index = Int(document[index].next)
        }
        return roots
    }
}

/// The members of one JSON object, read into texts.
struct JSONMembers {
    enum Value {
        case text(String)
        case texts([String])
        case object(JSONMembers)
        case objects([JSONMembers])
    }

    private var members: [(key: String, value: Value)] = []

    /// Nesting below which nothing is read.
    private static let deepest = 4

    init(_ document: borrowing JSONDocument, _ root: Int, depth: Int = 0) {
        let end = Int(document[root].next)
        var index = root + 1
        while index < end {
            let node = document[index]
            let key = String(decoding: document.key(node), as: UTF8.self)
            if let value = Self.value(document, index, depth) { members.append((key, value)) }
            index = Int(node.next)
        }
    }

    subscript(name: String) -> Value? { members.first { $0.key == name }?.value }

    var names: [String] { members.map(\.key) }

    /// A text, number or truth as written; nil for anything else.
    func text(_ name: String) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }

    /// A list of texts, or one.
    func texts(_ name: String) -> [String] {
        switch self[name] {
        case .text(let text): [text]
        case .texts(let texts): texts
        default: []
        }
    }

    private static func value(
        _ document: borrowing JSONDocument, _ index: Int, _ depth: Int
    ) -> Value? {
        let node = document[index]
        switch node.kind {
        case .null: return nil
        case .string, .number, .bool:
            return .text(String(decoding: document.value(node), as: UTF8.self))
        case .object:
            return depth < deepest ? .object(JSONMembers(document, index, depth: depth + 1)) : nil
        case .array: return depth < deepest ? list(document, index, depth) : nil
        }
    }

    private static func list(
        _ document: borrowing JSONDocument, _ root: Int, _ depth: Int
    ) -> Value {
        var texts: [String] = []
        var objects: [JSONMembers] = []
        let end = Int(document[root].next)
        var index = root + 1
        while index < end {
            switch value(document, index, depth) {
            case .text(let text): texts.append(text)
            case .object(let object): objects.append(object)
            default: break
            }
            index = Int(document[index].next)
        }
        return objects.isEmpty ? .texts(texts) : .objects(objects)
    }
}
