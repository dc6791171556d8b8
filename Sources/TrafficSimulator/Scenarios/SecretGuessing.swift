internal import AuditModel

extension AttackScenario {
    /// One server tries secrets on a dozen confidential clients in turn.
    public static let secretGuessing = AttackScenario(
        "A12", "client secrets guessed for a dozen clients from one address",
        expect: ["VAL-14", "VAL-01"], events: { min($0, 72) },
        act: { engine, number, time in engine.guessSecret(number, at: time) })
}

extension Engine {
    fileprivate mutating func guessSecret(_ number: Int, at time: Int64) {
        let confidential = world.clients.indices.filter {
            let client = world.clients[$0]
            return client.realm == 0
                && [.web, .machine, .resourceServer, .dormant].contains(client.kind)
        }
        thieves[number].client = confidential[thieves[number].acts % confidential.count]
        events.append(theftEvent(.clientLoginError, number, at: time))
        _ = goOn(number, of: min(plan.burst, 72), within: 9 * 60_000, at: time)
    }
}
