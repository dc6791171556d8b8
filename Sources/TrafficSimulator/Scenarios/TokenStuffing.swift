internal import AuditModel

extension AttackScenario {
    /// Somebody tries out a collection of old refresh tokens of many people on one client, from a
    /// few servers side by side: hundreds of refusals in half an hour.
    public static let tokenStuffing = AttackScenario(
        "A11", "hundreds of old refresh tokens of many people tried on one client",
        expect: ["VAL-01", "VAL-07"], events: { $0 },
        act: { engine, number, time in engine.tryOldToken(number, at: time) })

    /// A stranger's requests make a resource server introspect hundreds of tokens that are none.
    public static let introspectionFlood = AttackScenario(
        "A11-introspection", "hundreds of invalid tokens introspected by one resource server",
        expect: ["VAL-01"], events: { $0 },
        act: { engine, number, time in engine.introspectInvalid(number, at: time) })
}

extension Engine {
    private static let span: Int64 = 28 * 60_000

    fileprivate mutating func tryOldToken(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 { chooseTarget(number, [.native, .browser]) }
        let draw = thieves[number].random.below(100)
        let near = thieves[number].random.below(3)
        thieves[number].subject = drawAccount(number)
        var refused = theftEvent(.refreshTokenError, number, at: time)
        refused.address = Networks.neighbour(of: refused.address, near)
        refused.session = thieves[number].random.uuid()
        refused.refresh = thieves[number].random.uuid()
        refused.refusal = draw < 55 ? .sessionInactive : draw < 90 ? .expired : .malformed
        events.append(refused)
        _ = goOn(number, of: plan.burst, within: Self.span, at: time)
    }

    fileprivate mutating func introspectInvalid(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 {
            chooseTarget(number, [.resourceServer])
            thieves[number].address = Networks.webServer(
                client: thieves[number].client, &thieves[number].random)
        }
        var refused = theftEvent(.introspectTokenError, number, at: time)
        refused.token = thieves[number].random.uuid()
        events.append(refused)
        _ = goOn(number, of: plan.burst, within: Self.span, at: time)
    }
}
