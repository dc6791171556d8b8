import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import Pipeline
import RuleBook
import WireFormat

/// The entry of an allow-list that closing an alert as benign may write.
struct BenignArguments: ParsableArguments {
    private static let scopes = ["client", "subject", "network"]

    @Option(help: "The file of overlays to which an entry for the alert is appended.")
    var overlay: String?

    @Option(help: "How long the entry holds, from the newest stored event on.")
    var expires = Span(nanoseconds: 30 * 86_400_000_000_000)

    @Option(
        help: """
            What of the alert the entry is about, as far as its events have it: client, subject, \
            network, with commas between.
            """)
    var scope = "client,subject,network"

    @Flag(help: "Write the entry and close the alert; otherwise only show what would be.")
    var write = false

    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments

    func validate() throws {
        if write, overlay == nil { throw ValidationError("--write needs --overlay") }
        guard names.allSatisfy(Self.scopes.contains), !names.isEmpty else {
            throw ValidationError("--scope takes client, subject, network, with commas between")
        }
        guard expires.nanoseconds > 0 else { throw ValidationError("--expires is too short") }
    }

    private var names: [String] { scope.split(separator: ",").map(String.init) }

    /// Tries the entry, shows it, and writes it if that was asked for.
    ///
    /// - Returns: whether it was written.
    func writeEntry(
        to path: String, for arguments: DecisionArguments
    ) throws(PipelineError) -> Bool {
        let file = OverlayFile(path)
        let store = try openStore(arguments.place.store, .readOnly)
        let record = try storedAlert(arguments.ids[0], store)
        guard let alert = AlertJSON.read(record.body) else {
            refuse("the alert was written by another version")
        }
        if record.severity == .critical { refuse("a critical alert is not quieted") }
        let current = rules.loadAll()
        let entry = try made(alert, arguments, current.named(alert.rule.id).rule, store)
        var changed: [Rule] = []
        switch EntryTrial.rules(with: entry, rules, path: path, text: file.text) {
        case .success(let rules): changed = rules
        case .failure(let refusal): refuse(refusal.message)
        }
        let trial = try QuietTrial(
            rules: changed, current: current.active, clients: clients.registry(), store: store)
        try onStore { () throws(StoreError) in try store.close() }
        check(trial, alert)
        let comments = remarks(trial)
        Terminal.write(entry.document(comments: comments))
        guard write else {
            Terminal.note("nothing was written or closed; add --write to do both")
            return false
        }
        file.append(entry.addition(to: file.text, comments: comments))
        Terminal.note(
            "wrote an entry to \(path); a service that has it among its rules.dirs takes it when "
                + "it loads its rules anew")
        return true
    }

    private func refuse(_ why: String) -> Never {
        Terminal.fail("no entry is written and no alert closed: \(why)", status: 1)
    }

    private func made(
        _ alert: Alert, _ arguments: DecisionArguments, _ rule: Rule, _ store: EventStore
    ) throws(PipelineError) -> AllowEntry {
        let places = try onStore { () throws(StoreError) in
            try EvidencePlace.find(alert.evidence, in: store)
        }
        let scope = AlertScope(places, of: alert, onlyAnchor: rule.operation == nil)
            .keeping(names)
        if scope.isEmpty {
            refuse("the alert's events have no \(names.joined(separator: ", no ")) in common")
        }
        let short = alert.id.hex.prefix(12)
        return AllowEntry(
            name: "benign-\(short)", rule: rule.name, client: scope.client,
            subject: scope.subject, network: scope.network, owner: arguments.place.actor,
            reason: (arguments.note.isEmpty ? "closed as benign" : arguments.note)
                + " (alert \(short))", since: alert.firstSeen,
            last: try EntryTrial.end(after: expires, in: store))
    }

    /// What must not be quieted ends the command.
    private func check(_ trial: QuietTrial, _ alert: Alert) {
        if let guarded = trial.guarded {
            refuse("the entry would quiet what must be seen: \(guarded); name more with --scope")
        }
        if !trial.raises(alert.id) {
            refuse("the rules as they are do not raise it any more: nothing is left to quiet")
        }
        if !trial.quiets(alert.id) {
            refuse(
                "the entry would not quiet this alert: other events raise it as well; name less "
                    + "with --scope, or write an overlay by hand")
        }
    }

    /// Lines for people, in the file too.
    private func remarks(_ trial: QuietTrial) -> [String] {
        let style = TextStyle(isColoured: false)
        var lines = trial.lines(where: \.isStored).map { "would have quieted " + $0 }
        if !trial.gained.isEmpty {
            let rules = Set(trial.gained.map(\.rule.name)).sorted().joined(separator: ", ")
            lines.append(
                "would have raised in their place (\(trial.gained.count)): "
                    + style.escape(rules))
        }
        return lines
    }
}
