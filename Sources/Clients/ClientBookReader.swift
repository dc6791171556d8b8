internal import AuditModel
public import MarkedText

/// A file of clients as it was read, with everything that is wrong with it.
public struct LoadedClients: Sendable {
    public var path: String
    /// What could be read; to be used only without errors.
    public var book = ClientBook()
    public var diagnostics: [ClientDiagnostic] = []
    /// What people wrote behind `#`.
    var comments = YAMLComments()

    public init(path: String) { self.path = path }

    public var hasErrors: Bool { diagnostics.contains(where: \.isError) }
}

extension ClientBook {
    /// Reads `clients.yml`. Goes through the whole file before it gives up.
    ///
    /// - Parameter path: for diagnostics.
    public static func read(_ bytes: [UInt8], path: String) -> LoadedClients {
        var loaded = LoadedClients(path: path)
        guard let text = YAMLReader.text(bytes) else {
            loaded.diagnostics = [
                ClientDiagnostic(
                    code: .syntax, path: path, message: "the file is not UTF-8",
                    remedy: "save it as UTF-8")
            ]
            return loaded
        }
        var reader = ClientBookReader(path: path, text: text)
        reader.read()
        loaded.book = reader.book
        loaded.diagnostics = reader.report.diagnostics
        loaded.comments = YAMLComments(text, anchors: reader.anchors)
        return loaded
    }
}

/// Reads the keys of a file of clients.
struct ClientBookReader {
    static let rootKeys = ["servers", "clients"]
    static let policyKeys = ["rotation", "leeway", "reuse"]
    static let serverKeys = ["issuer", "kind"] + policyKeys + ["imported"]
    static let clientKeys =
        ["id", "issuer", "name", "type"] + policyKeys + ["egress", "owner", "imported"]
    static let mostReuses: Int64 = 1_000_000

    private let text: String
    var report: ClientReport
    private(set) var book = ClientBook()
    /// What stands in a line, by the line's number, for what people wrote beside it.
    private(set) var anchors: [Int: YAMLComments.Anchor] = [:]

    init(path: String, text: String) {
        self.text = text
        report = ClientReport(path: path, text: text)
    }

    mutating func read() {
        let documents = YAMLReader.documents(text, into: &report)
        if documents.count > 1 {
            report.error(
                .tooMany, documents[1].place, "the file holds more than one document",
                remedy: "leave out what follows `---`")
        }
        guard let root = documents.first else { return }
        for entry in report.entries(root, "the file", keys: Self.rootKeys) {
            anchors[entry.place.line] = .section(entry.key)
            if entry.value.scalar?.isNull == true { continue }
            guard let items = entry.value.items else {
                report.error(
                    .wrongType, entry.value.place,
                    "\(entry.key) must be a list, not \(entry.value.typeName)")
                continue
            }
            for item in items {
                if entry.key == "servers" { readServer(item) } else { readClient(item) }
            }
        }
        checkServers()
        checkClients()
    }

    // MARK: - Entries

    private mutating func readServer(_ node: YAMLNode) {
        var server = ClientBook.Server(issuers: [])
        server.line = node.place.line
        let keys = report.entries(node, "a server", keys: Self.serverKeys)
        for (key, place, value) in keys {
            mark(place.line, "servers", server.line, key)
            switch key {
            case "issuer": server.issuers = report.strings(value, "issuer")
            case "kind":
                server.kind = choice(value, "kind", ServerKind.init(rawValue:), ServerKind.allCases)
            case "imported": server.imported = optional(value, "imported")
            default: readPolicy(key, value, &server.policy)
            }
        }
        checkEffect(keys, server.effectivePolicy)
        book.servers.append(server)
    }

    private mutating func readClient(_ node: YAMLNode) {
        var client = ClientBook.Client(id: "")
        client.line = node.place.line
        let keys = report.entries(node, "a client", keys: Self.clientKeys)
        for (key, place, value) in keys {
            mark(place.line, "clients", client.line, key)
            switch key {
            case "id": client.id = report.string(value, "id") ?? client.id
            case "issuer": client.issuer = optional(value, "issuer")
            case "name": client.name = optional(value, "name")
            case "type":
                client.type = choice(value, "type", ClientType.init(rawValue:), ClientType.allCases)
            case "egress": client.egress = networks(value, client.line)
            case "owner": client.owner = optional(value, "owner")
            case "imported": client.imported = optional(value, "imported")
            default: readPolicy(key, value, &client.policy)
            }
        }
        if !keys.contains(where: { $0.key == "id" }), node.entries != nil {
            report.error(.missingKey, node.place, "a client has no id")
        } else if let id = keys.first(where: { $0.key == "id" }), client.id.isEmpty,
            id.value.scalar?.isNull == false
        {
            report.error(.wrongType, id.value.place, "the id is empty")
        }
        checkEffect(keys, client.policy)
        book.clients.append(client)
    }

