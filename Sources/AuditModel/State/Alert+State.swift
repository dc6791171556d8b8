extension Alert: StateCodable {
    /// Every member in the order of its declaration but the incident, which rules do not know.
    public func write(to writer: inout StateWriter) {
        writer.put(id)
        writer.put(revision)
        writer.put(state.rawValue)
        writer.put(rule)
        writer.put(severity.rawValue)
        writer.put(confidence)
        writer.put(score)
        writer.put(verdict)
        writer.put(branch?.rawValue)
        writer.put(time)
        writer.put(precision)
        writer.put(firstSeen)
        writer.put(lastSeen)
        writer.put(count)
        writer.put(tenant)
        writer.put(keys)
        writer.put(attacker)
        writer.put(victim)
        writer.put(message)
        writer.put(why)
        writer.put(evidence)
        writer.put(blastRadius)
        writer.put(actions)
        writer.put(attack)
        writer.put(references)
        writer.put(visibility.rawValue)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        let id: ID128 = try reader.get()
        let revision: Int = try reader.get()
        let state = try reader.choice(AlertState.self)
        let rule: Rule = try reader.get()
        self.init(
            id: id, rule: rule, severity: try reader.choice(Severity.self), time: 0, precision: 0)
        self.revision = revision
        self.state = state
        confidence = try reader.get()
        score = try reader.get()
        verdict = try reader.get()
        branch = try reader.get() ? try reader.choice(Branch.self) : nil
        time = try reader.get()
        precision = try reader.get()
        firstSeen = try reader.get()
        lastSeen = try reader.get()
        count = try reader.get()
        tenant = try reader.get()
        keys = try reader.get()
        attacker = try reader.get()
        victim = try reader.get()
        message = try reader.get()
        why = try reader.get()
        evidence = try reader.get()
        blastRadius = try reader.get()
        actions = try reader.get()
        attack = try reader.get()
        references = try reader.get()
        visibility = try reader.choice(Visibility.self)
    }
}

extension StateReader {
    /// A value by its raw one.
    mutating func choice<Choice: RawRepresentable>(
        _ type: Choice.Type
    ) throws(StateFault) -> Choice where Choice.RawValue: StateCodable {
        let raw: Choice.RawValue = try get()
        guard let choice = Choice(rawValue: raw) else {
            throw .damaged("a field has no possible value")
        }
        return choice
    }
}

extension Alert.Rule: StateCodable {
    /// Its four texts.
    public func write(to writer: inout StateWriter) {
        for text in [id, name, title, hash] { writer.put(text) }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            id: try reader.get(), name: try reader.get(), title: try reader.get(),
            hash: try reader.get())
    }
}

extension Alert.Keys: StateCodable {
    /// Its eight texts.
    public func write(to writer: inout StateWriter) {
        for text in [issuer, client, subject, session, grant, family, lineage, token] {
            writer.put(text)
        }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        issuer = try reader.get()
        client = try reader.get()
        subject = try reader.get()
        session = try reader.get()
        grant = try reader.get()
        family = try reader.get()
        lineage = try reader.get()
        token = try reader.get()
    }
}

extension Alert.Presenter: StateCodable {
    /// Address, system, place, user agent.
    public func write(to writer: inout StateWriter) {
        writer.put(ip)
        writer.put(asn)
        writer.put(place)
        writer.put(userAgent)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        ip = try reader.get()
        asn = try reader.get()
        place = try reader.get()
        userAgent = try reader.get()
    }
}

extension Alert.Why: StateCodable {
    /// Fact, value, what it was held against, points, evidence.
    public func write(to writer: inout StateWriter) {
        writer.put(fact)
        writer.put(value)
        writer.put(comparedTo)
        writer.put(points)
        writer.put(evidence)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            fact: try reader.get(), value: try reader.get(), comparedTo: try reader.get(),
            points: try reader.get(), evidence: try reader.get())
    }
}

extension Alert.Evidence: StateCodable {
    /// Event, time, precision, kind, dialect.
    public func write(to writer: inout StateWriter) {
        writer.put(event)
        writer.put(time)
        writer.put(precision)
        writer.put(kind.rawValue)
        writer.put(source)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            event: try reader.get(), time: try reader.get(), precision: try reader.get(),
            kind: try reader.choice(EventKind.self), source: try reader.get())
    }
}

extension Alert.BlastRadius: StateCodable {
    /// Families, scopes.
    public func write(to writer: inout StateWriter) {
        writer.put(families)
        writer.put(scopes)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(families: try reader.get(), scopes: try reader.get())
    }
}

extension Alert.Action: StateCodable {
    /// Title, command, whether it can be undone.
    public func write(to writer: inout StateWriter) {
        writer.put(title)
        writer.put(command)
        writer.put(reversible)
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(
            title: try reader.get(), command: try reader.get(), reversible: try reader.get())
    }
}
