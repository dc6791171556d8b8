internal import AuditModel

/// A whole MaxMind DB (format 2.0) in memory. Equal insertions give equal bytes.
struct DatabaseFile: Sendable {
    /// `GeoLite2-City` and the like; readers choose their fields by it.
    let type: String
    /// One sentence for people.
    let description: String
    /// Seconds since 1970 UTC.
    let buildTime: Int64
    private var tree = DatabaseTree()
    private var data = DatabaseEncoder(usesPointers: true)

    init(type: String, description: String, buildTime: Int64) {
        self.type = type
        self.description = description
        self.buildTime = buildTime
    }

    /// Puts a value under a prefix; see ``DatabaseTree/insert(_:length:value:)``.
    mutating func insert(_ prefix: IPAddress, length: Int, _ value: DatabaseValue) {
        tree.insert(prefix, length: length, value: data.place(value))
    }

    /// The bytes of the file: tree, 16 zero bytes, data, marker, metadata.
    func bytes() -> [UInt8] {
        var whole = tree
        whole.aliasMappedIPv4()
        let size = whole.recordSize(dataSize: data.bytes.count)
        var metadata = DatabaseEncoder(usesPointers: false)
        metadata.write(
            .map([
                .init("node_count", .uint32(UInt32(truncatingIfNeeded: whole.count))),
                .init("record_size", .uint16(UInt16(truncatingIfNeeded: size))),
                .init("ip_version", .uint16(6)),
                .init("database_type", .text(type)),
                .init("languages", .list([.text("en")])),
                .init("binary_format_major_version", .uint16(2)),
                .init("binary_format_minor_version", .uint16(0)),
                .init("build_epoch", .uint64(UInt64(clamping: buildTime))),
                .init("description", .map([.init("en", .text(description))])),
            ]))
        return whole.bytes(recordSize: size) + [UInt8](repeating: 0, count: 16) + data.bytes
            + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8) + metadata.bytes
    }
}
