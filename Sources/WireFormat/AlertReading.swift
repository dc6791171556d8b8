public import AuditModel

extension AlertJSON {
    /// The alert that ``append(_:to:more:)`` wrote; members it does not know are passed over.
    ///
    /// - Parameter body: one JSON object, white space around it allowed.
    /// - Returns: nil for what is no alert of this schema.
    public static func read(_ body: [UInt8]) -> Alert? {
        var document = JSONDocument()
        let padded = body + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        return padded.withUnsafeBytes { bytes -> Alert? in
            do throws(JSONError) {
                try document.read(UnsafeRawBufferPointer(rebasing: bytes[..<body.count]))
            } catch {
                return nil
            }
            guard case .object(let members) = JSONTree(document, at: 0) else { return nil }
            do throws(NoAlert) {
                return try AlertMembers(members).alert()
            } catch {
                return nil
            }
        }
    }
}

/// What was read is no alert.
private struct NoAlert: Error {}

/// A small JSON document as values that stand alone. Numbers stay text.
private enum JSONTree {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    /// The value of a node; its depth is bounded by the reader's limits.
    init(_ document: borrowing JSONDocument, at index: Int) {
        guard index < document.count else {
            self = .null
            return
        }
        let node = document[index]
        let text = document.value(node)
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(text.first == UInt8(ascii: "t"))
        case .number: self = .number(String(decoding: text, as: UTF8.self))
        case .string: self = .text(String(decoding: text, as: UTF8.self))
        case .array:
            var elements: [JSONTree] = []
            var next = index + 1
            while next < Int(node.next) {
                elements.append(JSONTree(document, at: next))
                next = Int(document[next].next)
            }
            self = .list(elements)
        case .object:
            var members: [String: JSONTree] = [:]
            var next = index + 1
            while next < Int(node.next) {
                let key = String(decoding: document.key(document[next]), as: UTF8.self)
                members[key] = JSONTree(document, at: next)
                next = Int(document[next].next)
            }
            self = .object(members)
        }
    }
}

/// The members of one object, by type. One of another type is an error; one that is not there is
/// nil.
private struct AlertMembers {
    private let members: [String: JSONTree]

    init(_ members: [String: JSONTree]) { self.members = members }

    func must<Value>(_ value: Value?) throws(NoAlert) -> Value {
        guard let value else { throw NoAlert() }
        return value
    }

    func text(_ name: String) throws(NoAlert) -> String? {
        switch members[name] {
        case nil: nil
        case .text(let text): text
        default: throw NoAlert()
        }
    }

    func texts(_ name: String) throws(NoAlert) -> [String] {
        var texts: [String] = []
        for element in try list(name) {
            guard case .text(let text) = element else { throw NoAlert() }
            texts.append(text)
        }
        return texts
    }

    func integer<Value: FixedWidthInteger>(_ name: String) throws(NoAlert) -> Value? {
        switch members[name] {
        case nil: nil
        case .number(let text): try must(Value(text))
        default: throw NoAlert()
        }
    }

    /// A decimal number of two fraction digits at most, as hundredths.
    func hundredths(_ name: String) throws(NoAlert) -> Int? {
        guard let member = members[name] else { return nil }
        guard case .number(let text) = member else { throw NoAlert() }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = Int(parts[0]) else { throw NoAlert() }
        var rest = 0
        if parts.count == 2 {
            guard let digits = Int(parts[1]), parts[1].utf8.count <= 2 else { throw NoAlert() }
            rest = parts[1].utf8.count == 1 ? digits * 10 : digits
        }
        let (scaled, overflows) = whole.multipliedReportingOverflow(by: 100)
        let (sum, spills) = scaled.addingReportingOverflow(text.hasPrefix("-") ? -rest : rest)
        if overflows || spills { throw NoAlert() }
        return sum
    }

    func bool(_ name: String) throws(NoAlert) -> Bool {
        guard case .bool(let value) = members[name] else { throw NoAlert() }
        return value
    }

    func time(_ name: String) throws(NoAlert) -> TimeText.Parsed {
        var text = try must(try text(name))
        let parsed = text.withUTF8 { TimeText.parse(UnsafeRawBufferPointer($0)) }
        guard let parsed, !parsed.isLocal else { throw NoAlert() }
        return parsed
    }

    func list(_ name: String) throws(NoAlert) -> [JSONTree] {
        switch members[name] {
        case nil: []
        case .list(let elements): elements
        default: throw NoAlert()
        }
    }

    func object(_ name: String) throws(NoAlert) -> AlertMembers? {
        switch members[name] {
        case nil: nil
        case .object(let members): AlertMembers(members)
        default: throw NoAlert()
        }
    }

