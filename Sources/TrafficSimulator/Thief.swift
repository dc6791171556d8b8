internal import AuditModel

/// One stolen refresh token and who holds it.
struct Thief: Sendable {
    let scenario: AttackScenario
    var random: SeededRandom
    var address = IPAddress.none
    var sequence: UInt32 = 0
    /// The victim's application; -1 until one fits.
    var target = -1
    /// Searches that found no victim.
    var searches = 0
    /// What the thief will present next, and when it was issued.
    var held = ID128.none
    var heldIssued: Int64 = 0
    /// The session the token was stolen from.
    var grant = Grant()
    var lineage = Lineage()
    var client = 0
    var subject = -1
    /// Milliseconds between two acts.
    var pause: Int64 = 0
    var acts = 0
    var actsAfterDetection = 0
    /// What the expected rule needs has happened.
    var isDetectable = false
}

extension Engine {
    mutating func performTheft(_ number: Int, at time: Int64) {
        if thieves[number].target < 0 {
            guard let victim = findVictim(number, at: time) else {
                thieves[number].searches += 1
                if thieves[number].searches < 300 {
                    scheduleThief(number, at: time + 600_000)
                }
                return
            }
            steal(number, from: victim, at: time)
        }
        switch thieves[number].scenario {
        case .attackerFirst: redeemFirst(number, at: time)
        case .victimFirst, .victimFirstOlder: replay(number, at: time)
        case .silentTakeover: goOnAlone(number, at: time)
        case .fork: goOnBeside(number, at: time)
        }
    }

    /// The label for an application's refused refresh.
    mutating func attackSeen(by index: Int, _ refusal: Refusal) -> Int {
        let number = Int(applications[index].attack)
        guard thieves.indices.contains(number), refusal != .expired, refusal != .sessionInactive
        else { return -1 }
        thieves[number].isDetectable = true
        return number
    }

    /// The label for the first refresh by which a victim makes a fork visible.
    mutating func attackAfterFork(_ index: Int) -> Int {
        let number = Int(applications[index].attack)
        guard thieves.indices.contains(number), thieves[number].scenario == .fork,
            !thieves[number].isDetectable
        else { return -1 }
        thieves[number].isDetectable = true
        return number
    }

    private mutating func findVictim(_ number: Int, at time: Int64) -> Int? {
        let count = applications.count
        let first = thieves[number].random.below(count)
        let scenario = thieves[number].scenario
        for step in 0..<min(count, 50_000) {
            let index = (first + step) % count
            if suits(scenario, index, at: time) { return index }
        }
        return nil
    }

    private func suits(_ scenario: AttackScenario, _ index: Int, at time: Int64) -> Bool {
        let application = applications[index]
        let lineage = application.main
        let client = Int(application.client)
        let kind = kind(index)
        let gap = lineage.next - time
        guard application.subject >= 0, application.attack < 0, application.grant.isAlive,
            application.grant.hasClient, kind == .native || kind == .browser,
            application.second.held.isNone, lineage.held == lineage.head,
            lineage.redemptions >= 3, lineage.heldIssued < time, lineage.next < world.end,
            lineage.next - application.grant.lastSeen < world.clients[client].idleLimit,
            lineage.next - application.grant.started < world.clients[client].longestLife,
            world.notBefore(client: client, at: lineage.next) <= lineage.heldIssued,
            world.rotates(client: client) == (scenario != .fork)
        else { return false }
        switch scenario {
        case .attackerFirst: return gap > 3 * lifetime(index) + 300_000 && gap < 72_000_000
        case .victimFirst, .victimFirstOlder:
            return gap > 120_000 && time - lineage.lastRedeemedAt > 240_000
        case .silentTakeover: return kind == .native && gap > 1_800_000
        case .fork: return !application.keepsFirstToken && gap > 1_200_000 && gap < 36_000_000
        }
    }

    private mutating func steal(_ number: Int, from index: Int, at time: Int64) {
        let lineage = applications[index].main
        let gap = lineage.next - time
        thieves[number].target = index
        thieves[number].held = lineage.held
        thieves[number].heldIssued = lineage.heldIssued
        thieves[number].grant = applications[index].grant
        thieves[number].lineage = lineage
        thieves[number].client = Int(applications[index].client)
        thieves[number].subject = Int(applications[index].subject)
        thieves[number].pause = max(lifetime(index) * 9 / 10, gap / 4)
        guard thieves[number].scenario == .silentTakeover else {
            applications[index].attack = Int32(truncatingIfNeeded: number)
            applications[index].mustResume = true
            return
        }
        // The victim's application is gone; its next use is a new login much later.
        applications[index].grant.isAlive = false
        applications[index].epoch &+= 1
        let absence = thieves[number].random.within(30...90) * ActivityClock.hour
        schedule(.open, index, at: lineage.next + absence)
    }

    private func isStillUnderAttack(_ number: Int) -> Bool {
        let target = thieves[number].target
        return Int(applications[target].attack) == number
            && applications[target].grant.session == thieves[number].grant.session
    }
}

// What thieves do, act by act.
extension Engine {
    private mutating func redeemFirst(_ number: Int, at time: Int64) {
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

    private mutating func replay(_ number: Int, at time: Int64) {
        let target = thieves[number].target
        let lineage = thieves[number].lineage
        let isOlder = thieves[number].scenario == .victimFirstOlder
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

    private mutating func goOnAlone(_ number: Int, at time: Int64) {
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

    private mutating func goOnBeside(_ number: Int, at time: Int64) {
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

    /// True if the server refused.
    private mutating func presentAsThief(
        _ number: Int, _ lineage: inout Lineage, _ grant: inout Grant, at time: Int64
    ) -> Bool {
        let client = thieves[number].client
        let successor = thieves[number].random.uuid()
        let presented = thieves[number].held
        let issued = thieves[number].heldIssued
        let refusal = lineage.present(
            presented, issued: issued, successor: successor, grant: &grant,
            rotates: world.rotates(client: client),
            notBefore: world.notBefore(client: client, at: time), at: time)
        if refusal != .none {
            emitTheftRefusal(number, refusal, token: presented, at: time)
            return true
        }
        var event = theftEvent(.refreshToken, number, at: time)
        event.token = thieves[number].random.uuid()
        event.refresh = presented
        event.updatedRefresh = successor
        event.refreshAge = max(0, (time - issued) / 1000)
        events.append(event)
        thieves[number].held = successor
        thieves[number].heldIssued = time
        return false
    }

    private mutating func emitTheftRefusal(
        _ number: Int, _ refusal: Refusal, token: ID128, at time: Int64
    ) {
        var event = theftEvent(.refreshTokenError, number, at: time)
        event.refusal = refusal
        event.refresh = token
        events.append(event)
    }

    private mutating func theftEvent(
        _ type: VendorType, _ number: Int, at time: Int64
    ) -> SimulatedEvent {
        let nativeID = thieves[number].random.uuid()
        let thief = thieves[number]
        var event = SimulatedEvent(
            time: time, type: type, client: thief.client, address: thief.address,
            nativeID: nativeID)
        event.subject = thief.subject
        event.session = thief.grant.session
        event.offline = world.clients[thief.client].isOffline
        event.attack = number
        return event
    }
}
