internal import AuditModel
internal import LogFormats
internal import WireFormat

/// Records of a test in their servers' own form, decoded by the real dialects.
struct VendorRecords {
    private var dialects: [String] = []
    private var texts: [String: [String]] = [:]

    /// What decoding came to.
    struct Decoded {
        var batches: [EventBatch] = []
        /// Why records gave no event, for people.
        var issues: [String] = []
    }

    /// Takes in a record with the running number of a repetition in it, and its time.
    mutating func add(_ record: RawEvent.Record, number: Int, at time: Int64) {
        let text = record.text.replacing("{n}", with: "\(number)")
        if texts[record.dialect] == nil { dialects.append(record.dialect) }
        texts[record.dialect, default: []].append(Self.stamped(text, record, time))
    }

    /// The record with the time where its server writes it, unless it has one.
    private static func stamped(
        _ text: String, _ record: RawEvent.Record, _ time: Int64
    ) -> String {
        guard let vendor = Vendor.named(record.dialect) else { return text }
        if record.isJSON {
            guard record.members[vendor.timeMember] == nil else { return text }
            let rest = text.dropFirst()
            return "{\"\(vendor.timeMember)\":\(time / 1_000_000)" + (rest == "}" ? "" : ",") + rest
        }
        guard let prefix = vendor.textPrefix, text.hasPrefix("\(vendor.typeMember)=")
        else { return text }
        return TimeText.string(time, precision: 3) + prefix + text
    }

    func decode() -> Decoded {
        var decoded = Decoded()
        for dialect in dialects {
            guard let format = FormatRegistry.named(dialect) else { continue }
            let records = Self.records(texts[dialect] ?? [])
            var batch = EventBatch(capacity: records.records.count)
            var issues: [DecodeIssue] = []
            format.decode(
                records, settings: DecodeSettings(), into: &batch, issues: &issues)
            decoded.issues += issues.filter { !$0.isPartial }.map {
                $0.code.explanation + ($0.detail.isEmpty ? "" : " (\($0.detail))")
            }
            decoded.batches.append(batch)
        }
        return decoded
    }

    private static func records(_ texts: [String]) -> RecordBatch {
        var bytes: [UInt8] = []
        var records: [RecordBatch.Record] = []
        for text in texts {
            let start = bytes.count
            bytes += text.utf8
            records.append(
                RecordBatch.Record(
                    offset: start, count: bytes.count - start, at: Int64(start + records.count)))
            bytes.append(0x0A)
        }
        let first = Array((texts.first ?? "").utf8)
        let lineage = first.withUnsafeBytes { RecordStream.lineage(ofFirstRecord: $0) }
        bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        return RecordBatch(
            stream: RecordStream(lineage: lineage, name: StoryEvents.dialect), bytes: bytes,
            records: records)
    }
}
