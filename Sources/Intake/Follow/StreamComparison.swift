internal import AuditModel
internal import Glibc

/// How a file relates to a stream that begins with the same record.
enum StreamRelation: Int {
    /// It is another stream.
    case differs
    /// It is the front of the stream, as far as it goes.
    case front
    /// It ends exactly where the stream was read to.
    case covered
    /// It holds the stream and more.
    case goesOn
}

/// Compares an open file with what is known of a stream.
struct StreamComparison {
    let descriptor: Int32
    let name: String

    /// The decompressed front of the file.
    func withFront<Result>(
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(IntakeError) -> Result {
        let source = makeSource()
        return try withUnsafeTemporaryAllocation(
            byteCount: FileMark.headBytes, alignment: 8
        ) { (buffer: UnsafeMutableRawBufferPointer) throws(IntakeError) -> Result in
            defer { if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) } }
            var filled = 0
            while filled < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let read = try source.read(into: rest)
                if read == 0 { break }
                filled += read
            }
            return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled]))
        }
    }

    private func makeSource() -> ByteSource {
        ByteSource(growing: descriptor, name: name, limit: .max, isGrowing: true)
    }

    private var size: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Compares with a stream whose own file is gone or was emptied.
    func relation(
        to stream: FollowedStream, shouldStop: () -> Bool
    ) throws(IntakeError) -> StreamRelation {
        let mark = stream.place.mark
        guard try withFront({ mark.agrees(with: $0) }) else { return .differs }
        let source = makeSource()
        if try source.isCompressed() == true {
            return try compressed(source, stream, shouldStop)
        }
        let size = size
        if size < stream.offset { return .front }
        guard tailAgrees(with: stream) else { return .differs }
        return size == stream.offset ? .covered : .goesOn
    }

    /// Whether the bytes before the stream's place are those that were delivered.
    func tailAgrees(with stream: FollowedStream) -> Bool {
        let mark = stream.place.mark
        let start = stream.offset - Int64(mark.tailLength)
        return FileProbe.bytes(descriptor, at: start, count: mark.tailLength) {
            mark.tailLength == 0
                || ($0.count == mark.tailLength && FileMark.digest($0) == mark.tail)
        }
    }

    private func compressed(
        _ source: ByteSource, _ stream: FollowedStream, _ shouldStop: () -> Bool
    ) throws(IntakeError) -> StreamRelation {
        let mark = stream.place.mark
        let start = stream.offset - Int64(mark.tailLength)
        guard try GrowingReader.skip(source, start, name, shouldStop) else { return .front }
        return try withUnsafeTemporaryAllocation(
            byteCount: FileMark.tailBytes + 1, alignment: 8
        ) { (buffer: UnsafeMutableRawBufferPointer) throws(IntakeError) -> StreamRelation in
            defer { if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) } }
            var filled = 0
            while filled <= mark.tailLength {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[filled..<(mark.tailLength + 1)])
                let read = try source.read(into: rest)
                if read == 0 { break }
                filled += read
            }
            if filled < mark.tailLength { return .front }
            let tail = UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(buffer)[..<mark.tailLength])
            if mark.tailLength > 0, FileMark.digest(tail) != mark.tail { return .differs }
            return filled > mark.tailLength ? .goesOn : .covered
        }
    }

    /// Compares with a stream whose own file, open here as `other`, still holds it.
    ///
    /// - Returns: ``StreamRelation/front`` if the file is a copy as far as it goes.
    func relation(
        to stream: FollowedStream, in other: Int32, shouldStop: () -> Bool
    ) throws(IntakeError) -> StreamRelation {
        let mark = stream.place.mark
        guard try withFront({ mark.agrees(with: $0) }) else { return .differs }
        let original = StreamComparison(descriptor: other, name: name)
        let mine = try withFront { (count: $0.count, digest: FileMark.digest($0)) }
        let theirs = try original.withFront { front in
            FileMark.digest(UnsafeRawBufferPointer(rebasing: front.prefix(mine.count)))
        }
        if mine.digest != theirs { return .differs }
        guard try makeSource().isCompressed() == false else { return .front }
        guard try original.makeSource().isCompressed() == false else {
            return try relation(to: stream, shouldStop: shouldStop) == .differs ? .differs : .front
        }
        guard size <= original.size else { return .differs }
        let length = Int(min(size, Int64(FileMark.tailBytes)))
        let start = size - Int64(length)
        let end = FileProbe.bytes(descriptor, at: start, count: length, FileMark.digest)
        let same = FileProbe.bytes(other, at: start, count: length, FileMark.digest)
        return end == same ? .front : .differs
    }
}
