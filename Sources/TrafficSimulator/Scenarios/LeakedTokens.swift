internal import AuditModel

extension AttackScenario {
    /// An application puts its live token into a redirect URI, which the server refuses and logs:
    /// an access token first, in the next attack a refresh token.
    public static let leakedToken = AttackScenario(
        "A13", "a live token in the redirect URI of a refused login",
        expect: ["LEAK-01"], events: { _ in 1 }, searchPause: 60_000,
        suits: { engine, index, time in
            let application = engine.applications[index]
            let age = time - application.accessIssued
            return engine.isStealable(index, at: time) && !application.access.isNone
                && application.main.held == application.main.head
                && age < engine.lifetime(index) / 3
        },
        act: { engine, number, time in
            engine.leak(number, refresh: engine.thieves[number].copy % 2 == 1, at: time)
        })

    /// The same with an access token that has expired.
    public static let leakedDeadToken = AttackScenario(
        "A13-expired", "an expired access token in the redirect URI of a refused login",
        expect: ["LEAK-04"], events: { _ in 1 }, searchPause: 60_000,
        suits: { engine, index, time in
            let application = engine.applications[index]
            let age = time - application.accessIssued
            return engine.isStealable(index, at: time) && !application.access.isNone
                && application.accessIssued >= engine.world.start
                && age > engine.lifetime(index) + ActivityClock.hour
        },
        act: { engine, number, time in engine.leak(number, refresh: false, at: time) })
}

extension Engine {
    fileprivate mutating func leak(_ number: Int, refresh: Bool, at time: Int64) {
        let index = thieves[number].target
        let application = applications[index]
        let client = world.clients[Int(application.client)]
        var refused = theftEvent(.loginError, number, at: time)
        refused.address = application.address
        refused.failure = .redirectURI
        refused.leak = LeakedToken(
            id: refresh ? application.main.held : application.access, isRefreshToken: refresh,
            isFromCode: application.accessIsFromCode,
            issued: refresh ? application.main.heldIssued : application.accessIssued,
            lifetime: refresh ? client.idleLimit / 1000 : client.lifetime,
            session: application.grant.session)
        events.append(refused)
        thieves[number].isDetectable = true
    }
}
