internal import AuditModel
internal import WireFormat

/// The values of one event's payload by dotted path.
struct PayloadMembers: Sendable {
    private struct Member: Sendable {
        /// ASCII letters folded; arrays leave no trace.
        let path: String
        let text: String
    }

    private var members: [Member] = []

    /// The deepest nesting that is entered; deeper values are not seen.
    private static let deepest = 16
    private static let longest = 1 << 20

    /// Without members.
    static let empty = PayloadMembers()

    private init() {}

    init(_ batch: EventBatch, _ row: Int) {
        batch.withPayload(row) { bytes in
            if !bytes.isEmpty, bytes.count <= Self.longest { read(bytes) }
        }
    }

    /// All values at a path or below it, in the order of the payload.
    func values(_ path: String) -> [String] {
        members.filter { member in
            member.path.hasPrefix(path)
                && (member.path.utf8.count == path.utf8.count
                    || member.path.utf8.dropFirst(path.utf8.count).first == 0x2E)
        }.map(\.text)
    }

    var texts: [String] { members.map(\.text) }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) {
        // The reader loads whole words past the end.
        let padded = Array(bytes) + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        padded.withUnsafeBytes { all in
            var document = JSONDocument()
            let text = UnsafeRawBufferPointer(rebasing: all[..<bytes.count])
            guard (try? document.read(text)) != nil else { return }
            var names: [String] = []
            for index in 0..<document.count { add(document[index], document, &names) }
        }
    }

    private mutating func add(
        _ node: JSONNode, _ document: borrowing JSONDocument, _ names: inout [String]
    ) {
        let depth = Int(node.depth)
        guard depth <= Self.deepest else { return }
        while names.count >= depth, !names.isEmpty { names.removeLast() }
        let key = String(decoding: document.key(node), as: UTF8.self).asciiLowercased
        while names.count < depth - 1 { names.append("") }
        if depth > 0 { names.append(key) }
        switch node.kind {
        case .string, .number, .bool:
            members.append(
                Member(
                    path: names.filter { !$0.isEmpty }.joined(separator: "."),
                    text: String(decoding: document.value(node), as: UTF8.self)))
        case .null, .array, .object: break
        }
    }
}

extension String {
    /// With ASCII capitals folded; every other character as it is.
    var asciiLowercased: String {
        String(
            decoding: utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
