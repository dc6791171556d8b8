internal import AuditModel

/// What of a line of text goes into the JSON that stands for it, in the shape in which the server
/// writes it as JSON.
enum HydraLeaf: Int, CaseIterable {
    case time, level, message, audience, service, version, requestID
    case errorName, reason, debug, description, errorStatus
    case method, path, query, remote, host, scheme
    case userAgent, forwarded, realAddress
    case status, trace

    fileprivate var key: StaticString {
        switch self {
        case .time: "time"
        case .level: "level"
        case .message: "msg"
        case .audience: "audience"
        case .service: "service_name"
        case .version: "service_version"
        case .requestID: "request_id"
        case .errorName: "message"
        case .reason: "reason"
        case .debug: "debug"
        case .description: "description"
        case .errorStatus: "status_code"
        case .method: "method"
        case .path: "path"
        case .query: "query"
        case .remote: "remote"
        case .host: "host"
        case .scheme: "scheme"
        case .userAgent: "user-agent"
        case .forwarded: "x-forwarded-for"
        case .realAddress: "x-real-ip"
        case .status: "status"
        case .trace: "trace_id"
        }
    }

    /// The keys of releases that wrote no maps, and those that are no maps in any release.
    private static let flatKeys: [(key: StaticString, leaf: HydraLeaf)] = [
        ("time", .time), ("level", .level), ("msg", .message), ("audience", .audience),
        ("service_name", .service), ("service_version", .version), ("request_id", .requestID),
        ("hint", .reason), ("reason", .reason), ("debug", .debug),
        ("description", .description), ("method", .method), ("request", .path),
        ("remote", .remote), ("status", .status), ("trace_id", .trace),
    ]

    static func flat(_ key: UnsafeRawBufferPointer) -> HydraLeaf? {
        for entry in flatKeys where ByteSearch.equals(key, entry.key) { return entry.leaf }
        return nil
    }
}

/// The texts of one line.
struct HydraLeaves: ~Copyable {
    private static var none: UnsafeRawBufferPointer { .init(start: nil, count: 0) }

    private let texts: UnsafeMutablePointer<UnsafeRawBufferPointer>

    init() {
        texts = .allocate(capacity: HydraLeaf.allCases.count)
        texts.initialize(repeating: Self.none, count: HydraLeaf.allCases.count)
    }

    deinit { texts.deallocate() }

    func removeAll() {
        texts.update(repeating: Self.none, count: HydraLeaf.allCases.count)
    }

    /// Nil for what is absent, empty, or Go's `<nil>`.
    subscript(_ leaf: HydraLeaf) -> UnsafeRawBufferPointer? {
        get { texts[leaf.rawValue].isEmpty ? nil : texts[leaf.rawValue] }
        nonmutating set {
            guard let newValue, !ByteSearch.equals(newValue, "<nil>") else { return }
            texts[leaf.rawValue] = newValue
        }
    }

    func write(into json: inout ByteBuffer) {
        json.append(0x7B)
        var separator = false
        for leaf in Self.top { write(leaf, into: &json, &separator) }
        writeGroup("error", Self.error, into: &json, &separator)
        writeGroup(
            "http_request", Self.request, inner: ("headers", Self.headers), into: &json,
            &separator)
        writeGroup("http_response", Self.response, into: &json, &separator)
        writeGroup("otel", Self.trace, into: &json, &separator)
        json.append(0x7D)
    }

    private static let top: [HydraLeaf] = [
        .time, .level, .message, .audience, .service, .version, .requestID,
    ]
    private static let error: [HydraLeaf] = [
        .errorName, .reason, .debug, .description, .errorStatus,
    ]
    private static let request: [HydraLeaf] = [.method, .path, .query, .remote, .host, .scheme]
    private static let headers: [HydraLeaf] = [.userAgent, .forwarded, .realAddress]
    private static let response: [HydraLeaf] = [.status]
    private static let trace: [HydraLeaf] = [.trace]

    private func write(
        _ leaf: HydraLeaf, into json: inout ByteBuffer, _ separator: inout Bool
    ) {
        guard let text = self[leaf] else { return }
        writeKey(leaf.key, into: &json, &separator)
        json.appendJSON(text)
    }

    private func writeKey(
        _ key: StaticString, into json: inout ByteBuffer, _ separator: inout Bool
    ) {
        if separator { json.append(0x2C) }
        separator = true
        json.appendJSON(
            UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        json.append(0x3A)
    }

    private func writeGroup(
        _ name: StaticString, _ leaves: [HydraLeaf],
        inner: (name: StaticString, leaves: [HydraLeaf])? = nil, into json: inout ByteBuffer,
        _ separator: inout Bool
    ) {
        let isThere = leaves.contains { self[$0] != nil }
            || inner?.leaves.contains { self[$0] != nil } ?? false
        guard isThere else { return }
        writeKey(name, into: &json, &separator)
        json.append(0x7B)
        var own = false
        for leaf in leaves { write(leaf, into: &json, &own) }
        if let inner { writeGroup(inner.name, inner.leaves, into: &json, &own) }
        json.append(0x7D)
    }
}
