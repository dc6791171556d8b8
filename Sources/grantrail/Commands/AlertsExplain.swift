import ArgumentParser
import AuditModel
import Delivery
import Detection
import EventStore
import Foundation
import Pipeline
import RuleBook
import WireFormat

/// One stored alert, derived anew.
struct AlertsExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Derive a stored alert anew from its events, and say whether it still holds.",
        discussion: """
            Shows the alert, every part of its rule with what the events had there, where the \
            records of its events stand, and what the attacker did with the grant. Ends with 1 \
            when the events give another severity, verdict or branch today, or no alert at all.

            EXAMPLES
              grantrail alerts explain --store events.db 3f1c
              grantrail alerts explain --store events.db 3f1c --output json | jq .evidence
            """)

    @Option(help: "The store's file.")
    var store: String

    @Argument(help: "The alert's id, or its first digits.")
    var id: String

    @OptionGroup var rules: RuleOptions
    @OptionGroup var clients: ClientArguments
    @OptionGroup var output: OutputOptions

    func run() {
        var isSame = true
        perform { () throws(PipelineError) in
            let loaded = rules.loadAll()
            let store = try openStore(store, .readOnly)
            guard let alert = AlertJSON.read(try storedAlert(id, store).body) else {
                Terminal.fail(
                    "cannot read the alert: it was written by another version; use that one",
                    status: 74)
            }
            let query = ExplainQuery(rules: loaded.active, clients: clients.registry())
            var found = try query.explain(stored: alert, in: store)
            try onStore { () throws(StoreError) in try store.close() }
            isSame = found.outcome == .same
            if !isSame { found.reasons = aboutRule(alert.rule, loaded) + found.reasons }
            write(found)
        }
        if !isSame { Foundation.exit(1) }
    }

    private func write(_ found: AlertExplanation) {
        if output.choice == .text {
            Terminal.write(found.text(output.style))
        } else {
            var printer = Printer(output)
            printer.choice = .ndjson
            printer.objects([found]) { $0.append(to: &$1) }
        }
    }

    /// Why the rule does not run, or not as it is written.
    private func aboutRule(_ rule: Alert.Rule, _ loaded: LoadedRules) -> [String] {
        guard let known = loaded.rules.first(where: { $0.rule.id == rule.id }) else {
            return [
                "no rule has the id of \(rule.name), \(rule.id): it was removed; --rules names "
                    + "directories beside the pack"
            ]
        }
        if known.isBlind {
            return ["\(rule.name) is blind: " + known.blindness.joined(separator: "; ")]
        }
        if known.isOff, !loaded.runsExperimental {
            return ["\(rule.name) is off (\(known.rule.status.rawValue)); try --experimental"]
        }
        return known.overlays.map { "an overlay changes \(rule.name): \($0.text)" }
    }
}
