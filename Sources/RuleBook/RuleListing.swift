internal import AuditModel
internal import Detection
public import MarkedText
internal import WireFormat

/// One line of `rules list`.
public struct RuleListing: Sendable, Equatable {
    public var name: String
    public var id: String
    public var title: String
    /// `info`, `low`, `medium`, `high`, `critical`.
    public var level: String
    public var status: String
    /// Where the rule stands; a path under `Rules/` for the pack that the binary carries.
    public var path: String
    /// Why the rule sees nothing; empty when it sees.
    public var blindness: [String]
    /// Its status keeps it from running.
    public var isOff: Bool
    /// The most memory of its state.
    public var state: StateBound
    /// What operators changed of it, by whom and until when.
    public var overlays: [String]
}

extension LoadedRules {
    /// All rules by name.
    public var listing: [RuleListing] {
        rules.map { loaded in
            RuleListing(
                name: loaded.rule.name, id: loaded.rule.id, title: loaded.rule.title,
                level: loaded.rule.level.name, status: loaded.rule.status.rawValue,
                path: loaded.path, blindness: loaded.blindness,
                isOff: loaded.isOff && !runsExperimental, state: StateBound(loaded.rule),
                overlays: loaded.overlays.map(\.text))
        }
    }

    /// ``listing`` as one JSON array of `{name,id,title,level,status,path,off,state}`; a blind
    /// rule has also `blind`, its reasons, and one that operators changed `overlays`.
    public var listingJSON: String {
        var json = JSONWriter()
        json.beginArray()
        for rule in listing { rule.write(to: &json) }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// ``listing`` as one JSON object a line.
    public var listingLines: String {
        var json = JSONWriter()
        for rule in listing {
            rule.write(to: &json)
            json.endLine()
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// What `rules check` prints: every diagnostic, then one line that counts.
    ///
    /// - Parameters:
    ///   - countsPack: false counts only rules from files.
    ///   - shown: how a diagnostic is written.
    public func checkText(
        countsPack: Bool = true, shown: (RuleDiagnostic) -> String = { $0.text }
    ) -> String {
        let rules = rules.filter { countsPack || !$0.isFromPack }
        let blind = rules.count { $0.isBlind }
        var counts = [Self.count(rules.count, "rule")]
        if blind > 0 { counts.append("\(blind) blind") }
        let off = rules.count { $0.isOff && !$0.isBlind }
        if off > 0, !runsExperimental { counts.append("\(off) off") }
        counts.append(Self.count(diagnostics.count { $0.isError }, "error"))
        counts.append(Self.count(diagnostics.count { $0.severity == .warning }, "warning"))
        let states = rules.map { StateBound($0.rule) }.filter { $0.keys > 0 }
        let bytes = states.reduce(0) { $0 + $1.bytes / 1_000_000 }
        if bytes > 0 { counts.append("state of \(states.count) at most \(bytes) MB") }
        return (diagnostics.map { shown($0) + "\n" } + [counts.joined(separator: ", ")])
            .joined(separator: "\n")
    }

    /// `4 rules, 1 blind, 2 off`; nil when all rules run.
    public var inactiveSummary: String? {
        let blind = rules.count { $0.isBlind }
        let off = runsExperimental ? 0 : rules.count { $0.isOff && !$0.isBlind }
        if blind + off == 0 { return nil }
        return "\(Self.count(rules.count, "rule")), \(blind) blind, \(off) off"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension RuleListing {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("name", name)
        json.member("id", id)
        json.member("title", title)
        json.member("level", level)
        json.member("status", status)
        json.member("path", path)
        json.member("blind", blindness)
        json.key("off")
        json.bool(isOff)
        json.key("state")
        json.beginObject()
        json.member("keys", Int64(state.keys))
        json.member("bytes_per_key", Int64(state.bytesPerKey))
        json.member("bytes", Int64(state.bytes))
        json.endObject()
        json.member("overlays", overlays)
        json.endObject()
    }
}
