import ArgumentParser
import AuditModel
import Configuration
import Delivery
import MarkedText
import Pipeline
import TokenScan
import WireFormat

/// Whether a hook takes what it would get.
struct HooksTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send one made-up alert to a hook and say what came of it.",
        discussion: """
            Signed and formed as alerts will be, under an id of its own; its rule is TEST and its \
            severity info. One attempt; the store and the running service are not touched. Ends \
            with 69 when the hook does not take it.

            EXAMPLES
              grantrail hooks test --config config.yaml soc
            """)

    @OptionGroup var arguments: ConfigurationArguments

    @Argument(help: "The hook's name in the configuration.")
    var name: String

    func run() {
        let loaded = ConfigurationCheck.check(arguments.load())
        for diagnostic in loaded.diagnostics where diagnostic.severity == .error {
            Terminal.note(diagnostic.harmlessText)
        }
        guard let configuration = loaded.configuration, !loaded.hasErrors else {
            Terminal.fail(
                "the configuration \(loaded.path) cannot be used; see above", status: 78)
        }
        perform { () throws(PipelineError) in
            let hook = try hook(configuration)
            let answer = hook.carrier.carry(delivery(), AbandonFlag())
            hook.carrier.close()
            say(answer)
        }
    }

    private func hook(_ configuration: ServiceConfiguration) throws(PipelineError) -> CourierHook {
        let key = try fingerprintKey(nil)
        do throws(HookError) {
            let hooks = try ServiceHooks.carried(
                configuration, store: ID128(high: 0, low: 1), key: key)
            if let hook = hooks.first(where: { $0.pace.name == name }) { return hook }
            let names = hooks.map(\.pace.name).joined(separator: ", ")
            Terminal.fail(
                "the configuration has no hook '\(TextStyle(isColoured: false).escape(name))'; "
                    + (names.isEmpty ? "it has none" : "it has: \(names)"), status: 66)
        } catch {
            throw .hook(error)
        }
    }

    private func delivery() -> HookDelivery {
        var random = SystemRandomNumberGenerator()
        let time = ServiceClock.system.wall()
        var alert = Alert(
            id: ID128(high: random.next() | 1, low: random.next()),
            rule: Alert.Rule(
                id: "00000000-0000-4000-8000-000000000000", name: "TEST",
                title: "A test of this hook", hash: String(repeating: "0", count: 32)),
            severity: .info, time: time, precision: 3)
        alert.verdict = "test"
        alert.message = "This is a test of the hook \(name); nothing happened"
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer)
        return HookDelivery(
            hook: name, sequence: 0, alert: alert.id, revision: 1, severity: .info,
            body: writer.takeBytes(), attempts: 0, created: time, due: time)
    }

    private func say(_ answer: HookAnswer?) {
        guard let answer, answer.verdict == .taken else {
            let reason = answer?.failure ?? "broken off"
            Terminal.fail("\(name) did not take it: \(reason)", status: 69)
        }
        Terminal.write("\(name) took it" + (answer.status.map { ": HTTP \($0)" } ?? "") + "\n")
    }
}
