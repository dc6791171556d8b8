internal import AuditModel

extension AttackScenario {
    /// A phone's refresh token, where tokens are not rotated, is used on another continent half an
    /// hour after its owner's last refresh at home; the owner goes on later.
    public static let distantUse = AttackScenario(
        "A1-distant", "stolen refresh token, used on another continent while its owner is at home",
        expect: ["GEO-02", "GEO-04", "REF-01", "REF-05"], searchPause: 240_000,
        suits: { engine, index, time in
            let lineage = engine.applications[index].main
            return engine.isSettledPhone(index, at: time)
                && engine.applications[index].place == .home
                && time - lineage.lastRedeemedAt < 29 * 60_000
                && lineage.next - time > 50 * 60_000
        },
        act: { engine, number, time in engine.useFarAway(number, at: time) })

    /// The same token, hours later, from a rented server not far away: the network alone is odd.
    public static let hostingTakeover = AttackScenario(
        "A1-hosting", "stolen refresh token of an old grant, used from a rented server nearby",
        expect: ["GEO-04", "REF-01", "REF-05"], searchPause: 240_000,
        suits: { engine, index, time in
            let lineage = engine.applications[index].main
            return engine.isSettledPhone(index, at: time)
                && time - lineage.lastRedeemedAt > 100 * 60_000
                && lineage.next - time > 15 * 60_000
        },
        act: { engine, number, time in engine.useFromServer(number, at: time) })
}

extension Engine {
    /// How long a grant must have lived at home before a stranger stands out.
    private static let habit = 3 * ActivityClock.day

    /// A European's phone application with a reusable refresh token.
    fileprivate func isSettledPhone(_ index: Int, at time: Int64) -> Bool {
        let application = applications[index]
        let client = Int(application.client)
        return isStealable(index, at: time) && kind(index) == .native
            && application.keepsFirstToken && !world.rotates(client: client)
            && !wanders(index) && (0...2).contains(zone(index))
            && time - application.grant.started > min(Self.habit, (time - world.start) / 2)
    }

    fileprivate mutating func useFarAway(_ number: Int, at time: Int64) {
        let moment = thieves[number].lineage.lastRedeemedAt + 30 * 60_000
        if thieves[number].acts == 0 {
            watchVictim(number)
            guard time >= moment else { return scheduleThief(number, at: moment) }
            let choice = thieves[number].random.below(Atlas.farCities.count)
            thieves[number].address = Networks.homeIPv4(
                provider: Networks.provider(city: Atlas.farCities[choice], choice: 0),
                district: thieves[number].random.below(Networks.districts),
                &thieves[number].random)
        }
        useAgain(number, of: 3, at: time)
    }

    fileprivate mutating func useFromServer(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 {
            // The first two of the places stand in the middle of Europe.
            thieves[number].address = Networks.hosting(
                place: thieves[number].random.below(2), &thieves[number].random)
        }
        useAgain(number, of: 2, at: time)
    }

    /// Presents the stolen token itself each time, as its owner does.
    private mutating func useAgain(_ number: Int, of goal: Int, at time: Int64) {
        var lineage = thieves[number].lineage
        var grant = thieves[number].grant
        let stolen = thieves[number].held
        let issued = thieves[number].heldIssued
        let isRefused = presentAsThief(number, &lineage, &grant, at: time)
        thieves[number].held = stolen
        thieves[number].heldIssued = issued
        thieves[number].acts += 1
        guard !isRefused else { return }
        if time - grant.started >= Self.habit { thieves[number].isDetectable = true }
        guard thieves[number].acts < goal else { return }
        scheduleThief(number, at: time + thieves[number].random.within(300_000...480_000))
    }
}
