internal import AuditModel
internal import Glibc

/// Digests by which a stream is known again: of its front, and of what lies before a place.
///
/// All are of decompressed bytes, and say nothing about them.
struct FileMark: Equatable {
    /// The most bytes of the front that are looked at.
    static let headBytes = 1024
    /// The front is digested in steps of so many bytes, so that shorter files can be compared.
    static let stepBytes = 64
    /// The most bytes before the place that are looked at.
    static let tailBytes = 256

    var headLength = 0
    var head = ID128.none
    /// 32 bits of the digest of the first 64, 128, … bytes.
    var steps: [UInt32] = []
    /// 0 where nothing is known, as in compressed files.
    var tailLength = 0
    var tail = ID128.none

    init() {}

    /// The mark of a stream whose front is this.
    init(front: UnsafeRawBufferPointer) {
        setHead(front)
    }

    mutating func setHead(_ front: UnsafeRawBufferPointer) {
        headLength = min(front.count, Self.headBytes)
        head = Self.digest(UnsafeRawBufferPointer(rebasing: front[..<headLength]))
        steps = (0..<(headLength / Self.stepBytes)).map { step in
            let part = front[..<((step + 1) * Self.stepBytes)]
            let digest = Self.digest(UnsafeRawBufferPointer(rebasing: part))
            return UInt32(truncatingIfNeeded: digest.high)
        }
    }

    mutating func setTail(_ bytes: UnsafeRawBufferPointer) {
        tailLength = bytes.count
        tail = Self.digest(bytes)
    }

    static func digest(_ bytes: UnsafeRawBufferPointer) -> ID128 {
        var hash = IdentityHash("follow/1")
        hash.add(bytes)
        return hash.id()
    }

    /// Whether a file with this front may be the same stream, as far as both go.
    func agrees(with front: UnsafeRawBufferPointer) -> Bool {
        if front.count >= headLength {
            return Self.digest(UnsafeRawBufferPointer(rebasing: front[..<headLength])) == head
        }
        let common = min(steps.count, front.count / Self.stepBytes)
        guard common > 0 else { return true }
        let part = front[..<(common * Self.stepBytes)]
        let digest = Self.digest(UnsafeRawBufferPointer(rebasing: part))
        return UInt32(truncatingIfNeeded: digest.high) == steps[common - 1]
    }
}

/// Looking at bytes of an open file without keeping them.
enum FileProbe {
    /// Calls back with the bytes of a file from a place on, as many as there are, then wipes them.
    static func bytes<Result>(
        _ descriptor: Int32, at offset: Int64, count: Int,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: max(1, count), alignment: 8) { buffer in
            var filled = 0
            while filled < count, let base = buffer.baseAddress {
                let read = pread(descriptor, base + filled, count - filled, off_t(offset) + filled)
                if read < 0 && errno == EINTR { continue }
                if read <= 0 { break }
                filled += read
            }
            defer { if let base = buffer.baseAddress { explicit_bzero(base, filled) } }
            return body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled]))
        }
    }

    /// Where the last complete line of a plain file ends, at or before a place.
    static func lineEnd(_ descriptor: Int32, before end: Int64) -> Int64 {
        let step: Int64 = 16 << 10
        var place = end
        while place > 0 {
            let start = max(0, place - step)
            let found = bytes(descriptor, at: start, count: Int(place - start)) {
                $0.lastIndex(of: Byte.lineFeed)
            }
            if let found { return start + Int64(found) + 1 }
            place = start
        }
        return 0
    }
}
