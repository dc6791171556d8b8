internal import Glibc

/// The decompressed bytes of one input, from front to back.
final class ByteSource {
    private enum Form {
        /// Too few bytes are there yet to tell.
        case unknown
        case plain
        case gzip(GzipDecompressor)
        case zstd(ZstdDecompressor)
    }

    private let name: String
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let readsByPlace: Bool
    private let isRegular: Bool
    private var form = Form.unknown
    private let bufferBytes: Int
    private let buffer: UnsafeMutableRawPointer
    /// Where reading a growing file stops although there may be more.
    private let limit: Int64
    private var bufferStart = 0
    private var bufferEnd = 0
    /// Whether a gzip member or zstd frame is open.
    private var insideUnit = false
    /// Whether the decompressor filled its whole output and may hold more without new input.
    private var mayHoldOutput = false
    private var isDone = false
    /// Whether the end of the file is the end of the bytes only for now.
    private var isGrowing = false

    /// Bytes read from the file itself, compressed where it is.
    private(set) var rawPosition: Int64 = 0
    /// Why the bytes ended before the compressed data said so.
    private(set) var fault: String?

    init(_ input: Input) throws(IntakeError) {
        name = input.name
        descriptor = input.isStandardInput ? STDIN_FILENO : open(input.name, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            let reason = String(cString: strerror(errno))
            throw errno == ENOENT
                ? .missing(path: input.name) : .unreadable(path: input.name, reason: reason)
        }
        var status = stat()
        isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        if isRegular { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
        ownsDescriptor = descriptor != STDIN_FILENO
        readsByPlace = false
        limit = .max
        bufferBytes = 256 << 10
        buffer = .allocate(byteCount: bufferBytes, alignment: 64)
        try detectForm()
    }

    /// Reads a regular file that somebody else keeps open and that may grow, without moving the
    /// descriptor's own place.
    ///
    /// - Parameters:
    ///   - limit: bytes of the file beyond this place are not read.
    ///   - isGrowing: whether more may come at the end, until ``finishGrowing()`` is called.
    init(growing descriptor: Int32, name: String, limit: Int64, isGrowing: Bool) {
        self.name = name
        self.descriptor = descriptor
        self.limit = limit
        self.isGrowing = isGrowing
        ownsDescriptor = false
        readsByPlace = true
        isRegular = true
        bufferBytes = 32 << 10
        buffer = .allocate(byteCount: bufferBytes, alignment: 64)
    }

    deinit {
        explicit_bzero(buffer, bufferBytes)
        buffer.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    /// Whether a read that brought nothing may bring something later.
    var mayGrow: Bool { isGrowing && !isDone }

    /// From now on the end of the file is the end.
    func finishGrowing() { isGrowing = false }

    /// Whether the bytes are compressed; nil while too few are there to tell.
    func isCompressed() throws(IntakeError) -> Bool? {
        if case .unknown = form { try detectForm() }
        return switch form {
        case .unknown: nil
        case .plain: false
        case .gzip, .zstd: true
        }
    }

    /// Starts reading a plain growing file at a place; before the first read.
    func start(at offset: Int64) {
        bufferStart = 0
        bufferEnd = 0
        rawPosition = offset
    }

    /// Whether the next read would wait for somebody to write.
    var wouldBlock: Bool {
        if isRegular || isDone || bufferStart < bufferEnd || mayHoldOutput { return false }
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) == 0
    }

    /// Reads some bytes, at least one unless the input is at its end.
    ///
    /// - Returns: the number of bytes; 0 at the end, for good.
    func read(into output: UnsafeMutableRawBufferPointer) throws(IntakeError) -> Int {
        if isDone || output.isEmpty { return 0 }
        if case .unknown = form {
            try detectForm()
            if case .unknown = form { return 0 }
        }
        if case .plain = form { return try readPlain(output) }
        while true {
            if bufferStart == bufferEnd && !mayHoldOutput {
                if try fill() == 0 {
                    if isGrowing { return 0 }
                    finish(insideUnit ? "the compressed data ends too early" : nil)
                    return 0
                }
            }
            if !insideUnit && !mayHoldOutput && !startUnit() { continue }
            let step = decompress(output)
            bufferStart += step.consumed
            mayHoldOutput = step.outcome == .more && step.produced == output.count
            insideUnit = step.outcome == .more
            if step.outcome == .damaged {
                finish("the compressed data is damaged before byte \(consumedRaw)")
                return step.produced
            }
            if step.produced > 0 { return step.produced }
            if isDone { return 0 }
        }
    }

    private var consumedRaw: Int64 { rawPosition - Int64(bufferEnd - bufferStart) }

    private func finish(_ fault: String?) {
        self.fault = fault
        isDone = true
    }

    private func decompress(_ output: UnsafeMutableRawBufferPointer) -> DecompressionStep {
        let input = UnsafeRawBufferPointer(
            start: buffer + bufferStart, count: bufferEnd - bufferStart)
        return switch form {
        case .gzip(let gzip): gzip.step(input, output)
        case .zstd(let zstd): zstd.step(input, output)
        case .plain, .unknown: DecompressionStep(outcome: .damaged)
        }
    }

    /// Passes over the zero bytes that tape archives leave between gzip members.
    ///
    /// - Returns: whether a byte of the next unit is there.
    private func startUnit() -> Bool {
        guard case .gzip = form else { return true }
        while bufferStart < bufferEnd,
            buffer.load(fromByteOffset: bufferStart, as: UInt8.self) == 0
        {
            bufferStart += 1
        }
        return bufferStart < bufferEnd
    }

    private func readPlain(_ output: UnsafeMutableRawBufferPointer) throws(IntakeError) -> Int {
        if bufferStart < bufferEnd {
            let count = min(output.count, bufferEnd - bufferStart)
            output.copyMemory(
                from: UnsafeRawBufferPointer(start: buffer + bufferStart, count: count))
            bufferStart += count
            return count
        }
        let count = try readRaw(output)
        if count == 0 && !isGrowing { finish(nil) }
        return count
    }

    /// Reads the first bytes, whose magic numbers name the form whatever the file is called.
    private func detectForm() throws(IntakeError) {
        while bufferEnd < 4 {
            let rest = UnsafeMutableRawBufferPointer(
                start: buffer + bufferEnd, count: bufferBytes - bufferEnd)
            let count = try readRaw(rest)
            if count == 0 { break }
            bufferEnd += count
        }
        let byte = { (index: Int) in self.buffer.load(fromByteOffset: index, as: UInt8.self) }
        if bufferEnd >= 3, byte(0) == 0x1F, byte(1) == 0x8B, byte(2) == 0x08 {
            guard let gzip = GzipDecompressor() else { throw outOfMemory }
            form = .gzip(gzip)
        }
        guard bufferEnd >= 4 else {
            if case .unknown = form, !isGrowing || !mayBeMagic { form = .plain }
            return
        }
        let magic = UInt32(littleEndian: buffer.loadUnaligned(as: UInt32.self))
        if magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 {
            guard let zstd = ZstdDecompressor() else { throw outOfMemory }
            form = .zstd(zstd)
        }
        if case .unknown = form { form = .plain }
    }

    /// Whether the fewer than four bytes that are there may become a magic number.
    private var mayBeMagic: Bool {
        if bufferEnd == 0 { return true }
        let first = buffer.load(as: UInt8.self)
        if bufferEnd > 1 {
            let second = buffer.load(fromByteOffset: 1, as: UInt8.self)
            return (first == 0x1F && second == 0x8B) || (first == 0x28 && second == 0xB5)
                || (first & 0xF0 == 0x50 && second == 0x2A)
        }
        return first == 0x1F || first == 0x28 || first & 0xF0 == 0x50
    }

    private var outOfMemory: IntakeError { .failed(path: name, reason: "out of memory") }

    private func fill() throws(IntakeError) -> Int {
        bufferStart = 0
        bufferEnd = 0
        bufferEnd = try readRaw(
            UnsafeMutableRawBufferPointer(start: buffer, count: bufferBytes))
        return bufferEnd
    }

    private func readRaw(_ output: UnsafeMutableRawBufferPointer) throws(IntakeError) -> Int {
        while true {
            // A growing file is read by place, since several readers may share the descriptor.
            let room = min(output.count, Int(clamping: limit - rawPosition))
            if room <= 0 { return 0 }
            let count =
                readsByPlace
                ? pread(descriptor, output.baseAddress, room, off_t(rawPosition))
                : Glibc.read(descriptor, output.baseAddress, room)
            if count >= 0 {
                rawPosition += Int64(count)
                return count
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&request, 1, -1)
            case EISDIR: throw .unreadable(path: name, reason: "it is a directory")
            default: throw .failed(path: name, reason: String(cString: strerror(errno)))
            }
        }
    }
}
