internal import AuditModel
internal import GrantLedger
internal import WireFormat

extension ClientBook {
    /// The book as YAML, sorted: servers by issuer, clients by id and issuer. Equal books give
    /// equal text.
    public var text: String { ClientBookWriter(self, YAMLComments()).text }

    /// Sorted as it is written.
    mutating func sort() {
        servers.sort { $0.issuers.lexicographicallyPrecedes($1.issuers) }
        clients.sort { ($0.id, $0.issuer ?? "") < ($1.id, $1.issuer ?? "") }
    }
}

/// Writes a file of clients, with what people wrote beside its lines.
struct ClientBookWriter {
    private static let head = [
        "# What is known of OAuth clients: docs/CLIENTS.md. Fill in egress, which is every network",
        "# that the back ends of a client speak from, and owner; then: grantrail clients check",
    ]

    private let comments: YAMLComments
    private(set) var text = ""

    init(_ book: ClientBook, _ comments: YAMLComments) {
        self.comments = comments
        var book = book
        book.sort()
        for line in comments.head.isEmpty ? Self.head : comments.head { text += line + "\n" }
        if !book.servers.isEmpty {
            section("servers")
            for server in book.servers { write(server) }
        }
        section("clients", isEmpty: book.clients.isEmpty)
        for client in book.clients { write(client) }
        for line in comments.foot { text += line + "\n" }
    }

    private mutating func section(_ name: String, isEmpty: Bool = false) {
        put(name + (isEmpty ? ": []" : ":"), at: .section(name), indent: "")
    }

    private mutating func write(_ server: ClientBook.Server) {
        var lines: [(key: String, value: String)] = []
        if server.issuers.count == 1 {
            lines.append(("issuer", Self.scalar(server.issuers[0])))
        } else if !server.issuers.isEmpty {
            lines.append(("issuer", Self.list(server.issuers.map(Self.scalar))))
        }
        if let kind = server.kind { lines.append(("kind", kind.rawValue)) }
        lines += Self.policy(server.policy)
        if let imported = server.imported { lines.append(("imported", Self.scalar(imported))) }
        put(lines, "servers", server.line)
    }

    private mutating func write(_ client: ClientBook.Client) {
        var lines = [(key: "id", value: Self.scalar(client.id))]
        if let issuer = client.issuer { lines.append(("issuer", Self.scalar(issuer))) }
        if let name = client.name { lines.append(("name", Self.scalar(name))) }
        if let type = client.type { lines.append(("type", type.rawValue)) }
        lines += Self.policy(client.policy)
        // An empty line to fill in, where it can have an effect.
        let isBackEnd = client.type?.isBackEnd == .yes
        let hasNotes = comments.hasNetworkNotes("clients", client.line, client.egress.count)
        if !client.egress.isEmpty, !hasNotes {
            lines.append(("egress", Self.list(client.egress.map(\.text).map(Self.network))))
        } else if isBackEnd || hasNotes {
            lines.append(("egress", hasNotes ? "" : "[]"))
        }
        let before = lines.count
        lines.append(("owner", client.owner.map(Self.scalar) ?? ""))
        if let imported = client.imported { lines.append(("imported", Self.scalar(imported))) }
        put(Array(lines[..<before]), "clients", client.line)
        if hasNotes { putNetworks(client) }
        put(Array(lines[before...]), "clients", client.line, isFirst: false)
    }

    private mutating func putNetworks(_ client: ClientBook.Client) {
        for (index, network) in client.egress.enumerated() {
            put(
                "- " + Self.network(network.text),
                at: .key("clients", client.line, "egress \(index)"), indent: "        ")
        }
    }

    private mutating func put(
        _ lines: [(key: String, value: String)], _ section: String, _ line: Int,
        isFirst: Bool = true
    ) {
        for (index, entry) in lines.enumerated() {
            let dash = index == 0 && isFirst ? "  - " : "    "
            let value = entry.value.isEmpty ? "" : " " + entry.value
            put("\(dash)\(entry.key):\(value)", at: .key(section, line, entry.key), indent: "")
        }
    }

    private mutating func put(_ line: String, at anchor: YAMLComments.Anchor, indent: String) {
        let notes = comments.at(anchor)
        let depth = indent + line.prefix { $0 == " " }
        for note in notes.above { text += depth + note + "\n" }
        text += indent + line + (notes.beside.map { "  " + $0 } ?? "") + "\n"
    }
}

// MARK: - Scalars

extension ClientBookWriter {
    private static func policy(_ policy: RefreshPolicy) -> [(key: String, value: String)] {
        zip(ClientBookReader.policyKeys, policy.texts).compactMap { key, value in
            value.map { (key, $0) }
        }
    }

    private static func list(_ values: [String]) -> String {
        "[" + values.joined(separator: ", ") + "]"
    }

    /// A colon may end a plain text of YAML.
    private static func network(_ text: String) -> String {
        text.contains(":") ? quoted(text) : text
    }

    /// Words that some reader of YAML takes for something else than text.
    private static let reserved: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "null", "y", "n",
    ]

    /// A text as YAML: as it is where no reader can mistake it, else in double quotes.
    private static func scalar(_ text: String) -> String {
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        let startsWell = text.utf8.first.map { $0 >= 0x41 } ?? false
        let endsWell = text.utf8.last != 0x20
        let isPlain =
            isWord && startsWell && endsWell && !reserved.contains(text.lowercased())
        return isPlain ? text : quoted(text)
    }

    /// JSON's texts are YAML's in double quotes.
    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
