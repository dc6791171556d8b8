public import AuditModel

/// Finds secrets in records and replaces them before anything else looks at the records.
///
/// Found are: JWS and JWE and tokens with a vendor's prefix anywhere, credentials behind `Bearer`,
/// `DPoP` and `Basic`, and values behind the keys that carry secrets, as they are and through
/// percent-encoding, layers of JSON escapes, HTML's character references, and base64. A secret
/// becomes `«TAG:fp=FINGERPRINT,len=LENGTH»` wherever it, or any 12 bytes of it, recur in its
/// record. Records without secrets stay as they are, byte for byte.
///
/// One thread at a time may use a scanner, and copies of it share its fingerprinter.
public struct TokenScanner {
    private let filter = CandidateFilter()
    private var check = CandidateCheck()
    private var redactor: Redactor
    /// The wiped memory of the last batch that was rebuilt, for the next one.
    private var spare: [UInt8] = []

    public init(fingerprinter: Fingerprinter) {
        redactor = Redactor(fingerprinter: fingerprinter)
    }

    /// Replaces the secrets of a batch.
    ///
    /// The batch is rebuilt only if it holds one; then its old bytes are wiped, and the changed
    /// records' digests go to ``RecordBatch/originalDigests``.
    ///
    /// - Parameter members: members of JSON whose values are secrets, whatever they look like.
    /// - Returns: what was found, in the order of the records and of their bytes.
    public mutating func scan(
        _ batch: inout RecordBatch, members: [NamedSecret] = []
    ) -> [TokenSighting] {
        var found: [(record: Int, spans: [SecretSpan])] = []
        batch.bytes.withUnsafeBytes { all in
            for (index, record) in batch.records.enumerated() {
                look(at: record, in: all)
                if !members.isEmpty, let bytes = Self.bytes(of: record, in: all) {
                    let spans = bytes.spans(of: members, and: check.spans)
                    if !spans.isEmpty { found.append((index, spans)) }
                } else if !check.spans.isEmpty {
                    found.append((index, check.spans))
                }
            }
        }
        return found.isEmpty ? [] : rebuild(&batch, found)
    }

    @inline(__always)
    private mutating func look(at record: RecordBatch.Record, in all: UnsafeRawBufferPointer) {
        check.start()
        guard let bytes = Self.bytes(of: record, in: all) else { return }
        filter.forEach(
            bytes.base, count: bytes.count, readable: all.count - record.offset
        ) { place in
            check.look(bytes, at: place)
        }
    }

    private static func bytes(
        of record: RecordBatch.Record, in all: UnsafeRawBufferPointer
    ) -> LenientBytes? {
        guard record.offset >= 0, record.count > 0, record.offset <= all.count,
            record.count <= all.count - record.offset
        else { return nil }
        return LenientBytes(
            UnsafeRawBufferPointer(
                rebasing: all[record.offset..<(record.offset + record.count)]))
    }

    private mutating func rebuild(
        _ batch: inout RecordBatch, _ found: [(record: Int, spans: [SecretSpan])]
    ) -> [TokenSighting] {
        var sightings: [TokenSighting] = []
        var output: [UInt8] = []
        swap(&output, &spare)
        output.reserveCapacity(batch.bytes.count + 128 * found.count)
        var records = batch.records
        var next = 0
        batch.bytes.withUnsafeBytes { all in
            for index in records.indices {
                guard let bytes = Self.bytes(of: records[index], in: all) else {
                    records[index].offset = output.count
                    records[index].count = 0
                    continue
                }
                let start = output.count
                let original = UnsafeRawBufferPointer(start: bytes.base, count: bytes.count)
                if next < found.count, found[next].record == index {
                    if batch.originalDigests[index] == nil {
                        batch.originalDigests[index] = RecordBatch.digest(of: original)
                    }
                    redactor.redact(
                        bytes, index: index, spans: found[next].spans, to: &output,
                        sightings: &sightings)
                    next += 1
                } else {
                    output.append(contentsOf: original.assumingMemoryBound(to: UInt8.self))
                }
                records[index].offset = start
                records[index].count = output.count - start
            }
        }
        output.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        wipe(&batch.bytes)
        swap(&batch.bytes, &output)
        swap(&output, &spare)
        batch.records = records
        return sightings
    }
}
