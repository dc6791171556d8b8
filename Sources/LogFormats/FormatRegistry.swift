public import AuditModel

/// Every dialect there is. A new one is a folder and a line here.
public enum FormatRegistry {
    public static let all: [any LogFormat] = [
        KeycloakFormat(),
        Auth0Format(),
        OktaFormat(),
        CognitoFormat(),
        GoogleFormat(),
        GitHubFormat(),
        EntraFormat(),
        KongFormat(), EnvoyFormat(), NginxFormat(), OAuth2ProxyFormat(), ResourceServerFormat(),
        HydraFormat(),
        PingFederateFormat(),
    ]

    /// The dialect with this name; nil for an unknown one.
    public static func named(_ name: String) -> (any LogFormat)? {
        all.first { $0.name == name }
    }

    /// The first telling record of a batch, and the dialect it speaks for; nil if none tells.
    public static func detect(_ records: RecordBatch) -> DetectedFormat? {
        for index in records.records.indices {
            let speaking = formats(of: records, index)
            guard let first = speaking.first else { continue }
            if speaking.count == 1 { return DetectedFormat(format: first, record: index) }
            // What several claim is whose it makes sense to.
            let understood = speaking.filter { understands($0, records, index) }
            return DetectedFormat(
                format: understood.first ?? first, record: index,
                others: understood.dropFirst().map(\.name))
        }
        return nil
    }

    /// The dialects that records of which none tells might be in: those that find an event in one.
    public static func candidates(_ records: RecordBatch) -> [String] {
        let some = records.records.indices.prefix(mostTrials)
        return all.filter { format in some.contains { gives($0, in: records, format) > 0 } }
            .map(\.name)
    }

    /// So many records are tried in every dialect.
    private static let mostTrials = 64

    private static func formats(of records: RecordBatch, _ index: Int) -> [any LogFormat] {
        let record = records.records[index]
        let (end, overflow) = record.offset.addingReportingOverflow(record.count)
        guard record.offset >= 0, record.count >= 0, !overflow else { return [] }
        return records.bytes.withUnsafeBytes { bytes in
            guard end <= bytes.count else { return [] }
            let content = UnsafeRawBufferPointer(rebasing: bytes[record.offset..<end])
            return all.filter { $0.matches(content) }
        }
    }

    /// Whether a dialect knows what an event of a record means.
    private static func understands(
        _ format: any LogFormat, _ records: RecordBatch, _ index: Int
    ) -> Bool {
        gives(index, in: records, format, knownOnly: true) > 0
    }

    private static func gives(
        _ index: Int, in records: RecordBatch, _ format: any LogFormat, knownOnly: Bool = false
    ) -> Int {
        var one = records
        one.records = [records.records[index]]
        var events = EventBatch(capacity: 1)
        var issues: [DecodeIssue] = []
        format.decode(one, settings: DecodeSettings(), into: &events, issues: &issues)
        return knownOnly ? events.kind.count { $0 != .other } : events.count
    }
}

/// What the records of a stream are in, as far as one of them tells.
public struct DetectedFormat: Sendable {
    public var format: any LogFormat
    /// The index of the record that tells.
    public var record: Int
    /// Other dialects that make as much sense of it.
    public var others: [String] = []
}

extension FormatRegistry {
    /// Whether a text is in Grantrail's own JSON, which no server writes: its first line, or as a
    /// whole.
    public static func isCanonical(_ bytes: [UInt8]) -> Bool {
        func matches(_ bytes: some Sequence<UInt8>) -> Bool {
            let padded = Array(bytes) + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
            return padded.withUnsafeBytes { all in
                let end = all.count - RecordBatch.tailPadding
                return CanonicalFormat().matches(UnsafeRawBufferPointer(rebasing: all[..<end]))
            }
        }
        let line = bytes.drop { $0 == 0x0A || $0 == 0x20 }.prefix { $0 != 0x0A }
        return matches(line) || matches(bytes)
    }
}
