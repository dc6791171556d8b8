internal import Glibc

/// A new file written through a buffer.
struct OutputFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    var line: LineBuffer
    /// Bytes handed to the file so far, without those in ``line``.
    private(set) var written: Int64 = 0

    private static let bufferSize = 1 << 20

    /// Creates the file, or empties one that exists.
    init(path: String) throws(SimulationError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .cannotCreate(path: path, reason: Self.lastError())
        }
        self.path = path
        line = LineBuffer(capacity: Self.bufferSize)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Where the next line will begin.
    var offset: Int64 { written + Int64(line.count) }

    /// Writes the buffer if it is full enough.
    mutating func endLine() throws(SimulationError) {
        if line.count >= Self.bufferSize { try flush() }
    }

    mutating func flush() throws(SimulationError) {
        try put(line.bytes)
        written += Int64(line.count)
        line.removeAll()
    }

    /// Writes the rest of a file whose content is already complete.
    mutating func write(all bytes: [UInt8]) throws(SimulationError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(SimulationError) in try put(buffer) }
        }
        try result.get()
        written += Int64(bytes.count)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(SimulationError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = Glibc.write(descriptor, base + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .cannotWrite(path: path, reason: Self.lastError())
            }
            done += count
        }
    }

    static func lastError() -> String { String(cString: strerror(errno)) }
}
