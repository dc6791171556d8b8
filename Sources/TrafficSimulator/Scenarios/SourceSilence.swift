extension AttackScenario {
    /// The server's log falls silent for hours in the middle of a working day. The label names the
    /// first event after the gap.
    public static let sourceSilence = AttackScenario(
        "A17", "the source falls silent for three hours of a working day",
        expect: ["OPS-01"], events: { _ in 1 },
        act: { engine, number, time in engine.fallSilent(number, at: time) })
}

extension Engine {
    fileprivate mutating func fallSilent(_ number: Int, at time: Int64) {
        silentUntil = max(silentUntil, time + 3 * ActivityClock.hour)
        silencedBy = number
        thieves[number].isDetectable = true
    }

    /// Drops what nobody sees, and labels the first event after a silence.
    mutating func hush() {
        guard silencedBy >= 0 else { return }
        for event in events where event.time < silentUntil && event.attack >= 0 {
            thieves[event.attack].isDetectable = false
        }
        events.removeAll { $0.time < silentUntil }
        guard let first = events.firstIndex(where: { $0.attack < 0 }) else { return }
        events[first].attack = silencedBy
        silencedBy = -1
    }
}
