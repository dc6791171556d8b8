public import AuditModel
internal import Detection
internal import GrantLedger

/// The life of one grant as a sequence of steps, folded on demand from its own events.
public struct GrantHistory: Sendable {
    /// One event of the grant and what it meant.
    public struct Step: Sendable {
        /// What an event did to the grant's tokens.
        public enum Meaning: Sendable {
            /// A lineage opened with this token.
            case opened(Token)
            /// A token was exchanged for its successor.
            case rotated(Token, Token)
            /// A spent token was presented again; the successor is nil when the server refused.
            case replayed(Token?, Token?)
            /// A token that nobody was seen to have spent was refused.
            case refused(Token?)
            /// Anything else about the session or its tokens.
            case other
        }

        public var event: ID128
        public var time: Int64
        public var precision: UInt8
        public var kind: EventKind
        public var meaning: Meaning
        public var ip: String?
        public var country: String?
        public var reason: String?
        public var isForked: Bool
        public var alerts: [Alert]
    }

    /// A refresh token as its place in the family.
    public struct Token: Sendable, Hashable {
        /// The lineage, from 0 in order of appearance.
        public var lineage: Int
        /// Depth from the first token seen.
        public var generation: Int
        /// The branch in its lineage: 0 is the first, forks count on.
        public var branch: Int
    }

    public var family: String
    public var issuer: String
    public var tenant: String?
    public var client: String
    public var subject: String?
    public var session: String
    public var scopes: [String]
    public var isBorn: Bool
    public var isEnded: Bool
    public var steps: [Step]
    public var alerts: [Alert]

    /// One word for where the grant stands.
    public var state: String {
        if alerts.contains(where: { $0.severity >= .high }) { return "compromised" }
        if alerts.contains(where: { $0.severity >= .medium }) { return "suspected" }
        return isEnded ? "ended" : "active"
    }
}

extension GrantHistory {
    /// The steps of whom an alert calls the attacker: those from the attacker's address since the
    /// alert's first event, and those with tokens that came out of them.
    public func attackerSteps(_ alert: Alert) -> [Step] {
        guard let ip = alert.attacker?.ip else { return [] }
        let start = alert.evidence.map(\.time).min() ?? alert.firstSeen
        var stolen: Set<Token> = []
        return steps.filter { step in
            let tokens = step.tokens
            let isOwn = step.ip == ip && step.time >= start
            guard isOwn || tokens.presented.map(stolen.contains) ?? false else { return false }
            if let issued = tokens.issued { stolen.insert(issued) }
            return true
        }
    }
}

extension GrantHistory.Step {
    fileprivate var tokens: (presented: GrantHistory.Token?, issued: GrantHistory.Token?) {
        switch meaning {
        case .opened(let token): (nil, token)
        case .rotated(let token, let next): (token, next)
        case .replayed(let token, let next): (token, next)
        case .refused(let token): (token, nil)
        case .other: (nil, nil)
        }
    }
}

/// Builds a ``GrantHistory`` from the rows of one family in total order.
struct GrantHistoryBuilder {
    private var tokens: [ID128: GrantHistory.Token] = [:]
    private var lineageCount = 0
    private var branchCounts: [Int: Int] = [:]
    private var steps: [GrantHistory.Step] = []
    private var ledger: Ledger
    private var family = -1

    init(clients: ClientRegistry) { ledger = Ledger(clients: clients) }

    mutating func take(_ batch: EventBatch, _ row: Int, pool: StringPool) {
        let event = batch[row]
        var transition = Transition()
        let hasMeaning = ledger.apply(batch, row: row, pool: pool, into: &transition)
        if hasMeaning, transition.family >= 0 { family = transition.family }
        var facts = hasMeaning ? transition.facts : []
        if transition.isContested {
            // The replay was an earlier event; this one is an ordinary step.
            facts.remove(.refreshReplayed)
            if !facts.contains(.refreshRotated) { facts.insert(.refreshRefused) }
        }
        steps.append(
            GrantHistory.Step(
                event: event.id, time: event.time, precision: event.precision, kind: event.kind,
                meaning: meaning(of: event, facts),
                ip: event.ip.isNone ? nil : event.ip.text,
                country: event.country == 0 ? nil : Self.letters(event.country),
                reason: event.reasonRaw == 0 ? nil : pool.text(event.reasonRaw),
                isForked: hasMeaning && transition.facts.contains(.refreshForked), alerts: []))
    }

    /// The history, with each alert at the events where it has evidence.
    func finish(alerts: [Alert], pool: StringPool) -> GrantHistory? {
        guard let facts = ledger.family(family) else { return nil }
        var steps = steps
        for index in steps.indices {
            steps[index].alerts = alerts.filter { alert in
                alert.evidence.last?.event == steps[index].event || alert.time == steps[index].time
                    && alert.evidence.contains { $0.event == steps[index].event }
            }
        }
        let issuer = pool.text(facts.issuer)
        let client = pool.text(facts.client)
        return GrantHistory(
            family: FamilyFacts.identity(issuer: issuer, anchor: facts.anchor, client: client).hex,
            issuer: issuer, tenant: facts.tenant == 0 ? nil : pool.text(facts.tenant),
            client: client, subject: facts.subject == 0 ? nil : pool.text(facts.subject),
            session: facts.anchor,
            scopes: pool.text(facts.scopes).split(separator: " ").map(String.init),
            isBorn: facts.isBorn, isEnded: facts.isEnded, steps: steps, alerts: alerts)
    }

    private mutating func meaning(
        of event: EventRow, _ facts: FactSet
    ) -> GrantHistory.Step.Meaning {
        if facts.contains(.lineageOpened) {
            return .opened(openLineage(event.issuedRefresh))
        }
        if facts.contains(.refreshReplayed) {
            let token = tokens[event.presented]
            guard let token, event.kind == .refreshSucceeded else { return .replayed(token, nil) }
            let branch = nextBranch(token.lineage)
            return .replayed(token, grow(token, into: event.issuedRefresh, branch: branch))
        }
        if facts.contains(.refreshRotated) {
            let token = tokens[event.presented] ?? openLineage(event.presented)
            return .rotated(token, grow(token, into: event.issuedRefresh, branch: token.branch))
        }
        if facts.contains(.refreshRefused) { return .refused(tokens[event.presented]) }
        return .other
    }

    private mutating func openLineage(_ token: ID128) -> GrantHistory.Token {
        let first = GrantHistory.Token(lineage: lineageCount, generation: 0, branch: 0)
        tokens[token] = first
        lineageCount += 1
        return first
    }

    private mutating func grow(
        _ parent: GrantHistory.Token, into token: ID128, branch: Int
    ) -> GrantHistory.Token {
        let child = GrantHistory.Token(
            lineage: parent.lineage, generation: parent.generation + 1, branch: branch)
        tokens[token] = child
        return child
    }

    private mutating func nextBranch(_ lineage: Int) -> Int {
        branchCounts[lineage, default: 0] += 1
        return branchCounts[lineage, default: 0]
    }

    private static func letters(_ country: UInt16) -> String {
        String(
            decoding: [UInt8(country >> 8), UInt8(truncatingIfNeeded: country)], as: UTF8.self)
    }
}
