public import AuditModel
internal import WireFormat

/// nginx's access log: JSON by a `log_format` of one's own, and the combined format of nginx and
/// Apache with whatever follows it. Both may be mixed in one file.
public struct NginxFormat: LogFormat {
    public init() {}

    public var name: String { NginxServer.name }
    public var expectsSecrets: Bool { false }

    /// See ``LogFormat``: JSON with a status and two of nginx's own names, or a combined line.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        if CombinedLine.matches(record) { return true }
        return LogFraming.mentions(record, ["\"status\""], atLeast: 2, of: NginxServer.signs)
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<AccessDialect<NginxServer>>.decode(
            records, settings, into: &batch, &issues)
    }
}

/// What nginx's own variables are called, and what people call them instead.
enum NginxServer: AccessServer {
    static let name = "nginx"
    static let requirement = "status or time"

    /// Names of variables that other servers' logs do not have.
    static let signs: [StaticString] = [
        "\"remote_addr\"", "\"time_iso8601\"", "\"time_local\"", "\"msec\"", "\"request_time\"",
        "\"body_bytes_sent\"", "\"bytes_sent\"", "\"http_user_agent\"", "\"request_uri\"",
        "\"http_referer\"", "\"http_x_forwarded_for\"", "\"sent_http_www_authenticate\"",
        "\"upstream_addr\"", "\"upstream_status\"", "\"upstream_response_time\"",
        "\"remote_user\"", "\"server_protocol\"", "\"request_method\"", "\"token_sha256\"",
        "\"jti\"",
    ]

    private static let paths: [AccessField: String] = [
        .time: "time|time_iso8601|@timestamp|timestamp|msec|time_local|ts|date|datetime|time_msec|"
            + "event_time|start_time",
        .eventID: "event_id",
        .status: "status|status_code|http_status|response_status|response_code|response.status|"
            + "http.response.status_code",
        .address: "remote_addr|client_ip|remote_ip|clientip|client_addr|remote_address|"
            + "client_address|ip|source.ip|source.address|client.ip|client.address",
        .forwarded: "http_x_forwarded_for|x_forwarded_for|x-forwarded-for|forwarded_for|xff|"
            + "x_forward_for|x-forward-for|proxy_add_x_forwarded_for",
        .userAgent: "http_user_agent|user_agent|user-agent|useragent|agent|user_agent.original",
        .requestID: "request_id|req_id|x_request_id|http_x_request_id|correlation_id|trace_id",
        .authorization: "http_authorization|authorization",
        .request: "request|request_uri|request_url|url|url.original",
        .path: "path|uri|request_path|url.path",
        .query: "args|query_string|query|request_args|request_query|url.query",
        .referrer: "http_referer|referer|http_referrer|referrer|http.request.referrer",
        .authenticate: "sent_http_www_authenticate|www_authenticate|www-authenticate|"
            + "upstream_http_www_authenticate|resp_www_authenticate",
        .failure: "jwt_error|auth_error|token_error|oauth_error|error_description",
    ]

    static let tree = AccessField.tree(
        paths.merging(AccessField.claims) { own, _ in own })

    static func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        if JSONFraming.isJSON(content) { return NginxEscapes.repair(content, into: &text) }
        switch CombinedLine.write(content, into: &text) {
        case .none: return LogFraming.unwrap(content, into: &text)
        case let known: return known
        }
    }
}

/// How nginx writes bytes that it does not want to write.
enum NginxEscapes {
    /// Undoes `\x22`, the escapes of nginx's formats without `escape=json`, and Apache's `\"`.
    static func undo(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            if text[at] == 0x5C, let byte = hexadecimal(text, at) {
                plain.append(byte)
                at += 4
            } else if text[at] == 0x5C, at + 1 < text.count {
                plain.append(text[at + 1])
                at += 2
            } else {
                plain.append(text[at])
                at += 1
            }
        }
        return plain
    }

    /// JSON in which a format without `escape=json` wrote `\xHH`, which JSON does not know, as
    /// JSON; otherwise a browser's name with a quote in it would hide its request.
    static func repair(
        _ json: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        guard ByteSearch.contains(json, "\\x") else { return .none }
        var at = 0
        while at < json.count {
            guard json[at] == 0x5C, at + 1 < json.count else {
                text.append(json[at])
                at += 1
                continue
            }
            if let byte = hexadecimal(json, at) {
                append(byte, to: &text)
                at += 4
            } else {
                text.append(0x5C)
                text.append(json[at + 1])
                at += 2
            }
        }
        return .object
    }

    /// Bytes above ASCII are parts of UTF-8 as it was sent; all others go as JSON's own escapes.
    private static func append(_ byte: UInt8, to text: inout ByteBuffer) {
        if byte >= 0x80 { return text.append(byte) }
        let digits: StaticString = "0123456789abcdef"
        for letter in "\\u00".utf8 { text.append(letter) }
        text.append(digits.utf8Start[Int(byte >> 4)])
        text.append(digits.utf8Start[Int(byte & 15)])
    }

    /// The byte of a `\xHH` that stands at `at`.
    private static func hexadecimal(_ text: UnsafeRawBufferPointer, _ at: Int) -> UInt8? {
        guard at + 3 < text.count, text[at + 1] == 0x78 else { return nil }
        let high = HexTable.value(of: text[at + 2])
        let low = HexTable.value(of: text[at + 3])
        return high < 16 && low < 16 ? high << 4 | low : nil
    }
}
