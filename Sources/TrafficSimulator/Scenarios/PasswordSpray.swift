internal import AuditModel

extension AttackScenario {
    /// One password on many accounts, slowly, from an anonymising network; one of them opens.
    public static let passwordSpray = AttackScenario(
        "A21", "few passwords tried on many accounts until one opens",
        expect: ["SES-06", "VAL-13", "VAL-01"], events: { min($0, 45) },
        act: { engine, number, time in engine.spray(number, at: time) })

    /// Many passwords on one account, which opens in the end.
    public static let bruteForce = AttackScenario(
        "A21-single", "many passwords tried on one account until one opens",
        expect: ["VAL-13", "VAL-01"], events: { _ in 17 },
        act: { engine, number, time in engine.force(number, at: time) })
}

extension Engine {
    fileprivate mutating func spray(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 {
            chooseTarget(number, [.browser])
            thieves[number].address = Networks.tor(&thieves[number].random)
        }
        thieves[number].subject = drawAccount(number)
        var refused = theftEvent(.loginError, number, at: time)
        refused.token = thieves[number].random.uuid()
        if thieves[number].random.chance(percent: 20) {
            refused.failure = .userNotFound
            refused.variant = UInt8(1 + thieves[number].random.below(250))
            refused.subject = -1
        }
        events.append(refused)
        if !goOn(number, of: min(plan.burst, 40), within: 14 * 60_000, at: time) {
            thieves[number].subject = drawAccount(number)
            logIn(number, at: time)
        }
    }

    fileprivate mutating func force(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 {
            chooseTarget(number, [.browser])
            thieves[number].subject = drawAccount(number)
        }
        var refused = theftEvent(.loginError, number, at: time)
        refused.token = thieves[number].random.uuid()
        events.append(refused)
        if !goOn(number, of: 14, within: 5 * 60_000, at: time) { logIn(number, at: time) }
    }
}
