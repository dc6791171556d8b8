internal import CZstd

/// zstd with contexts that are made once. Level 1: the columns it sees are already packed.
final class ZstdCodec {
    private let compressor = ZSTD_createCCtx()
    private let decompressor = ZSTD_createDCtx()

    deinit {
        ZSTD_freeCCtx(compressor)
        ZSTD_freeDCtx(decompressor)
    }

    /// Appends the frame of some bytes to `sink`; nil, and nothing appended, when a frame would
    /// not be shorter than the bytes.
    func compress(_ bytes: UnsafeRawBufferPointer, into sink: ByteSink) -> Int? {
        if bytes.count < 64 { return nil }
        let bound = ZSTD_compressBound(bytes.count)
        let target = sink.reserve(bound)
        let length = ZSTD_compressCCtx(
            compressor, target, bound, bytes.baseAddress, bytes.count, 1)
        guard ZSTD_isError(length) == 0, length < bytes.count else { return nil }
        sink.advance(length)
        return length
    }

    /// Replaces `sink` by the contents of a frame that must hold exactly `count` bytes.
    func decompress(_ frame: UnsafeRawBufferPointer, count: Int, into sink: ByteSink) -> Bool {
        sink.removeAll()
        let promised = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard promised == UInt64(count) else { return false }
        let target = sink.reserve(count)
        let length = ZSTD_decompressDCtx(
            decompressor, target, count, frame.baseAddress, frame.count)
        guard ZSTD_isError(length) == 0, length == count else { return false }
        sink.advance(length)
        return true
    }
}
