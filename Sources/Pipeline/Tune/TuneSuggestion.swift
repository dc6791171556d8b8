internal import AuditModel

/// What became of trying to quiet one row of a ``TuneTable``.
public struct TuneSuggestion: Sendable {
    public var rule: String
    public var client: String?
    public var tenant: String?
    /// Alerts of the row that would be quiet, of so many that are told.
    public var quieted = 0
    public var told: Int
    /// Alerts of severity high, own ones and others, that nobody would hear of.
    public var high = 0
    /// What else would be quiet, a line for each rule and client.
    public var others: [String] = []
    /// Alerts that only the changed rules raise.
    public var gained = 0
    /// The entry as YAML; nil when none is offered.
    public var document: String?
    /// Why none is offered.
    public var refusal: String?

    /// A row for which there is nothing to try.
    public init(_ row: TuneTable.Row, refusal: String) {
        (rule, client, tenant, told) = (row.rule, row.client, row.tenant, row.told)
        self.refusal = refusal
    }

    /// - Parameter document: the entry, given lines about what it does.
    public init(_ row: TuneTable.Row, _ trial: QuietTrial, document: ([String]) -> String) {
        self.init(row, refusal: "")
        refusal = nil
        let own = Set(row.alerts.filter { $0.severity > .info }.map(\.id))
        quieted = trial.quieted.count { own.contains($0.alert.id) }
        high = trial.quieted.count { $0.alert.severity >= .high }
        others = trial.lines { !own.contains($0.alert.id) && $0.alert.severity > .info }
        gained = trial.gained.count
        if let guarded = trial.guarded {
            refusal = "it would quiet what must be seen: \(guarded)"
        } else if quieted == 0 {
            refusal = "other events raise these alerts as well: an overlay of their common "
                + "client, subject and network quiets none of them"
        } else {
            self.document = document(remarks)
        }
    }

    /// What the entry does, a line each; in the file, too.
    public var remarks: [String] {
        var lines = ["quiets \(quieted) of \(told) alerts of \(rule)"]
        if high > 0 {
            lines[0] += "; WARNING: hides \(high) of severity high, which may be attacks"
        }
        lines += others.map { "also quiets " + $0 }
        if gained > 0 { lines.append("others in their place: \(gained)") }
        return lines
    }
}
