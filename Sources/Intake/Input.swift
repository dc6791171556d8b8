/// One thing that records are read from: a file, or standard input.
public struct Input: Sendable, Equatable {
    /// The path as people gave it or as it was found below a directory; `-` is standard input.
    public var name: String
    /// Bytes on disk, before any decompression; nil where that is unknown, as for a pipe.
    public var size: Int64?

    public var isStandardInput: Bool { name == "-" }

    /// Standard input.
    public static let standardInput = Input(name: "-", size: nil)

    public init(name: String, size: Int64?) {
        self.name = name
        self.size = size
    }
}

/// Bounds of reading one input.
public struct ReadLimits: Sendable, Equatable {
    /// The most bytes of one record, line end excluded. Longer ones are dropped and counted.
    public var recordBytes: Int
    /// How much is read at once. Changes speed and memory, never what is read.
    public var chunkBytes: Int

    public init(recordBytes: Int = 1 << 20, chunkBytes: Int = 512 << 10) {
        self.recordBytes = max(1, recordBytes)
        self.chunkBytes = max(1, chunkBytes)
    }
}