    func objects(_ name: String) throws(NoAlert) -> [AlertMembers] {
        var objects: [AlertMembers] = []
        for element in try list(name) {
            guard case .object(let members) = element else { throw NoAlert() }
            objects.append(AlertMembers(members))
        }
        return objects
    }
}

extension AlertMembers {
    /// The alert whose members these are.
    func alert() throws(NoAlert) -> Alert {
        guard try text("schema") == AlertJSON.schema else { throw NoAlert() }
        let time = try time("time")
        var alert = Alert(
            id: try must(ID128(hex: try must(try text("id")))),
            rule: try must(try object("rule")).rule(),
            severity: try must(Severity(name: try must(try text("severity")))),
            time: time.time, precision: time.precision)
        alert.revision = try must(try integer("revision"))
        alert.state = try must(AlertState(rawValue: try must(try text("state"))))
        alert.confidence = try must(try integer("confidence"))
        alert.score = try hundredths("score")
        alert.verdict = try text("verdict") ?? ""
        if let branch = try text("branch") { alert.branch = try must(Branch(rawValue: branch)) }
        alert.firstSeen = try self.time("first_seen").time
        alert.lastSeen = try self.time("last_seen").time
        alert.count = try must(try integer("count"))
        alert.tenant = try text("tenant")
        alert.keys = try must(try object("keys")).keys()
        alert.attacker = try object("attacker")?.presenter()
        alert.victim = try object("victim")?.presenter()
        alert.message = try must(try text("message"))
        for why in try objects("why") { alert.why.append(try why.why()) }
        for event in try objects("evidence") { alert.evidence.append(try event.evidence()) }
        alert.blastRadius = try object("blast_radius")?.blastRadius()
        for action in try objects("actions") { alert.actions.append(try action.action()) }
        alert.attack = try texts("attack")
        alert.references = try texts("references")
        alert.visibility = try visibility()
        alert.incident = try incident()
        alert.suppressedBy = try text(AlertJSON.suppressedBy)
        return alert
    }

    /// Nil as well for one that goes by another name: whoever wrote it, it is none of ours.
    private func incident() throws(NoAlert) -> Alert.Incident? {
        guard case .text(let name) = members["incident"], let id = IncidentID(name)
        else { return nil }
        return Alert.Incident(
            id: id, alerts: try integer("incident_alerts"),
            before: try text("incident_before").flatMap { IncidentID($0) },
            joined: try texts("incident_joined").compactMap { IncidentID($0) })
    }

    private func visibility() throws(NoAlert) -> Visibility {
        let name = try must(try text("visibility"))
        guard name.hasPrefix("L"), let level = UInt8(name.dropFirst()) else { throw NoAlert() }
        return try must(Visibility(rawValue: level))
    }

    private func rule() throws(NoAlert) -> Alert.Rule {
        Alert.Rule(
            id: try must(try text("id")), name: try must(try text("name")),
            title: try must(try text("title")), hash: try must(try text("hash")))
    }

    private func keys() throws(NoAlert) -> Alert.Keys {
        var keys = Alert.Keys()
        keys.issuer = try text("issuer")
        keys.client = try text("client")
        keys.subject = try text("subject")
        keys.session = try text("session")
        keys.grant = try text("grant")
        keys.family = try text("family")
        keys.lineage = try text("lineage")
        keys.token = try text("token")
        return keys
    }

    private func presenter() throws(NoAlert) -> Alert.Presenter {
        var presenter = Alert.Presenter()
        presenter.ip = try text("ip")
        presenter.asn = try integer("asn")
        presenter.place = try text("place")
        presenter.userAgent = try text("user_agent")
        return presenter
    }

    private func why() throws(NoAlert) -> Alert.Why {
        var why = Alert.Why(fact: try must(try text("fact")), value: try must(try text("value")))
        why.comparedTo = try text("compared_to")
        why.points = try hundredths("points")
        for event in try texts("evidence") { why.evidence.append(try must(ID128(hex: event))) }
        return why
    }

    private func evidence() throws(NoAlert) -> Alert.Evidence {
        let time = try time("time")
        return Alert.Evidence(
            event: try must(ID128(hex: try must(try text("event_id")))), time: time.time,
            precision: time.precision, kind: try must(EventKind(name: try must(try text("kind")))),
            source: try must(try text("source")))
    }

    private func blastRadius() throws(NoAlert) -> Alert.BlastRadius {
        Alert.BlastRadius(
            families: try must(try integer("families")), scopes: try texts("scopes"))
    }

    private func action() throws(NoAlert) -> Alert.Action {
        Alert.Action(
            title: try must(try text("title")), command: try text("command"),
            reversible: try bool("reversible"))
    }
}
