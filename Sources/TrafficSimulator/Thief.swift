internal import AuditModel

/// One attacker: what was stolen, from whom, and how far the attack has come.
struct Thief: Sendable {
    let scenario: AttackScenario
    /// Which of the attacks of its scenario, from 0.
    let copy: Int
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
    /// The victim's first act after the theft is labelled.
    var hasReturned = false
    /// What the expected rule needs has happened.
    var isDetectable = false
}

extension Engine {
    mutating func performTheft(_ number: Int, at time: Int64) {
        let scenario = thieves[number].scenario
        // What nobody could see is not worth staging.
        guard time >= silentUntil else {
            return scheduleThief(number, at: silentUntil + time % ActivityClock.hour)
        }
        if let suits = scenario.suits, thieves[number].target < 0 {
            guard let victim = findVictim(number, suits, at: time) else {
                thieves[number].searches += 1
                if thieves[number].searches < 300 {
                    scheduleThief(number, at: time + scenario.searchPause)
                }
                return
            }
            steal(number, from: victim, at: time)
        }
        scenario.act(&self, number, time)
    }

    /// The label for an application's refused refresh.
    mutating func attackSeen(by index: Int, _ refusal: Refusal) -> Int {
        let number = Int(applications[index].attack)
        guard thieves.indices.contains(number), refusal != .expired, refusal != .sessionInactive
        else { return -1 }
        thieves[number].isDetectable = true
        return number
    }

    /// The label for the first refresh by which a victim who goes on makes an attack visible, or
    /// stands beside the thief's.
    mutating func attackAfterReturn(_ index: Int) -> Int {
        let number = Int(applications[index].attack)
        guard thieves.indices.contains(number), !thieves[number].hasReturned,
            [.fork, .distantUse].contains(thieves[number].scenario)
        else { return -1 }
        thieves[number].hasReturned = true
        if thieves[number].scenario == .fork { thieves[number].isDetectable = true }
        return number
    }

    private mutating func findVictim(
        _ number: Int, _ suits: @Sendable (Engine, Int, Int64) -> Bool, at time: Int64
    ) -> Int? {
        let count = applications.count
        let first = thieves[number].random.below(count)
        for step in 0..<min(count, 50_000) {
            let index = (first + step) % count
            if suits(self, index, time) { return index }
        }
        return nil
    }

    /// Whether an application's refresh token can be stolen and will be presented again by its
    /// owner, if nothing comes between.
    func isStealable(_ index: Int, at time: Int64) -> Bool {
        let application = applications[index]
        let lineage = application.main
        let client = Int(application.client)
        let kind = kind(index)
        return application.subject >= 0 && application.attack < 0 && application.grant.isAlive
            && application.grant.hasClient && (kind == .native || kind == .browser)
            && application.second.held.isNone && lineage.redemptions >= 3
            && lineage.heldIssued < time && lineage.next < world.end
            && lineage.next - application.grant.lastSeen < world.clients[client].idleLimit
            && lineage.next - application.grant.started < world.clients[client].longestLife
            && world.notBefore(client: client, at: lineage.next) <= lineage.heldIssued
    }

    private mutating func steal(_ number: Int, from index: Int, at time: Int64) {
        let lineage = applications[index].main
        thieves[number].target = index
        thieves[number].held = lineage.held
        thieves[number].heldIssued = lineage.heldIssued
        thieves[number].grant = applications[index].grant
        thieves[number].lineage = lineage
        thieves[number].client = Int(applications[index].client)
        thieves[number].subject = Int(applications[index].subject)
        thieves[number].pause = max(lifetime(index) * 9 / 10, (lineage.next - time) / 4)
    }

    /// Ties the victim's application to the attack: it will resume with its refresh token, and
    /// what it is refused belongs to the label.
    mutating func watchVictim(_ number: Int) {
        let index = thieves[number].target
        applications[index].attack = Int32(truncatingIfNeeded: number)
        applications[index].mustResume = true
    }
}

// What thieves have at hand.
extension Engine {
    /// True if the server refused.
    mutating func presentAsThief(
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

    mutating func emitTheftRefusal(
        _ number: Int, _ refusal: Refusal, token: ID128, at time: Int64
    ) {
        var event = theftEvent(.refreshTokenError, number, at: time)
        event.refusal = refusal
        event.refresh = token
        events.append(event)
    }

    /// An event of an attack, with everything but the type's own fields.
    mutating func theftEvent(
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

    /// A login and the redemption of its code as the thief's subject, in a new session.
    mutating func logIn(_ number: Int, at time: Int64) {
        thieves[number].grant = Grant(
            session: thieves[number].random.uuid(), isAlive: true, hasClient: true,
            started: time, lastSeen: time)
        events.append(theftEvent(.login, number, at: time))
        var redeemed = theftEvent(.codeToToken, number, at: time)
        redeemed.token = thieves[number].random.uuid()
        redeemed.refresh = thieves[number].random.uuid()
        thieves[number].lineage = Lineage(first: redeemed.refresh, at: time)
        thieves[number].held = redeemed.refresh
        thieves[number].heldIssued = time
        events.append(redeemed)
    }

    /// Chooses the client the attack is about, of the rotating realm, among those of the kinds.
    mutating func chooseTarget(_ number: Int, _ kinds: [ClientKind]) {
        let choices = world.clients.indices.filter {
            world.clients[$0].realm == 0 && kinds.contains(world.clients[$0].kind)
        }
        thieves[number].client = choices[thieves[number].random.below(choices.count)]
    }

    /// Somebody of the realm that the attacked client belongs to.
    mutating func drawAccount(_ number: Int) -> Int {
        let realm = world.clients[thieves[number].client].realm
        for _ in 0..<64 {
            let subject = thieves[number].random.below(world.subjects.count)
            if Int(world.subjects[subject].realm) == realm { return subject }
        }
        return -1
    }

    /// Counts an act of a burst and plans the next; false when the burst is over.
    ///
    /// - Parameter span: milliseconds the whole burst takes.
    mutating func goOn(_ number: Int, of goal: Int, within span: Int64, at time: Int64) -> Bool {
        thieves[number].acts += 1
        if thieves[number].acts * 4 >= goal * 3 { thieves[number].isDetectable = true }
        guard thieves[number].acts < goal else { return false }
        let pause = max(1, span / Int64(max(goal, 1)))
        let wobble = thieves[number].random.within(-pause / 2...pause / 2)
        scheduleThief(number, at: time + pause + wobble)
        return true
    }
}
