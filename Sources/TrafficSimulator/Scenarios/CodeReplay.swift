internal import AuditModel

extension AttackScenario {
    /// An authorization code is presented again, from elsewhere, seconds after its owner redeemed
    /// it. The server takes the client out of the session, so the owner is refused later.
    public static let codeReplay = AttackScenario(
        "A6", "authorization code presented again from elsewhere after its redemption",
        expect: ["COD-01"], events: { _ in 3 }, searchPause: 15_000,
        suits: { engine, index, time in
            let application = engine.applications[index]
            let kind = engine.kind(index)
            return application.subject >= 0 && application.attack < 0
                && application.grant.isAlive && application.grant.hasClient
                && (kind == .native || kind == .browser)
                && application.main.redemptions == 0 && application.second.held.isNone
                && application.main.heldIssued <= time
                && time - application.main.heldIssued < 60_000
        },
        act: { engine, number, time in engine.replayCode(number, at: time) })

    /// Codes from a leak are tried without their verifiers (RFC 7636).
    public static let verifierFailures = AttackScenario(
        "A24", "stolen authorization codes presented with wrong verifiers",
        expect: ["COD-03", "VAL-01"], events: { _ in 9 },
        act: { engine, number, time in engine.tryVerifier(number, at: time) })
}

extension Engine {
    fileprivate mutating func replayCode(_ number: Int, at time: Int64) {
        watchVictim(number)
        events.append(theftEvent(.codeToTokenError, number, at: time))
        applications[thieves[number].target].grant.hasClient = false
        thieves[number].isDetectable = true
    }

    fileprivate mutating func tryVerifier(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 { chooseTarget(number, [.native, .browser]) }
        thieves[number].subject = drawAccount(number)
        var refused = theftEvent(.codeToTokenError, number, at: time)
        refused.session = thieves[number].random.uuid()
        refused.failure = .codeVerifier
        events.append(refused)
        _ = goOn(number, of: 9, within: 8 * 60_000, at: time)
    }
}
