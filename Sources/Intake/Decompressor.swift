internal import CZlib
internal import CZstd

/// What one step of a decompressor did.
struct DecompressionStep {
    enum Outcome {
        /// More input or more room is needed.
        case more
        /// A gzip member or a zstd frame is complete.
        case unitEnd
        /// The bytes are not valid compressed data.
        case damaged
    }

    var consumed = 0
    var produced = 0
    var outcome = Outcome.more
}

/// Inflates one gzip member after another.
final class GzipDecompressor {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        if grantrail_inflate_start(stream) != Z_OK {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer)
        -> DecompressionStep
    {
        let inputCount = UInt32(clamping: input.count)
        let outputCount = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = inputCount
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = outputCount
        let result = inflate(stream, Z_NO_FLUSH)
        var step = DecompressionStep(
            consumed: Int(inputCount - stream.pointee.avail_in),
            produced: Int(outputCount - stream.pointee.avail_out))
        switch result {
        case Z_STREAM_END:
            step.outcome = inflateReset(stream) == Z_OK ? .unitEnd : .damaged
        case Z_OK, Z_BUF_ERROR: break
        default: step.outcome = .damaged
        }
        return step
    }
}

/// Decompresses one zstd frame after another; skippable frames are passed over.
final class ZstdDecompressor {
    private let stream: OpaquePointer

    /// Nil when zstd has no memory.
    init?() {
        guard let stream = ZSTD_createDStream() else { return nil }
        self.stream = stream
    }

    deinit { ZSTD_freeDStream(stream) }

    func step(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer)
        -> DecompressionStep
    {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(stream, &target, &source)
        var step = DecompressionStep(consumed: source.pos, produced: target.pos)
        if ZSTD_isError(result) != 0 {
            step.outcome = .damaged
        } else if result == 0 {
            step.outcome = .unitEnd
        }
        return step
    }
}