    private mutating func mark(_ line: Int, _ section: String, _ entry: Int, _ key: String) {
        // Of several on one line the first stands for it.
        if anchors[line] == nil { anchors[line] = .key(section, entry, key) }
    }

    // MARK: - Values

    /// The text of a scalar; nil for nothing at all, which is no mistake.
    private mutating func optional(_ node: YAMLNode, _ what: String) -> String? {
        if node.scalar?.isNull == true { return nil }
        return report.string(node, what).flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func choice<Choice: RawRepresentable<String>>(
        _ node: YAMLNode, _ what: String, _ make: (String) -> Choice?, _ all: [Choice]
    ) -> Choice? {
        guard let text = optional(node, what) else { return nil }
        if let choice = make(text) { return choice }
        report.unknown(.unknownValue, what, text, node.place, allowed: all.map(\.rawValue))
        return nil
    }

    private mutating func readPolicy(
        _ key: String, _ node: YAMLNode, _ policy: inout RefreshPolicy
    ) {
        guard let text = optional(node, key) else { return }
        switch key {
        case "rotation":
            switch text.lowercased() {
            case "on", "true": policy.rotation = .on
            case "off", "false": policy.rotation = .off
            default:
                report.unknown(
                    .unknownValue, "rotation", text, node.place, allowed: ["on", "off"])
            }
        case "leeway":
            policy.leeway = DurationText.seconds(text)
            if policy.leeway == nil {
                report.error(
                    .unknownValue, node.place, "'\(text.prefix(40))' is no duration",
                    remedy: "0s, or " + DurationText.remedy)
            }
        default:
            let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            let count = isNumber ? Int64(text) : nil
            policy.reuse = count.flatMap { $0 <= Self.mostReuses ? $0 : nil }
            if policy.reuse == nil {
                report.error(
                    .unknownValue, node.place,
                    "reuse must be a count of 0 to \(Self.mostReuses), not \(node.typeName)")
            }
        }
    }

    private mutating func networks(_ node: YAMLNode, _ entry: Int) -> [IPPrefix] {
        if node.scalar?.isNull == true { return [] }
        var prefixes: [IPPrefix] = []
        for (index, item) in (node.items ?? [node]).enumerated() {
            mark(item.place.line, "clients", entry, "egress \(index)")
            guard let text = report.string(item, "a network of egress") else { continue }
            switch IPPrefix.read(text) {
            case .success(let prefix):
                if !prefixes.contains(prefix) { prefixes.append(prefix) }
            case .failure(.hostBits(let meant)):
                report.error(
                    .prefix, item.place, "'\(text.prefix(60))' has bits set beyond its length",
                    remedy: "write \(meant)")
            case .failure(.notAPrefix):
                report.error(
                    .prefix, item.place, "'\(text.prefix(60))' is no network",
                    remedy: "an address, or a prefix such as 192.0.2.0/24 or 2001:db8::/32")
            }
        }
        return prefixes
    }

    // MARK: - What does not fit together

    private mutating func checkEffect(
        _ keys: [(key: String, place: Place, value: YAMLNode)], _ policy: RefreshPolicy
    ) {
        guard policy.rotation == .off else { return }
        for (key, place, value) in keys where key == "leeway" || key == "reuse" {
            if value.scalar?.isNull == true || value.text == "0" || value.text == "0s" { continue }
            report.warning(
                .noEffect, place, "\(key) has no effect where rotation is off",
                remedy: "leave it out")
        }
    }

    private mutating func checkServers() {
        var seen: [String: Int] = [:]
        for server in book.servers {
            for issuer in server.issuers.isEmpty ? [""] : server.issuers {
                if let line = seen[issuer], line != server.line {
                    let what = issuer.isEmpty ? "any issuer" : "issuer '\(issuer.prefix(60))'"
                    duplicate("the server of \(what)", server.line, first: line)
                }
                seen[issuer] = seen[issuer] ?? server.line
            }
        }
    }

    private mutating func checkClients() {
        var seen: [String: Int] = [:]
        for client in book.clients where !client.id.isEmpty {
            // Names of one server mean the same client.
            let issuer = client.issuer.map { name in
                book.servers.first { $0.issuers.contains(name) }?.issuers.first ?? name
            }
            let key = client.id + "\u{0}" + (issuer ?? "")
            if let line = seen[key] {
                duplicate("client '\(client.id.prefix(60))'", client.line, first: line)
            }
            seen[key] = seen[key] ?? client.line
        }
    }

    private mutating func duplicate(_ what: String, _ line: Int, first: Int) {
        report.error(
            .duplicate, Place(line: line, column: 1, length: 1),
            "\(what) is described a second time; first in line \(first)",
            remedy: "keep one of the two")
    }
}
