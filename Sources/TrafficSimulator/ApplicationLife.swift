internal import AuditModel

// How an application lives: opened, logged in, refreshed, put away, logged out.
extension Engine {
    mutating func open(_ index: Int, at time: Int64) {
        connect(index, at: time)
        let client = world.clients[Int(applications[index].client)]
        let grant = applications[index].grant
        guard grant.isAlive else { return beginLogin(index, at: time) }
        let isOver =
            time - grant.lastSeen > client.idleLimit || time - grant.started > client.longestLife
        if isOver {
            if client.kind != .browser, client.kind != .web {
                emitRefusal(.expired, index, token: applications[index].main.held, at: time)
            }
            applications[index].grant.isAlive = false
            return restart(index, at: time + applications[index].random.within(1_500...9_000))
        }
        applications[index].remaining = drawStay(index)
        let reloads = client.kind == .browser && !applications[index].mustResume
        if reloads, applications[index].random.chance(percent: 45) {
            return login(index, at: time)
        }
        refresh(index, slot: 0, at: time)
    }

    /// Forgets everything planned and logs in at `time`.
    mutating func restart(_ index: Int, at time: Int64) {
        applications[index].epoch &+= 1
        applications[index].mustResume = false
        schedule(.login, index, at: time)
    }

    private mutating func beginLogin(_ index: Int, at time: Int64) {
        guard applications[index].random.chance(percent: 4) else { return login(index, at: time) }
        var failed = event(.loginError, index, at: time)
        if kind(index) == .web { failed.address = userAddress(index, at: time) }
        failed.session = .none
        failed.token = applications[index].random.uuid()
        events.append(failed)
        restart(index, at: time + applications[index].random.within(5_000...30_000))
    }

    mutating func login(_ index: Int, at time: Int64) {
        applications[index].epoch &+= 1
        let isReturn = applications[index].grant.isAlive
        if !isReturn {
            applications[index].grant = Grant(
                session: applications[index].random.uuid(), isAlive: true, hasClient: false,
                started: time, lastSeen: time)
            applications[index].attack = -1
            applications[index].second = Lineage()
            applications[index].known = 0
        }
        var entered = event(.login, index, at: time)
        if kind(index) == .web { entered.address = userAddress(index, at: time) }
        entered.singleSignOn = isReturn
        events.append(entered)
        schedule(.redeem, index, at: time + applications[index].random.within(120...900))
    }

    mutating func redeem(_ index: Int, at time: Int64) {
        let first = applications[index].random.uuid()
        applications[index].main = Lineage(first: first, at: time)
        applications[index].grant.hasClient = true
        applications[index].grant.lastSeen = time
        applications[index].remaining = drawStay(index)
        emitCode(first, index, at: time)
        if applications[index].random.chance(percent: 20) {
            schedule(.userInfo, index, at: time + applications[index].random.within(40...900))
        }
        if kind(index) == .browser, applications[index].random.chance(percent: 8) {
            let delay = applications[index].random.within(4_000...150_000)
            schedule(.tabLogin, index, at: time + delay)
        }
        scheduleNext(index, at: time)
    }

    mutating func emitCode(_ first: ID128, _ index: Int, at time: Int64) {
        var redeemed = event(.codeToToken, index, at: time)
        redeemed.token = applications[index].random.uuid()
        redeemed.refresh = first
        applications[index].access = redeemed.token
        applications[index].accessIssued = time
        applications[index].accessIsFromCode = true
        events.append(redeemed)
    }

    /// A second tab: another login in the same session, another lineage.
    mutating func openTab(_ index: Int, at time: Int64) {
        guard applications[index].grant.isAlive, applications[index].grant.hasClient else { return }
        var entered = event(.login, index, at: time)
        entered.singleSignOn = true
        events.append(entered)
        schedule(.tabRedeem, index, at: time + applications[index].random.within(120...900))
    }

    mutating func redeemTab(_ index: Int, at time: Int64) {
        guard applications[index].grant.isAlive, applications[index].grant.hasClient else { return }
        let first = applications[index].random.uuid()
        applications[index].second = Lineage(first: first, at: time)
        emitCode(first, index, at: time)
        schedule(.refresh, index, slot: 1, at: time + refreshDelay(index))
    }

    mutating func logout(_ index: Int, at time: Int64) {
        guard applications[index].grant.isAlive else { return }
        events.append(event(.logout, index, at: time))
        applications[index].grant.isAlive = false
        applications[index].epoch &+= 1
        if applications[index].random.chance(percent: 5) {
            // Another page did not notice and tries to go on.
            schedule(.refresh, index, at: time + applications[index].random.within(500...240_000))
        } else {
            schedule(.open, index, at: nextUse(index, after: time))
        }
    }

    /// Plans what the main lineage does next: stay, leave, or log out.
    mutating func scheduleNext(_ index: Int, at time: Int64) {
        let kind = kind(index)
        if kind == .background {
            let isAway = applications[index].random.chance(percent: 3)
            let nap = isAway ? applications[index].random.exponential(mean: 14_400_000) : 0
            return schedule(.refresh, index, at: time + refreshDelay(index) + nap)
        }
        guard applications[index].remaining == 0 else {
            applications[index].remaining -= 1
            return schedule(.refresh, index, at: time + refreshDelay(index))
        }
        let leaves = applications[index].random.chance(percent: kind == .native ? 1 : 30)
        if leaves, !applications[index].mustResume {
            let delay = applications[index].random.within(5_000...280_000)
            schedule(.logout, index, at: time + delay)
        } else {
            schedule(.open, index, at: nextUse(index, after: time))
        }
    }

    /// A client renews a little before or, on phones, whenever it is next needed.
    func lifetime(_ index: Int) -> Int64 {
        world.clients[Int(applications[index].client)].lifetime * 1000
    }

    private mutating func refreshDelay(_ index: Int) -> Int64 {
        let lifetime = lifetime(index)
        let early = applications[index].random.within(5_000...60_000)
        guard kind(index) == .native else { return lifetime - early }
        return lifetime + applications[index].random.exponential(mean: lifetime / 2)
    }

    /// How many refreshes a stay lasts.
    private mutating func drawStay(_ index: Int) -> UInt16 {
        let mean: Int64 = kind(index) == .native ? 700 : 5_500
        let drawn = applications[index].random.exponential(mean: mean) / 1000
        return UInt16(clamping: min(drawn, 80))
    }

    mutating func nextUse(_ index: Int, after time: Int64) -> Int64 {
        let mean = (kind(index) == .native ? 5 : 11) * ActivityClock.hour
        let gap = applications[index].random.exponential(mean: mean)
        return ActivityClock.week.advance(from: time + 90_000, by: gap, zoneHours: zone(index))
    }
}
