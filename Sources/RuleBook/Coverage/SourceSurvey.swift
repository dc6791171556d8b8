public import AuditModel
internal import Detection

/// What each source shows, measured from its events.
///
/// Kinds and outcomes are counted for every event. Fields are looked at in the first
/// ``fullEvents`` events of a source and in every ``stride``th after them.
public struct SourceSurvey: Sendable {
    public static let fullEvents = 100_000
    public static let stride = 64
    /// Sources beyond this many are counted together, under the name `other`.
    public static let mostSources = 1_000

    /// What one source showed.
    public struct Source: Sendable, Equatable {
        public var dialect: String
        /// The issuer, or the source's name where events name none.
        public var name: String
        public var events = 0
        /// Events whose fields were looked at.
        public var sampled = 0
        public var successes = 0
        public var failures = 0
        /// By raw value.
        var kinds = [Int](repeating: 0, count: EventKind.names.count)
        var fields: [Field: Int] = [:]
        var payload: [String: Int] = [:]
        /// Refreshes that name the token presented, those that name the new one, and both.
        var refreshPresented = 0
        var refreshIssued = 0
        var refreshLinked = 0
        /// Other events that name a refresh token they issued, or an access token.
        var refreshOpened = 0
        var accessNamed = 0
        var holderAddresses = 0
        /// When and from where they come.
        public internal(set) var health = SourceHealth()

        func count(_ kind: EventKind) -> Int { kinds[Int(kind.rawValue)] }
        func saw(_ kinds: [EventKind]) -> Bool { kinds.contains { count($0) > 0 } }
    }

    private let paths: [String]
    private var places: [UInt64: Int] = [:]
    private var found: [Source] = []
    private static let looked: [Field] = Field.allCases.filter {
        ![.id, .time, .kind, .effects, .outcome, .reason, .lineage, .ipRole, .asserted].contains($0)
    }

    /// - Parameter rules: whose payload paths are looked for.
    public init(_ rules: LoadedRules) {
        var paths: Set<String> = []
        for rule in rules.rules {
            for selection in rule.rule.selections {
                for case .payload(let path) in selection.alternatives.joined().map(\.field) {
                    paths.insert(path)
                }
            }
        }
        self.paths = paths.sorted()
    }

    /// By dialect, then name.
    public var sources: [Source] {
        found.sorted { ($0.dialect, $0.name) < ($1.dialect, $1.name) }
    }

    /// Takes in one event.
    public mutating func take(_ batch: EventBatch, row: Int, pool: StringPool) {
        let dialect = batch.code(.dialect, row)
        let issuer = batch.code(.issuer, row)
        // Codes of issuers and of source names are codes of one pool.
        let name = issuer == 0 ? batch.code(.source, row) : issuer
        let key = UInt64(dialect) << 32 | UInt64(name)
        let index = places[key] ?? open(key, pool.text(dialect), pool.text(name))
        found[index].events += 1
        found[index].kinds[Int(batch.kind[row].rawValue)] += 1
        switch batch.outcome[row] {
        case .success: found[index].successes += 1
        case .failure, .denied: found[index].failures += 1
        case .unknown, .interrupted: break
        }
        found[index].health.take(batch, row)
        let number = found[index].events
        guard number <= Self.fullEvents || number % Self.stride == 0 else { return }
        look(batch, row, index)
        found[index].health.look(batch, row, pool)
    }

    private mutating func open(_ key: UInt64, _ dialect: String, _ name: String) -> Int {
        if found.count >= Self.mostSources {
            places[key] = found.count - 1
            found[found.count - 1].name = "other"
            return found.count - 1
        }
        found.append(Source(dialect: dialect, name: name))
        places[key] = found.count - 1
        return found.count - 1
    }

    private mutating func look(_ batch: EventBatch, _ row: Int, _ index: Int) {
        found[index].sampled += 1
        for field in Self.looked where EventLook.has(field, batch, row: row) {
            found[index].fields[field, default: 0] += 1
        }
        for (path, isThere) in zip(paths, EventLook.present(paths, batch, row: row)) where isThere {
            found[index].payload[path, default: 0] += 1
        }
        let issuesRefresh = !batch.id(.issuedRefresh, row).isNone
        let presents = !batch.id(.presented, row).isNone
        switch batch.kind[row] {
        case .refreshSucceeded, .refreshRejected, .refreshReuseDetected:
            found[index].refreshPresented += presents ? 1 : 0
            found[index].refreshIssued += issuesRefresh ? 1 : 0
            found[index].refreshLinked += presents && issuesRefresh ? 1 : 0
        case .tokenUsed, .tokenValidated: found[index].accessNamed += presents ? 1 : 0
        default:
            found[index].refreshOpened += issuesRefresh ? 1 : 0
        }
        if !batch.id(.issuedAccess, row).isNone { found[index].accessNamed += 1 }
        if batch.ipRole[row] == .holder, !batch.id(.ip, row).isNone {
            found[index].holderAddresses += 1
        }
    }
}

extension SourceSurvey {
    /// Leaves out all sources but those with one of these dialects or names; for after the last
    /// event.
    public mutating func keep(_ names: [String]) {
        found.removeAll { !names.contains($0.dialect) && !names.contains($0.name) }
        places = [:]
    }
}
