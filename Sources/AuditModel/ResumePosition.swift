/// How far one partition of a source has been taken in: a file's lineage or a Kafka partition.
///
/// A store keeps one for every (source, partition), written in the transaction of the events that
/// it covers, so that what it covers is durable and nothing else is.
public struct ResumePosition: Sendable, Hashable {
    /// The source's name in the configuration.
    public var source: String
    /// Names the partition within its source and for good: for Kafka `topic/3`, for a file the
    /// hexadecimal lineage of its stream.
    public var partition: String
    /// The first place not taken in: a byte of a file before decompression is undone, or a Kafka
    /// offset.
    public var offset: Int64
    /// What else the source needs to find its place again, in a form of its own.
    public var detail: String

    public init(source: String, partition: String, offset: Int64, detail: String = "") {
        self.source = source
        self.partition = partition
        self.offset = offset
        self.detail = detail
    }
}
