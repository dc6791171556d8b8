internal import AuditModel
internal import EventStore
internal import Intake
internal import LogFormats
internal import Places
internal import TokenScan

/// One batch after scanning and decoding, ready to be put in order or stored.
struct DecodedBatch: Sendable {
    var events: EventBatch
    var tally: IntakeTally
    /// Records that gave no event, redacted.
    var rejected: [QuarantinedRecord]
}

/// Takes raw records to events on a worker thread: secrets become fingerprints first, then the
/// dialect decodes what is left, then addresses get their places.
struct RecordDecoder: Sendable {
    /// Rejected records keep this much of their redacted bytes.
    static let rejectedBytes = 64 << 10

    let format: (any LogFormat)?
    let settings: DecodeSettings
    /// What is to be said about the dialect of the records' stream.
    var doubt: DialectDoubt?

    /// Decodes what a reader gave; what the reader itself lost was a record, too.
    func decode(_ result: ReadResult, _ context: WorkerContext) -> DecodedBatch {
        var decoded = decode(result.batch, context)
        decoded.tally.records += result.issues.count
        for issue in result.issues {
            decoded.tally.rejected[issue.code, default: 0] += 1
            decoded.rejected.append(
                QuarantinedRecord(
                    source: result.batch.stream, at: issue.at, code: issue.code.rawValue,
                    detail: issue.detail, bytes: []))
        }
        return decoded
    }

    func decode(_ records: RecordBatch, _ context: WorkerContext) -> DecodedBatch {
        var records = records
        let sightings = context.scanner.scan(&records, members: secretMembers)
        var events = EventBatch(capacity: records.records.count)
        var issues: [DecodeIssue] = []
        var tally = IntakeTally()
        tally.records = records.records.count
        tally.secrets = sightings.count
        if let format {
            let result = format.decode(
                records, settings: settings, into: &events, issues: &issues)
            tally.events = result.events
            tally.ignored = result.ignored
            if let tenant = settings.tenant {
                events.assignTenant(events.pool.code(of: tenant))
            }
            context.places?.fill(&events)
            tally.leaks = LeakMarks.mark(
                &events, sightings, in: records, expectsSecrets: format.expectsSecrets)
        } else {
            let names = doubt?.candidates.joined(separator: " or ") ?? ""
            let detail = names.isEmpty ? "" : "might be \(names); "
            for index in records.records.indices {
                issues.append(
                    DecodeIssue(
                        code: .dialectUnknown, record: index,
                        detail: detail + "name one with --dialect"))
            }
        }
        if let doubt { tally.doubts = [doubt] }
        let rejected = reject(issues, records, &tally)
        return DecodedBatch(events: events, tally: tally, rejected: rejected)
    }

    /// The members of which the dialect knows that they hold secrets.
    private var secretMembers: [NamedSecret] {
        (format?.secretMembers ?? []).map { member in
            let kind: TokenKind =
                switch member.token {
                case .refresh: .refreshToken
                case .access: .accessToken
                case .code: .authorizationCode
                }
            return NamedSecret(member.name, kind)
        }
    }

    private func reject(
        _ issues: [DecodeIssue], _ records: RecordBatch, _ tally: inout IntakeTally
    ) -> [QuarantinedRecord] {
        var rejected: [QuarantinedRecord] = []
        for issue in issues {
            if issue.isPartial {
                tally.partial[issue.code, default: 0] += 1
                continue
            }
            tally.rejected[issue.code, default: 0] += 1
            guard records.records.indices.contains(issue.record) else { continue }
            let record = records.records[issue.record]
            let end = record.offset + min(record.count, Self.rejectedBytes)
            rejected.append(
                QuarantinedRecord(
                    source: records.stream, at: record.at, code: issue.code.rawValue,
                    detail: issue.detail,
                    bytes: Array(records.bytes[record.offset..<end])))
        }
        return rejected
    }
}
