internal import WireFormat

/// Puts the JSON that some texts of a record hold in their place, so that paths go on inside: what
/// container runtimes, log shippers and buses wrap in a text.
struct TextOpener: ~Copyable {
    private let paths: [[String]]
    private var buffer = ByteBuffer(capacity: 0)

    /// - Parameter paths: names from the record inwards, or from each element of an array of them.
    init(_ paths: [[String]]) { self.paths = paths }

    /// The record with such texts opened; nil when it has none. Valid until the next call.
    mutating func open(
        _ content: UnsafeRawBufferPointer, _ document: borrowing JSONDocument
    ) -> UnsafeRawBufferPointer? {
        if paths.isEmpty { return nil }
        var found: [Int] = []
        if document[0].kind == .array {
            var child = 1
            while child < Int(document[0].next) {
                find(document, child, &found)
                child = Int(document[child].next)
            }
        } else {
            find(document, 0, &found)
        }
        buffer.truncate(to: 0)
        var copied = 0
        for node in found.sorted() {
            guard let range = Self.text(document, node, in: content), range.lowerBound >= copied
            else { continue }
            buffer.append(UnsafeRawBufferPointer(rebasing: content[copied..<range.lowerBound]))
            buffer.append(document.value(document[node]))
            copied = range.upperBound
        }
        if copied == 0 { return nil }
        buffer.append(UnsafeRawBufferPointer(rebasing: content[copied...]))
        return buffer.bytes
    }

    private func find(_ document: borrowing JSONDocument, _ root: Int, _ found: inout [Int]) {
        for path in paths {
            guard let node = JSONWalk.node(document, root, path),
                document[node].kind == .string,
                JSONFraming.isJSON(document.value(document[node]))
            else { continue }
            found.append(node)
        }
    }

    /// Where the text of a member stands in the record, quotes included. Escapes in it are those
    /// of the record, which the document has undone.
    private static func text(
        _ document: borrowing JSONDocument, _ node: Int, in content: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        let key = document.key(document[node])
        guard let start = key.baseAddress, let base = content.baseAddress, start >= base,
            start + key.count < base + content.count
        else { return nil }
        // Behind the key come its quote, a colon and the value, with white space between.
        var open = start - base + key.count + 1
        while open < content.count, content[open] != 0x22 { open += 1 }
        var close = open + 1
        while close < content.count, content[close] != 0x22 {
            close += content[close] == 0x5C ? 2 : 1
        }
        return close < content.count ? open..<(close + 1) : nil
    }
}

/// Goes through a document by names.
enum JSONWalk {
    /// The value at a path of members; nil where one is missing.
    static func node(
        _ document: borrowing JSONDocument, _ root: Int, _ path: [String]
    ) -> Int? {
        var node = root
        for name in path {
            guard let next = member(document, node, name) else { return nil }
            node = next
        }
        return node
    }

    /// The member of an object with a name.
    static func member(
        _ document: borrowing JSONDocument, _ object: Int, _ name: String
    ) -> Int? {
        guard document[object].kind == .object else { return nil }
        let end = Int(document[object].next)
        var child = object + 1
        while child < end {
            if document.key(document[child]).elementsEqual(name.utf8) { return child }
            child = Int(document[child].next)
        }
        return nil
    }

    /// The element of an array at an index from 0.
    static func element(
        _ document: borrowing JSONDocument, _ array: Int, _ index: Int
    ) -> Int? {
        guard document[array].kind == .array else { return nil }
        let end = Int(document[array].next)
        var child = array + 1
        for _ in 0..<index where child < end { child = Int(document[child].next) }
        return child < end ? child : nil
    }
}
