internal import AuditModel

extension AttackScenario {
    /// Stolen passwords are used at the token endpoint (RFC 6749 §4.3) of a client whose users
    /// always log in by browser.
    public static let passwordGrant = AttackScenario(
        "A22", "password grant at a client that never used it",
        expect: ["CLI-07"], events: { _ in 3 },
        act: { engine, number, time in engine.useDirectGrant(number, at: time) })

    /// A device code (RFC 8628), requested by a server far away, is approved by its victim.
    public static let deviceFlow = AttackScenario(
        "A7", "device code requested by a stranger and approved by its victim",
        expect: ["DEV-02"], events: { _ in 7 },
        act: { engine, number, time in engine.phishDeviceCode(number, at: time) })

    /// One account logs in again and again and keeps all its sessions.
    public static let manySessions = AttackScenario(
        "A25", "one account with far too many live sessions",
        expect: ["SES-04"], events: { _ in 36 },
        act: { engine, number, time in engine.logInAgain(number, at: time) })
}

extension Engine {
    fileprivate mutating func useDirectGrant(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 { chooseTarget(number, [.browser]) }
        thieves[number].subject = drawAccount(number)
        thieves[number].grant.session = thieves[number].random.uuid()
        var entered = theftEvent(.passwordLogin, number, at: time)
        entered.token = thieves[number].random.uuid()
        entered.refresh = thieves[number].random.uuid()
        events.append(entered)
        let first = directGrantThieves[thieves[number].client] ?? number
        directGrantThieves[thieves[number].client] = first
        _ = goOn(number, of: 3, within: 20 * 60_000, at: time)
        thieves[number].isDetectable = first == number
    }

    fileprivate mutating func phishDeviceCode(_ number: Int, at time: Int64) {
        let act = thieves[number].acts
        if act == 0 {
            chooseTarget(number, [.native])
            thieves[number].grant.session = thieves[number].random.uuid()
        }
        var event = theftEvent(
            act == 0 ? .deviceAuth
                : act < 5 ? .deviceCodeToTokenError : act == 5 ? .deviceVerify : .deviceCodeToToken,
            number, at: time)
        if act == 5 {
            thieves[number].subject = drawAccount(number)
            event.subject = thieves[number].subject
            if event.subject >= 0 { event.address = world.home(of: event.subject, at: time) }
        } else if act == 6 {
            event.token = thieves[number].random.uuid()
            event.refresh = thieves[number].random.uuid()
        } else {
            event.session = .none
        }
        events.append(event)
        _ = goOn(number, of: 7, within: 90_000, at: time)
    }

    fileprivate mutating func logInAgain(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 {
            chooseTarget(number, [.native])
            thieves[number].subject = drawAccount(number)
        }
        logIn(number, at: time)
        _ = goOn(number, of: 18, within: 40 * 60_000, at: time)
    }
}
