import AuditModel
import LogFormats
import WireFormat

/// What decoding some lines gave.
struct Decoded {
    var batch: EventBatch
    var issues: [DecodeIssue]
    var tally: DecodeTally

    /// The events as public JSON.
    var lines: [String] {
        (0..<batch.count).map { row in
            var writer = JSONWriter()
            EventJSON.append(batch, row: row, pool: batch.pool, to: &writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    func text(_ column: CodedColumn, _ row: Int = 0) -> String {
        row < batch.count ? batch.pool.text(batch.code(column, row)) : "no event"
    }

    func address(_ row: Int = 0) -> IPAddress? {
        row < batch.count ? batch[row].ip : nil
    }

    func payload(_ row: Int = 0) -> String {
        if row >= batch.count { return "no event" }
        return batch.withPayload(row) { String(decoding: $0, as: UTF8.self) }
    }
}

/// The id that a UUID's text is packed to.
func uuid(_ text: String) -> ID128? {
    var text = text
    return text.withUTF8 { ID128(uuid: UnsafeRawBufferPointer($0)) }
}

func records(_ lines: [[UInt8]]) -> RecordBatch {
    var bytes: [UInt8] = []
    var places: [RecordBatch.Record] = []
    for line in lines {
        places.append(.init(offset: bytes.count, count: line.count, at: Int64(bytes.count)))
        bytes += line + [0x0A]
    }
    bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
    let lineage = (lines.first ?? []).withUnsafeBytes { RecordStream.lineage(ofFirstRecord: $0) }
    return RecordBatch(
        stream: RecordStream(lineage: lineage, name: "test"), bytes: bytes, records: places)
}

func decode(
    _ lines: [[UInt8]], _ format: any LogFormat = KeycloakFormat(),
    settings: DecodeSettings = DecodeSettings()
) -> Decoded {
    var decoded = Decoded(batch: EventBatch(capacity: 4), issues: [], tally: DecodeTally())
    decoded.tally = format.decode(
        records(lines), settings: settings, into: &decoded.batch, issues: &decoded.issues)
    if let tenant = settings.tenant {
        decoded.batch.assignTenant(decoded.batch.pool.code(of: tenant))
    }
    return decoded
}

func decode(_ lines: String..., settings: DecodeSettings = DecodeSettings()) -> Decoded {
    decode(lines.map { Array($0.utf8) }, settings: settings)
}

func decodeAuth0(_ lines: String..., settings: DecodeSettings = DecodeSettings()) -> Decoded {
    decode(lines.map { Array($0.utf8) }, Auth0Format(), settings: settings)
}

func decodeOkta(_ lines: String..., settings: DecodeSettings = DecodeSettings()) -> Decoded {
    decode(lines.map { Array($0.utf8) }, OktaFormat(), settings: settings)
}

func decodeCognito(_ lines: String...) -> Decoded {
    decode(lines.map { Array($0.utf8) }, CognitoFormat())
}

func decodeGoogle(_ lines: String...) -> Decoded {
    decode(lines.map { Array($0.utf8) }, GoogleFormat())
}

func decodeGitHub(_ lines: String...) -> Decoded {
    decode(lines.map { Array($0.utf8) }, GitHubFormat())
}

func decodeEntra(_ lines: String..., settings: DecodeSettings = DecodeSettings()) -> Decoded {
    decode(lines.map { Array($0.utf8) }, EntraFormat(), settings: settings)
}

/// One event in both spellings of the server, from the same facts.
struct Facts {
    var type: String
    var header: [(String, String)] = [
        ("realmId", "a1d0cf6e-0e3c-4a86-9d3e-6f1b7a55c001"), ("realmName", "acme"),
        ("clientId", "spa"), ("userId", "7d0cf1a2-11aa-4c1e-8b11-0123456789ab"),
        ("sessionId", "b54d1a9e-7a54-4b7e-9fb2-5d6c1d7e2f10"), ("ipAddress", "198.51.100.23"),
    ]
    var details: [(String, String)] = []

    var json: String {
        let pairs = { (pairs: [(String, String)]) in
            pairs.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
        }
        return """
            {"id":"0f4b5a3e-3c8a-4c55-9a0e-1f2e3d4c5b6a","time":1772446530123,\
            "type":"\(type)",\(pairs(header)),"details":{\(pairs(details))}}
            """
    }

    var text: String {
        let pairs = ([("type", type)] + header + details).map { "\($0.0)=\"\($0.1)\"" }
        return "2026-03-02 10:15:30,123 DEBUG [org.keycloak.events] (executor-thread-7) "
            + pairs.joined(separator: ", ")
    }
}
