internal import AuditModel

extension AttackScenario {
    /// Another client presents a refresh token and is refused (RFC 6749 §6).
    public static let foreignClient = AttackScenario(
        "A26", "refresh token presented by another client than its own",
        expect: ["REF-09"], events: { _ in 2 }, suits: { engine, index, time in
            engine.holdsNewest(index, at: time, rotating: true)
        },
        act: { engine, number, time in engine.presentElsewhere(number, at: time) })

    /// A refresh grants a scope that was never consented to.
    public static let scopeGrowth = AttackScenario(
        "A27", "a refresh that grants more than its grant ever had",
        expect: ["REF-11", "REF-01", "REF-05"], events: { _ in 1 }, suits: { engine, index, time in
            engine.isStealable(index, at: time)
                && !engine.world.rotates(client: Int(engine.applications[index].client))
        },
        act: { engine, number, time in engine.growScope(number, at: time) })
}

extension Engine {
    fileprivate mutating func presentElsewhere(_ number: Int, at time: Int64) {
        let owner = Int(applications[thieves[number].target].client)
        if thieves[number].client == owner {
            let others = world.clients.indices.filter {
                $0 != owner && world.clients[$0].realm == world.clients[owner].realm
                    && [.native, .browser, .web].contains(world.clients[$0].kind)
            }
            thieves[number].client = others[thieves[number].random.below(others.count)]
        }
        emitTheftRefusal(number, .otherClient, token: thieves[number].held, at: time)
        _ = goOn(number, of: 2, within: 120_000, at: time)
    }

    fileprivate mutating func growScope(_ number: Int, at time: Int64) {
        var lineage = thieves[number].lineage
        var grant = thieves[number].grant
        let first = events.count
        let isRefused = presentAsThief(number, &lineage, &grant, at: time)
        guard !isRefused, events.indices.contains(first) else { return }
        events[first].address = applications[thieves[number].target].address
        events[first].variant = 1
        thieves[number].isDetectable = true
    }
}
