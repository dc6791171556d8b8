internal import AuditModel

// Refreshing, and what honest clients get wrong about it.
extension Engine {
    mutating func refresh(_ index: Int, slot: UInt8, at time: Int64) {
        let lineage = slot == 0 ? applications[index].main : applications[index].second
        let refusal = present(
            lineage.held, issued: lineage.heldIssued, index, slot: slot, at: time)
        if refusal != .none { return recover(index, from: refusal, at: time) }
        if slot == 1 {
            takeSuccessor(index, slot: 1, at: time)
            if applications[index].random.chance(percent: 80) {
                schedule(.refresh, index, slot: 1, at: time + lifetime(index) - 20_000)
            }
            return
        }
        use(index, at: time)
        continueAfterRefresh(index, at: time)
    }

    /// Presents a token, lets the server answer, and writes its event.
    private mutating func present(
        _ token: ID128, issued: Int64, _ index: Int, slot: UInt8, at time: Int64
    ) -> Refusal {
        let successor = applications[index].random.uuid()
        let client = Int(applications[index].client)
        let notBefore = world.notBefore(client: client, at: time)
        var grant = applications[index].grant
        var lineage = slot == 0 ? applications[index].main : applications[index].second
        let refusal = lineage.present(
            token, issued: issued, successor: successor, grant: &grant,
            rotates: world.rotates(client: client), notBefore: notBefore, at: time)
        applications[index].grant = grant
        if slot == 0 {
            applications[index].main = lineage
        } else {
            applications[index].second = lineage
        }
        if refusal != .none {
            emitRefusal(refusal, index, token: token, at: time)
            return refusal
        }
        var renewed = event(.refreshToken, index, at: time)
        renewed.token = applications[index].random.uuid()
        renewed.refresh = token
        renewed.updatedRefresh = successor
        renewed.refreshAge = max(0, (time - issued) / 1000)
        applications[index].access = renewed.token
        applications[index].accessIssued = time
        applications[index].accessIsFromCode = false
        renewed.attack = attackAfterReturn(index)
        events.append(renewed)
        return .none
    }

    mutating func emitRefusal(_ refusal: Refusal, _ index: Int, token: ID128, at time: Int64) {
        var refused = event(.refreshTokenError, index, at: time)
        refused.refusal = refusal
        refused.refresh = token
        refused.attack = attackSeen(by: index, refusal)
        events.append(refused)
    }

    /// The device learns the token that replaces the one it presented.
    private mutating func takeSuccessor(_ index: Int, slot: UInt8, at time: Int64) {
        if slot == 1 {
            applications[index].second.held = applications[index].second.head
            applications[index].second.heldIssued = time
        } else if !applications[index].keepsFirstToken {
            applications[index].main.held = applications[index].main.head
            applications[index].main.heldIssued = time
        }
    }

    /// Draws what becomes of the response.
    private mutating func continueAfterRefresh(_ index: Int, at time: Int64) {
        let rates = plan.rates
        let kind = kind(index)
        guard isSettled(index, at: time) else {
            takeSuccessor(index, slot: 0, at: time)
            return scheduleNext(index, at: time)
        }
        let wanders = self.wanders(index)
        var draw = applications[index].random.below(1_000_000)
        func falls(within rate: Int) -> Bool {
            draw -= max(rate, 0)
            return draw < 0
        }
        if kind == .browser || kind == .web, falls(within: rates.race) {
            takeSuccessor(index, slot: 0, at: time)
            let delay = 1 + applications[index].random.exponential(mean: 800)
            schedule(.again, index, at: time + delay)
            return scheduleNext(index, at: time)
        }
        if falls(within: rates.lostResponse) {
            loseResponse()
            let delay = applications[index].random.within(1_000...120_000)
            let isCarried = kind == .native && !wanders && !applications[index].keepsFirstToken
            if isCarried, applications[index].random.chance(percent: 35) {
                // The phone lost the wireless network; that is why the response was lost.
                let other: Place = applications[index].place == .mobile ? .home : .mobile
                if isKnown(other, index) { move(index, to: other, at: time) }
            }
            return schedule(.refresh, index, at: time + delay)
        }
        if kind == .native, !wanders, falls(within: rates.lateResume) {
            loseResponse()
            let pause = applications[index].random.logUniform(low: 1_800_000, doublings: 7)
            applications[index].remaining = 0
            return schedule(.open, index, at: time + pause)
        }
        takeSuccessor(index, slot: 0, at: time)
        if kind == .native, !wanders, falls(within: rates.backupRestore) {
            let days = applications[index].random.within(1...6)
            schedule(.restore, index, at: time + days * ActivityClock.day)
        }
        scheduleNext(index, at: time)
    }

