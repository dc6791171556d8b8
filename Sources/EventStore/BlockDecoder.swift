internal import AuditModel

/// Turns stored bytes back into events. Total: any bytes give events or a ``BlockFault``.
final class BlockDecoder {
    private let unpacked = ByteSink(capacity: 1 << 18)
    private let image = ByteSink(capacity: 1 << 19)
    private let zstd = ZstdCodec()

    /// A block taken apart: header, directory and the two sections.
    struct Parts {
        var header: BlockHeader
        var entries: [BlockFormat.Entry]
        /// Header and directory as they stand in the image.
        var head: UnsafeRawBufferPointer
        var packed: UnsafeRawBufferPointer
        var raw: UnsafeRawBufferPointer
    }

    /// Takes a block apart; the pointers live until the next call, or as long as `bytes`.
    func split(_ bytes: UnsafeRawBufferPointer) throws(BlockFault) -> Parts {
        var cursor = ByteCursor(bytes)
        let (header, columns) = try Self.readHeader(&cursor)
        var entries: [BlockFormat.Entry] = []
        var packedTotal = 0
        var rawTotal = 0
        for _ in 0..<columns {
            guard let column = cursor.byte(), let encoding = cursor.byte(),
                let packed = cursor.word32(), let raw = cursor.word32()
            else { throw BlockFault("the column directory is cut short") }
            entries.append(
                BlockFormat.Entry(
                    column: column, encoding: encoding, packed: Int(packed), raw: Int(raw)))
            packedTotal += Int(packed)
            rawTotal += Int(raw)
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - cursor.rest.count)])
        guard packedTotal <= BlockFormat.packedLimit else {
            throw BlockFault("the packed columns are longer than the limit")
        }
        guard let method = cursor.byte(), let length = cursor.word32(),
            let stored = cursor.take(Int(length))
        else { throw BlockFault("the packed columns are cut short") }
        guard let raw = cursor.take(rawTotal), cursor.isAtEnd else {
            throw BlockFault("the raw columns have the wrong length")
        }
        let packed = try unpack(stored, method: method, count: packedTotal)
        return Parts(header: header, entries: entries, head: head, packed: packed, raw: raw)
    }

    private static func readHeader(
        _ cursor: inout ByteCursor
    ) throws(BlockFault) -> (BlockHeader, columns: Int) {
        guard cursor.word32() == BlockFormat.magic else {
            throw BlockFault("the block does not start with its mark")
        }
        guard cursor.word16() == BlockFormat.version, cursor.word16() == 0 else {
            throw BlockFault("the block has an unknown version")
        }
        guard let position = cursor.word64(), let count = cursor.word32(),
            let dictionaryCount = cursor.word32(), let head = cursor.take(32),
            let columns = cursor.word16()
        else { throw BlockFault("the block header is cut short") }
        guard count >= 1, count <= BlockFormat.rows, dictionaryCount >= 1,
            position <= UInt64(Int64.max) - UInt64(BlockFormat.rows)
        else { throw BlockFault("the block header has a value out of range") }
        let header = BlockHeader(
            position: position, count: Int(count), dictionaryCount: dictionaryCount,
            dictionaryHead: [UInt8](head))
        return (header, Int(columns))
    }

    private func unpack(
        _ stored: UnsafeRawBufferPointer, method: UInt8, count: Int
    ) throws(BlockFault) -> UnsafeRawBufferPointer {
        if method == 0, stored.count == count { return stored }
        guard method == 1, zstd.decompress(stored, count: count, into: unpacked) else {
            throw BlockFault("the packed columns cannot be decompressed")
        }
        return unpacked.bytes
    }

    /// SHA-256(0x00 ‖ image).
    func leaf(_ parts: Parts) -> [UInt8] {
        image.removeAll()
        image.append(UInt8(0))
        image.append(parts.head)
        image.append(parts.packed)
        image.append(parts.raw)
        return IdentityHash.sha256(image.bytes)
    }

    /// The events of a block.
    func decode(_ bytes: UnsafeRawBufferPointer) throws(BlockFault) -> BatchColumns {
        try columns(try split(bytes))
    }

    /// The events of a block that was taken apart.
    func columns(_ parts: Parts) throws(BlockFault) -> BatchColumns {
        let count = parts.header.count
        var columns = BatchColumns(stride: count)
        columns.count = count
        for row in 0..<count { columns.generation[row] = -1 }
        var packed = ByteCursor(parts.packed)
        var raw = ByteCursor(parts.raw)
        var seen = [Bool](repeating: false, count: 256)
        for entry in parts.entries {
            if seen[Int(entry.column)] {
                throw BlockFault("the column directory names one column twice")
            }
            seen[Int(entry.column)] = true
            guard let own = packed.take(entry.packed), let ownRaw = raw.take(entry.raw),
                let encoding = BlockFormat.Encoding(rawValue: entry.encoding)
            else { throw BlockFault(column: entry.column) }
            var reader = ColumnReader(
                packed: ByteCursor(own), raw: ByteCursor(ownRaw), encoding: encoding,
                count: count, codeLimit: parts.header.dictionaryCount)
            guard reader.read(entry.column, into: &columns), reader.isAtEnd else {
                throw BlockFault(column: entry.column)
            }
        }
        return columns
    }

    /// One id column alone, without unpacking the rest: only for columns of fresh ids that every
    /// row has, which the event id is.
    static func eventIDs(
        _ bytes: UnsafeRawBufferPointer
    ) throws(BlockFault) -> ContiguousArray<ID128> {
        var cursor = ByteCursor(bytes)
        let (header, columns) = try readHeader(&cursor)
        var offset = 0
        var found: BlockFormat.Entry?
        var rawBefore = 0
        for _ in 0..<columns {
            guard let column = cursor.byte(), let encoding = cursor.byte(),
                let packed = cursor.word32(), let raw = cursor.word32()
            else { throw BlockFault("the column directory is cut short") }
            if column == BlockFormat.number(IDColumn.event) {
                rawBefore = offset
                found = BlockFormat.Entry(
                    column: column, encoding: encoding, packed: Int(packed), raw: Int(raw))
            }
            offset += Int(raw)
        }
        guard let found, found.raw == header.count * 16, offset <= cursor.rest.count else {
            throw BlockFault("the event ids are missing")
        }
        let start = cursor.rest.count - offset + rawBefore
        guard let base = cursor.rest.baseAddress else {
            throw BlockFault("the event ids are missing")
        }
        var ids = ContiguousArray<ID128>()
        ids.reserveCapacity(header.count)
        for row in 0..<header.count { ids.append(ID128(bigEndianBytes: base + start + row * 16)) }
        return ids
    }
}
