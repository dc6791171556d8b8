internal import MarkedText
internal import WireFormat

/// An entry of an allow-list that a program writes: one rule, the events it is about, who answers
/// for it, and until when.
public struct AllowEntry: Sendable, Equatable {
    public var name: String
    /// Name or id.
    public var rule: String
    /// What the events must have, exactly; at least one of the four.
    public var tenant: String?
    public var client: String?
    public var subject: String?
    /// `192.0.2.0/24`.
    public var network: String?
    public var owner: String
    public var reason: String
    /// Times on the first and on the last day, nanoseconds since 1970; days are those of UTC.
    public var since: Int64
    public var last: Int64

    public init(
        name: String, rule: String, tenant: String? = nil, client: String?, subject: String?,
        network: String?, owner: String, reason: String, since: Int64, last: Int64
    ) {
        self.name = name
        self.rule = rule
        self.tenant = tenant
        self.client = client
        self.subject = subject
        self.network = network
        self.owner = owner
        self.reason = reason
        self.since = since
        self.last = last
    }

    /// A YAML document of its own, which may stand behind any other. Texts are quoted whatever
    /// they hold, and mean themselves.
    ///
    /// - Parameter comments: lines without line breaks, for people.
    public func document(comments: [String]) -> String {
        let fields = [
            tenant.map { ("tenant|cased", Self.literal($0)) },
            client.map { ("client|cased", Self.literal($0)) },
            subject.map { ("subject|cased", Self.literal($0)) },
            network.map { ("ip|cidr", $0) },
        ].compactMap { $0 }.map { "\($0.0): \(Self.quoted($0.1))" }
        let lines =
            ["---"] + comments.map { "# " + $0 } + [
                "allow:",
                "    - name: \(Self.quoted(name))",
                "      rules: [\(Self.quoted(rule))]",
                "      fields: {\(fields.joined(separator: ", "))}",
                "      owner: \(Self.quoted(owner))",
                "      reason: \(Self.quoted(reason))",
                "      since: \(Self.day(since))",
                "      expires: \(Self.day(last))",
            ]
        return lines.map { $0 + "\n" }.joined()
    }

    /// What to append to a text so that the document stands behind it.
    public func addition(to text: String, comments: [String]) -> String {
        let isOpen = !text.isEmpty && text.utf8.last != UInt8(ascii: "\n")
        return (isOpen ? "\n" : "") + document(comments: comments)
    }

    private static func day(_ time: Int64) -> String {
        String(TimeText.string(time, precision: 0).prefix(10))
    }

    /// JSON's texts are YAML's in double quotes.
    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Sigma's wildcards as the characters they are.
    private static func literal(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    ["*", "?", "\\"].contains(scalar) ? ["\\", scalar] : [scalar]
                }))
    }
}

extension RuleBook {
    /// The rules as an entry would make them, at the end of the file it is written to.
    ///
    /// - Parameters:
    ///   - paths: as in ``load(paths:withPack:strictly:adding:)``.
    ///   - text: of the file as it is; empty when there is none.
    /// - Returns: the rules with the entry's document loaded behind them; or why it cannot stand in
    ///   the file, as a sentence.
    public static func trying(
        _ entry: AllowEntry, paths: [String], file: String, text: String
    ) -> Result<LoadedRules, EntryRefusal> {
        let set = paths.count + 1
        func loaded(_ text: String) -> LoadedRules {
            load(paths: paths, adding: [RuleSource(path: file, text: text, set: set)])
        }
        func entries(_ rules: LoadedRules) -> Int {
            rules.rules.flatMap(\.overlays).count { $0.path == file }
        }
        let before = loaded(text)
        if let fault = before.diagnostics.first(where: { $0.isError && $0.path == file }) {
            return .failure(EntryRefusal(message: "\(file) has errors already: \(fault.message)"))
        }
        let after = loaded(text + entry.addition(to: text, comments: []))
        if let fault = after.diagnostics.first(where: { $0.isError && $0.path == file }) {
            let remedy = fault.remedy.map { "; \($0)" } ?? ""
            return .failure(EntryRefusal(message: fault.message + remedy))
        }
        guard entries(after) == entries(before) + 1 else {
            return .failure(
                EntryRefusal(message: "\(file) is not read as a file of rules and overlays"))
        }
        return .success(
            load(
                paths: paths,
                adding: [RuleSource(path: file, text: entry.document(comments: []), set: set)]))
    }
}

/// Why an entry cannot stand in a file.
public struct EntryRefusal: Error, Equatable {
    public var message: String
}
