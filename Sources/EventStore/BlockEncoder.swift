internal import AuditModel

/// Turns up to 4,096 events into a block image and its stored form. Keeps its memory from block
/// to block.
final class BlockEncoder {
    /// Packed columns, then raw ones, as in the image.
    let packed = ByteSink(capacity: 1 << 18)
    let raw = ByteSink(capacity: 1 << 18)
    private var directory: [BlockFormat.Entry] = []
    /// A zero byte (the leaf prefix of RFC 6962) and the image of the last block.
    private let image = ByteSink(capacity: 1 << 19)
    private let stored = ByteSink(capacity: 1 << 19)
    private let zstd = ZstdCodec()
    let codeTable = CodeTable(capacity: BlockFormat.rows)
    let idTable = IDTable(capacity: BlockFormat.rows)
    let issuedTable = IDTable(capacity: BlockFormat.rows)
    var issuedRows: ContiguousArray<UInt16> = []
    var indexes = ContiguousArray<UInt16>(repeating: 0, count: BlockFormat.rows)
    var textPool = StringPool()
    /// Codes in `textPool` of the texts of ids that are being encoded.
    private var textCodes: ContiguousArray<UInt32> = []

    /// The stored bytes of the last block.
    var storedBytes: UnsafeRawBufferPointer { stored.bytes }

    /// The bytes the last leaf was made of, without the prefix.
    var imageBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: image.bytes[1...])
    }

    /// The leaf of the last block: SHA-256(0x00 ‖ image).
    func leaf() -> [UInt8] { IdentityHash.sha256(image.bytes) }

    /// Encodes some rows; read the result from ``storedBytes`` and ``leaf()`` before the next.
    func encode(_ columns: borrowing BatchColumns, rows: Range<Int>, header: BlockHeader) {
        packed.removeAll()
        raw.removeAll()
        directory.removeAll(keepingCapacity: true)
        encodeNumbers(columns, rows)
        encodeCodes(columns, rows)
        encodeIDs(columns, rows)
        column(BlockFormat.payload) { encodePayloads(columns, rows) }
        column(BlockFormat.idTexts) { encodeIDTexts(columns, rows) }
        assemble(header)
    }

    /// Runs an encoder and enters what it wrote in the directory; it returns nil for a column
    /// that is left out.
    func column(_ number: UInt8, _ body: () -> BlockFormat.Encoding?) {
        let packedStart = packed.count
        let rawStart = raw.count
        guard let encoding = body() else { return }
        directory.append(
            BlockFormat.Entry(
                column: number, encoding: encoding.rawValue, packed: packed.count - packedStart,
                raw: raw.count - rawStart))
    }

    private func assemble(_ header: BlockHeader) {
        image.removeAll()
        image.append(UInt8(0))
        image.append(BlockFormat.magic)
        image.append(BlockFormat.version)
        image.append(UInt16(0))
        image.append(header.position)
        image.append(UInt32(truncatingIfNeeded: header.count))
        image.append(header.dictionaryCount)
        image.append(header.dictionaryHead)
        image.append(UInt16(truncatingIfNeeded: directory.count))
        for entry in directory {
            image.append(entry.column)
            image.append(entry.encoding)
            image.append(UInt32(truncatingIfNeeded: entry.packed))
            image.append(UInt32(truncatingIfNeeded: entry.raw))
        }
        stored.removeAll()
        stored.append(imageBytes)
        image.append(packed.bytes)
        image.append(raw.bytes)
        appendPacked()
        stored.append(raw.bytes)
    }

    private func appendPacked() {
        let mark = stored.count
        stored.append(UInt8(1))
        stored.append(UInt32(0))
        if let length = zstd.compress(packed.bytes, into: stored) {
            stored.overwrite(UInt32(truncatingIfNeeded: length), at: mark + 1)
        } else {
            stored.truncate(to: mark)
            stored.append(UInt8(0))
            stored.append(UInt32(truncatingIfNeeded: packed.count))
            stored.append(packed.bytes)
        }
    }

    private func encodePayloads(
        _ columns: borrowing BatchColumns, _ rows: Range<Int>
    ) -> BlockFormat.Encoding? {
        let start = rows.lowerBound == 0 ? 0 : columns.payloadEnds[rows.lowerBound - 1]
        let end = rows.isEmpty ? start : columns.payloadEnds[rows.upperBound - 1]
        if start == end { return nil }
        textPool.removeAll()
        columns.bytes.withUnsafeBytes { all in
            var from = start
            for row in rows {
                let to = columns.payloadEnds[row]
                let code = textPool.code(of: UnsafeRawBufferPointer(rebasing: all[from..<to]))
                indexes[row - rows.lowerBound] = UInt16(truncatingIfNeeded: code)
                from = to
            }
        }
        appendTextList()
        appendReferences(count: rows.count, distinct: textPool.count, introduced: 1)
        return .texts
    }

    private func encodeIDTexts(
        _ columns: borrowing BatchColumns, _ rows: Range<Int>
    ) -> BlockFormat.Encoding? {
        let kept = columns.texts.indexes(rows)
        if kept.isEmpty { return nil }
        textPool.removeAll()
        textCodes.removeAll(keepingCapacity: true)
        for index in kept {
            textCodes.append(columns.texts.withBytes(index) { textPool.code(of: $0) })
        }
        appendTextList()
        packed.appendVarint(UInt64(kept.count))
        var before = rows.lowerBound
        for index in kept {
            let row = columns.texts.row(index)
            packed.appendVarint(UInt64(row - before))
            packed.append(UInt8(truncatingIfNeeded: columns.texts.column(index).rawValue))
            packed.appendVarint(UInt64(textCodes[index - kept.lowerBound]))
            before = row
        }
        return .idTexts
    }

    /// `varint(count with the empty text) ‖ varint lengths ‖ bytes`, without the empty text.
    private func appendTextList() {
        packed.appendVarint(UInt64(textPool.count))
        for code in 1..<UInt32(max(1, textPool.count)) {
            packed.appendVarint(UInt64(textPool.length(of: code)))
        }
        textPool.withAllBytes { packed.append($0) }
    }

    /// Row references into a list of distinct values, from ``indexes``: one byte each up to 256
    /// values; else 16 bits in two planes, 0 for "the next value", n for "n before the next".
    func appendReferences(count: Int, distinct: Int, introduced: Int) {
        if distinct <= 1 { return }
        if distinct <= 256 {
            let target = packed.reserve(count)
            for row in 0..<count {
                target.storeBytes(
                    of: UInt8(truncatingIfNeeded: indexes[row]), toByteOffset: row, as: UInt8.self)
            }
            packed.advance(count)
            return
        }
        let target = packed.reserve(2 * count)
        var next = introduced
        for row in 0..<count {
            let back = UInt16(truncatingIfNeeded: next - Int(indexes[row]))
            if back == 0 { next += 1 }
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: back), toByteOffset: row, as: UInt8.self)
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: back >> 8), toByteOffset: count + row,
                as: UInt8.self)
        }
        packed.advance(2 * count)
    }
}
