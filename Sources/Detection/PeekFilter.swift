public import AuditModel
internal import GrantLedger

/// Which events can raise a provisional alert: a small value to keep beside a run, so that asking
/// costs a bit test.
public struct PeekFilter: Sendable, BitwiseCopyable {
    /// Bit by raw value.
    private var kinds: UInt128 = 0
    private var hasLeaks = false

    /// No event concerns a run that does not peek.
    init() {}

    init(_ engine: borrowing Engine) {
        for kind in EventKind.allCases
        where engine.watches(kind)
            || !FactSet.possible(at: kind).isDisjoint(with: engine.factMask)
        {
            kinds |= 1 << UInt128(kind.rawValue)
        }
        hasLeaks = engine.factMask.contains(.tokenLeaked)
    }

    /// Whether an event of a kind can raise one, a leaked token aside. An event of another kind can
    /// still change what later ones raise.
    public func concerns(_ kind: EventKind) -> Bool {
        kinds & (1 &<< UInt128(kind.rawValue)) != 0
    }

    /// Whether an event can raise one.
    public func concerns(_ batch: borrowing EventBatch, row: Int) -> Bool {
        concerns(batch.kind[row]) || hasLeaks && batch.code(.leaked, row) != 0
    }
}