    /// What the event of this act answered never arrived.
    private mutating func loseResponse() {
        if let last = events.indices.last { events[last].isLost = true }
    }

    /// The second of two tabs presents the token that the first has just redeemed.
    mutating func presentAgain(_ index: Int, at time: Int64) {
        let lineage = applications[index].main
        if kind(index) == .web { connect(index, at: time) }
        let refusal = present(
            lineage.lastRedeemed, issued: lineage.lastRedeemedIssued, index, slot: 0, at: time)
        guard refusal != .none else { return }
        // Half of the pages ask the user at once; the others leave it to the next refresh, which
        // the server then refuses too.
        if applications[index].random.chance(percent: 50) {
            recover(index, from: refusal, at: time)
        }
    }

    /// A phone set up from a backup presents the token of its day.
    mutating func restoreBackup(_ index: Int, at time: Int64) {
        let lineage = applications[index].main
        guard applications[index].grant.isAlive, !lineage.older.isNone,
            world.rotates(client: Int(applications[index].client))
        else { return }
        connect(index, at: time)
        let refusal = present(
            lineage.older, issued: lineage.lastRedeemedIssued, index, slot: 0, at: time)
        if refusal != .none { recover(index, from: refusal, at: time) }
    }

    /// A refused application logs in again: in the same session where the browser still has it,
    /// else in a new one.
    private mutating func recover(_ index: Int, from refusal: Refusal, at time: Int64) {
        let wasAttacked = applications[index].attack >= 0
        applications[index].attack = -1
        let kind = kind(index)
        let isNew = wasAttacked || kind == .native && applications[index].random.chance(percent: 50)
        if isNew || refusal == .sessionInactive { applications[index].grant.isAlive = false }
        let slowest: Int64 = kind == .browser || kind == .web ? 8_000 : 90_000
        restart(index, at: time + applications[index].random.within(1_200...slowest))
    }
}

// What happens with access tokens.
extension Engine {
    private mutating func use(_ index: Int, at time: Int64) {
        let draw = applications[index].random.below(1000)
        let delay = applications[index].random.within(40...20_000)
        if draw < 30 {
            schedule(.userInfo, index, at: time + delay)
        } else if draw < 60 {
            schedule(.introspect, index, at: time + delay)
        } else if draw < 63, kind(index) == .web {
            schedule(.exchange, index, at: time + delay)
        }
    }

    mutating func useToken(_ type: VendorType, _ index: Int, at time: Int64) {
        guard applications[index].grant.isAlive else { return }
        var used = event(type, index, at: time)
        used.token = applications[index].random.uuid()
        events.append(used)
    }

    mutating func introspect(_ index: Int, at time: Int64) {
        guard applications[index].grant.isAlive else { return }
        let client = Int(applications[index].client)
        var asked = event(.introspectToken, index, at: time)
        asked.token = applications[index].random.uuid()
        asked.client = world.resourceServer(realm: world.clients[client].realm)
        asked.address = Networks.webServer(client: asked.client, &applications[index].random)
        events.append(asked)
    }

    mutating func actAsMachine(_ index: Int, at time: Int64) {
        let fails = applications[index].random.chance(perMillion: 4_000)
        var entered = event(fails ? .clientLoginError : .clientLogin, index, at: time)
        if !fails { entered.token = applications[index].random.uuid() }
        events.append(entered)
        // Few people have little for services to do.
        let people = Int64(min(world.subjects.count, 400))
        let pause = applications[index].random.within(240_000...420_000) * 400 / people
        schedule(.machine, index, at: time + pause)
    }
}
