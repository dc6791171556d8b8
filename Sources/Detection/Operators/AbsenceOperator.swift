internal import AuditModel
internal import GrantLedger

/// `absence` of something expected: input 1 does not come within the span after input 0. Told once
/// event time has reached the end of the span, never for a span that ends behind the last event.
///
/// While a key waits, further triggers of it are part of the same wait.
struct AbsenceOperator: RuleOperator {
    static let mostKeys = 32_768

    struct Wait: Sendable {
        let deadline: Int64
        let trigger: KeptEvent
    }

    private let clock: WindowClock
    /// In the order of their deadlines: keys are used only when a wait begins.
    var table = KeyedTable<Wait>(capacity: AbsenceOperator.mostKeys)
    static let isTimed = true

    init(_ operation: Operation) { clock = WindowClock(window: operation.window) }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int { MemoryLayout<Wait>.stride + KeptEvent.bytes }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        if occurrence.inputs & 2 != 0 { _ = table.removeValue(occurrence.key) }
        if occurrence.inputs & 1 != 0, table.existing(occurrence.key, { _ in true }) == nil {
            let (deadline, overflow) = occurrence.time.addingReportingOverflow(clock.window.span)
            let wait = Wait(
                deadline: overflow ? .max : deadline,
                trigger: KeptEvent(batch, row, transition))
            table.with(occurrence.key, fresh: { wait }) { _ in }
        }
        return nil
    }

    /// The next wait that has ended in vain.
    mutating func expire(before time: Int64) -> Firing? {
        guard let (key, wait) = table.oldestEntry, wait.deadline <= time else { return nil }
        _ = table.removeValue(key)
        var firing = Firing(
            figures: [
                Firing.Figure(
                    name: "silence", value: DurationText.text(clock.window.span),
                    comparedTo: "expected within \(clock.text)")
            ])
        firing.anchor = wait.trigger
        return firing
    }
}
