internal import AuditModel
public import WireFormat

extension Coverage {
    /// `{"sources":[…],"rules":[…]}`.
    public var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sources")
        writer.beginArray()
        for source in sources { source.append(to: &writer) }
        writer.endArray()
        writer.key("rules")
        writer.beginArray()
        for entry in entries { append(entry, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Writes one rule at one source as a JSON object.
    public func append(_ entry: Entry, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("rule", entry.rule)
        writer.member("dialect", sources[entry.source].dialect)
        writer.member("source", sources[entry.source].name)
        writer.member("level", sources[entry.source].visibility.name)
        writer.member("state", entry.state.rawValue)
        writer.member("why", entry.why)
        writer.member("cures", entry.cures)
        writer.key("waiting")
        writer.bool(entry.isWaiting)
        writer.member("attack", entry.attack)
        writer.endObject()
    }

    /// A layer for the ATT&CK Navigator (layer format 4.5): the best state of each technique.
    public var navigatorLayer: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", "Grantrail coverage")
        writer.key("versions")
        writer.beginObject()
        writer.member("attack", "16")
        writer.member("navigator", "5.1.0")
        writer.member("layer", "4.5")
        writer.endObject()
        writer.member("domain", "enterprise-attack")
        let names = sources.map { "\($0.dialect) \($0.name) (\($0.visibility.name))" }
        writer.member("description", "Sources: " + names.joined(separator: ", "))
        writer.key("techniques")
        writer.beginArray()
        for technique in techniques {
            writer.beginObject()
            writer.member("techniqueID", technique.id)
            writer.member("score", technique.state.score)
            writer.member("color", technique.state.color)
            writer.member("comment", comment(technique.rules))
            writer.key("enabled")
            writer.bool(true)
            writer.endObject()
        }
        writer.endArray()
        writer.key("legendItems")
        writer.beginArray()
        for state in State.allCases {
            writer.beginObject()
            writer.member("label", state.rawValue)
            writer.member("color", state.color)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func comment(_ entries: [Entry]) -> String {
        entries.map { entry in
            let source = sources[entry.source]
            let why = entry.why.isEmpty ? "" : ": " + entry.why.joined(separator: "; ")
            return "\(entry.rule) \(entry.state.rawValue) at \(source.dialect) \(source.name)\(why)"
        }.joined(separator: "\n")
    }
}

extension Coverage.State {
    fileprivate var score: Int64 {
        switch self {
        case .active: 100
        case .degraded: 50
        case .blind, .off: 0
        }
    }

    fileprivate var color: String {
        switch self {
        case .active: "#31a354"
        case .degraded: "#fdae6b"
        case .blind: "#de2d26"
        case .off: "#bdbdbd"
        }
    }
}

extension SourceSurvey.Source {
    fileprivate func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("dialect", dialect)
        writer.member("name", name)
        writer.member("level", visibility.name)
        writer.member("events", Int64(events))
        writer.member("sampled", Int64(sampled))
        writer.member("successes", Int64(successes))
        writer.member("failures", Int64(failures))
        writer.member("capabilities", capabilities)
        writer.endObject()
    }
}
