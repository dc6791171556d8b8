public import LogFormats
public import Places
public import TokenScan

/// How inputs are read and decoded.
public struct IntakeOptions: Sendable {
    /// Threads that read and decode.
    public var jobs: Int
    /// Records of one batch at most.
    public var batchSize: Int
    /// Bytes of one batch at most, but for a single longer record.
    public var batchBytes: Int
    /// Bytes of an input read at once.
    public var chunkBytes: Int
    /// The most bytes of one record.
    public var recordBytes: Int
    /// Nanoseconds by which events may come out of order.
    public var lateness: Int64
    /// The dialect; nil finds it by content, for every input.
    public var format: (any LogFormat)?
    public var settings: DecodeSettings
    public var key: FingerprintKey
    /// Where addresses are; nil leaves events as the dialect gave them.
    public var places: PlaceBook?

    public init(key: FingerprintKey) {
        self.key = key
        jobs = 2
        batchSize = 4096
        batchBytes = 1 << 20
        chunkBytes = 512 << 10
        recordBytes = 1 << 20
        lateness = 30_000_000_000
        format = nil
        settings = DecodeSettings()
        places = nil
    }
}
