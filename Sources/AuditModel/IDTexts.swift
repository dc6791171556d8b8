/// Texts of ids that their bits cannot give back, ordered by row: one arena, and no object for
/// each of what may be several in every event.
public struct IDTexts: Sendable {
    /// Where one text belongs and ends; it begins where the one before it ends.
    private struct Entry {
        var row: Int
        var column: IDColumn
        var end: Int
    }

    private var entries: ContiguousArray<Entry> = []
    private var bytes: ContiguousArray<UInt8> = []

    public init() {}

    /// The number of texts of all rows.
    public var count: Int { entries.count }

    public var isEmpty: Bool { entries.isEmpty }

    /// The row of one text.
    public func row(_ index: Int) -> Int { entries[index].row }

    /// The column of one text.
    public func column(_ index: Int) -> IDColumn { entries[index].column }

    /// One text.
    public func text(_ index: Int) -> String {
        withBytes(index) { String(decoding: $0, as: UTF8.self) }
    }

    /// The text of an id; nil if the bits of the id give it.
    public func text(_ column: IDColumn, row: Int) -> String? {
        index(column, row: row).map { text($0) }
    }

    /// The index of the text of an id.
    public func index(_ column: IDColumn, row: Int) -> Int? {
        indexes(row..<row + 1).first { entries[$0].column == column }
    }

    /// Which texts belong to some rows.
    public func indexes(_ rows: Range<Int>) -> Range<Int> {
        if entries.isEmpty { return 0..<0 }
        let first = firstIndex(of: rows.lowerBound)
        var end = first
        while end < entries.count, entries[end].row < rows.upperBound { end += 1 }
        return first..<end
    }

    /// The index of the first text of a row or of a later one.
    private func firstIndex(of row: Int) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].row < row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Lends the bytes of one text: UTF-8.
    @inline(__always)
    public func withBytes<Result>(
        _ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let start = index == 0 ? 0 : entries[index - 1].end
        let end = entries[index].end
        return try bytes.withUnsafeBytes { all in
            try body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        }
    }

    /// Adds a text behind all others: its row is none before theirs.
    public mutating func append(_ text: String, row: Int, column: IDColumn) {
        bytes.append(contentsOf: text.utf8)
        entries.append(Entry(row: row, column: column, end: bytes.count))
    }

    /// Adds a text by its bytes; what is no UTF-8 in them is replaced.
    public mutating func append(_ text: UnsafeRawBufferPointer, row: Int, column: IDColumn) {
        if text.allSatisfy({ $0 < 0x80 }) {
            bytes.append(contentsOf: text)
            entries.append(Entry(row: row, column: column, end: bytes.count))
        } else {
            append(String(decoding: text, as: UTF8.self), row: row, column: column)
        }
    }

    /// Adds some texts of another list.
    ///
    /// - Parameter shift: what to add to their rows.
    public mutating func append(_ range: Range<Int>, of other: borrowing IDTexts, shift: Int) {
        if range.isEmpty { return }
        let start = range.lowerBound == 0 ? 0 : other.entries[range.lowerBound - 1].end
        let moved = bytes.count - start
        bytes.append(contentsOf: other.bytes[start..<other.entries[range.upperBound - 1].end])
        for index in range {
            var entry = other.entries[index]
            entry.row += shift
            entry.end += moved
            entries.append(entry)
        }
    }

    /// Drops all texts; keeps the memory.
    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }
}
