internal import AuditModel

extension AttackScenario {
    /// The thief redeems the token first and goes on; the victim is refused later.
    public static let attackerFirst = AttackScenario(
        "A1", "stolen refresh token, redeemed by the thief before the victim",
        expect: ["REF-01", "GEO-02", "GEO-04"], suits: { engine, index, time in
            let gap = engine.applications[index].main.next - time
            return engine.holdsNewest(index, at: time, rotating: true)
                && gap > 3 * engine.lifetime(index) + 300_000 && gap < 72_000_000
        },
        act: { engine, number, time in
            engine.beginTheft(number)
            engine.redeemFirst(number, at: time)
        })

    /// The thief presents the token that the victim has just spent. One generation late and seen by
    /// its network alone, a thief is in doubt: REF-02.
    public static let victimFirst = AttackScenario(
        "A2", "stolen refresh token, presented after the victim had spent it",
        expect: ["REF-01", "REF-02", "GEO-02", "GEO-04"], suits: canBeReplayed,
        act: { engine, number, time in
            engine.beginTheft(number)
            engine.replay(number, isOlder: false, at: time)
        })

    /// The thief presents a token two generations old.
    public static let victimFirstOlder = AttackScenario(
        "A2-older", "stolen refresh token, presented two generations later",
        expect: ["REF-01", "GEO-02", "GEO-04"], suits: canBeReplayed,
        act: { engine, number, time in
            engine.beginTheft(number)
            engine.replay(number, isOlder: true, at: time)
        })

    /// The victim's application stays closed and the thief goes on alone, from a line in the
    /// victim's own city: nothing is reused and nothing is far.
    public static let silentTakeover = AttackScenario(
        "A3", "stolen refresh token of an application that stays closed, used in the same city",
        expect: [], events: { _ in 16 }, suits: { engine, index, time in
            engine.holdsNewest(index, at: time, rotating: true) && engine.kind(index) == .native
                && engine.applications[index].main.next - time > 1_800_000
                && engine.applications[index].place != .away
        },
        act: { engine, number, time in
            if thiefHasJustBegun(engine.thieves[number]) {
                engine.closeApplication(number)
            }
            engine.goOnAlone(number, at: time)
        })

    /// The server does not rotate: thief and victim both go on from one token.
    public static let fork = AttackScenario(
        "A1-fork", "stolen refresh token where tokens are not rotated: two live branches",
        expect: ["REF-01", "REF-05", "GEO-02", "GEO-04"], suits: { engine, index, time in
            let gap = engine.applications[index].main.next - time
            return engine.holdsNewest(index, at: time, rotating: false)
                && !engine.applications[index].keepsFirstToken
                && gap > 1_200_000 && gap < 36_000_000
        },
        act: { engine, number, time in
            engine.beginTheft(number)
            engine.goOnBeside(number, at: time)
        })

    private static let canBeReplayed: @Sendable (Engine, Int, Int64) -> Bool = {
        engine, index, time in
        let lineage = engine.applications[index].main
        return engine.holdsNewest(index, at: time, rotating: true)
            && lineage.next - time > 120_000 && time - lineage.lastRedeemedAt > 240_000
    }

    private static func thiefHasJustBegun(_ thief: Thief) -> Bool { thief.acts == 0 }
}

extension Engine {
    func holdsNewest(_ index: Int, at time: Int64, rotating: Bool) -> Bool {
        let application = applications[index]
        return isStealable(index, at: time)
            && application.main.held == application.main.head
            && world.rotates(client: Int(application.client)) == rotating
    }

    fileprivate mutating func beginTheft(_ number: Int) {
        if thieves[number].acts == 0 { watchVictim(number) }
    }

    private func isStillUnderAttack(_ number: Int) -> Bool {
        let target = thieves[number].target
        return Int(applications[target].attack) == number
            && applications[target].grant.session == thieves[number].grant.session
    }

    fileprivate mutating func redeemFirst(_ number: Int, at time: Int64) {
        guard isStillUnderAttack(number) else {
            let refusal: Refusal = thieves[number].isDetectable ? .clientMissing : .sessionInactive
            return emitTheftRefusal(number, refusal, token: thieves[number].held, at: time)
        }
        let target = thieves[number].target
        var lineage = applications[target].main
        var grant = applications[target].grant
        let isRefused = presentAsThief(number, &lineage, &grant, at: time)
        applications[target].main = lineage
        applications[target].grant = grant
        thieves[number].acts += 1
        guard !isRefused, thieves[number].acts < 60 else { return }
        let wobble = thieves[number].random.within(0...30_000)
        scheduleThief(number, at: time + thieves[number].pause + wobble)
    }

    fileprivate mutating func replay(_ number: Int, isOlder: Bool, at time: Int64) {
        let target = thieves[number].target
        let lineage = thieves[number].lineage
        let stolen = isOlder ? lineage.older : lineage.lastRedeemed
        guard thieves[number].acts == 0 else {
            return emitTheftRefusal(number, .clientMissing, token: stolen, at: time)
        }
        thieves[number].acts = 1
        thieves[number].isDetectable = true
        applications[target].grant.hasClient = false
        emitTheftRefusal(number, isOlder ? .stale : .reuse, token: stolen, at: time)
        if thieves[number].random.chance(percent: 60) {
            scheduleThief(number, at: time + thieves[number].random.within(8_000...60_000))
        }
    }

    /// The victim's application is gone; its next use is a new login much later. The thief has a
    /// line in the same city.
    fileprivate mutating func closeApplication(_ number: Int) {
        let index = thieves[number].target
        let subject = world.subjects[thieves[number].subject]
        let line = Networks.provider(
            city: Int(subject.city), choice: Int(subject.provider) % 2 == 0 ? 1 : 0)
        thieves[number].address = Networks.homeIPv4(
            provider: line, district: thieves[number].random.below(Networks.districts),
            &thieves[number].random)
        applications[index].grant.isAlive = false
        applications[index].epoch &+= 1
        let absence = thieves[number].random.within(30...90) * ActivityClock.hour
        schedule(.open, index, at: applications[index].main.next + absence)
    }

    fileprivate mutating func goOnAlone(_ number: Int, at time: Int64) {
        var lineage = thieves[number].lineage
        var grant = thieves[number].grant
        let isRefused = presentAsThief(number, &lineage, &grant, at: time)
        thieves[number].lineage = lineage
        thieves[number].grant = grant
        thieves[number].isDetectable = true
        thieves[number].acts += 1
        guard !isRefused, thieves[number].acts < 16 else { return }
        let pause = thieves[number].random.within(900_000...7_200_000)
        scheduleThief(number, at: time + pause)
    }

    fileprivate mutating func goOnBeside(_ number: Int, at time: Int64) {
        let target = thieves[number].target
        var lineage = thieves[number].lineage
        var grant = thieves[number].grant
        let isSame = applications[target].grant.session == grant.session
        grant.isAlive = isSame && applications[target].grant.isAlive
        let isRefused = presentAsThief(number, &lineage, &grant, at: time)
        thieves[number].lineage = lineage
        thieves[number].acts += 1
        if thieves[number].isDetectable { thieves[number].actsAfterDetection += 1 }
        guard !isRefused, thieves[number].acts < 40, thieves[number].actsAfterDetection < 3 else {
            if isSame { applications[target].attack = -1 }
            return
        }
        let wobble = thieves[number].random.within(0...60_000)
        scheduleThief(number, at: time + thieves[number].pause + wobble)
    }
}
