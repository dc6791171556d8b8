internal import AuditModel

// Where an application is connected.
extension Engine {
    /// Chooses the network by hour, day and kind of device; mobile addresses change each time.
    mutating func connect(_ index: Int, at time: Int64) {
        if kind(index) == .web {
            let client = Int(applications[index].client)
            applications[index].address = Networks.webServer(
                client: client, &applications[index].random)
            return
        }
        guard !isStationary(index) else { return move(index, to: .home, at: time) }
        let number = Int(applications[index].subject)
        let subject = world.subjects[number]
        if case .away(let city, let trip) = world.whereabouts(of: number, at: time) {
            return connectAbroad(index, city: city, trip: trip)
        }
        applications[index].trip = 0
        let zone = Int(subject.zone)
        let hour = ActivityClock.hourOfDay(time, zoneHours: zone)
        let isWorkTime = (8...17).contains(hour) && !ActivityClock.isWeekend(time, zoneHours: zone)
        let isOut = applications[index].random.chance(percent: isWorkTime ? 45 : 18)
        var place = Place.home
        if subject.traits.contains(.usesVPN), applications[index].random.chance(percent: 45) {
            place = .exit
        } else if kind(index) == .native, isOut {
            place = .mobile
        } else if isWorkTime, subject.worksFromOffice {
            place = .office
        }
        // What was lost on the way is asked for again from a network that knows the device.
        let lineage = applications[index].main
        if lineage.held != lineage.head, !isKnown(place, index) { place = .home }
        move(index, to: place, at: time)
    }

    func isKnown(_ place: Place, _ index: Int) -> Bool {
        applications[index].known >> place.rawValue & 1 == 1
    }

    /// In another city: a line there, or a carrier of that country.
    private mutating func connectAbroad(_ index: Int, city: Int, trip: Int64) {
        let number = Int(applications[index].subject)
        let isFirst = applications[index].place != .away
        let isOut = kind(index) == .native && applications[index].random.chance(percent: 30)
        applications[index].place = .away
        applications[index].trip = UInt16(clamping: trip + 1)
        applications[index].isNewHere = applications[index].isNewHere || isFirst
        applications[index].address =
            isOut
            ? Networks.mobile(city: city, carrier: number, &applications[index].random)
            : world.lodging(of: number, city: city, trip: trip)
    }

    mutating func move(_ index: Int, to place: Place, at time: Int64) {
        let number = Int(applications[index].subject)
        let subject = world.subjects[number]
        let former = applications[index].place
        applications[index].place = place
        if former != place, former == .exit || former == .away {
            applications[index].isNewHere = true
        }
        switch place {
        case .mobile:
            applications[index].address = Networks.mobile(
                city: Int(subject.city), carrier: Int(subject.carrier),
                &applications[index].random)
        case .office:
            guard former != .office else { return }
            applications[index].address = Networks.office(
                Int(subject.office), &applications[index].random)
        case .exit:
            if former != .exit { applications[index].isNewHere = true }
            applications[index].address = Networks.exit(
                world.exit(of: number), &applications[index].random)
        default: comeHome(index, from: former, at: time)
        }
    }

    private mutating func comeHome(_ index: Int, from former: Place, at time: Int64) {
        let number = Int(applications[index].subject)
        let subject = world.subjects[number]
        let home = world.home(of: number, at: time)
        let isSame =
            applications[index].address.network == home.network
            || applications[index].address == subject.otherHome
        let flips =
            subject.traits.contains(.dualStack) && applications[index].random.chance(percent: 30)
        guard former != .home || !isSame || flips else { return }
        if home != subject.home {
            applications[index].isNewHere = applications[index].isNewHere || !isSame
            applications[index].address = home
        } else if flips, applications[index].address.network == home.network {
            applications[index].address = subject.otherHome
        } else if subject.traits.contains(.sharedLine), home.isIPv4 {
            let last = applications[index].random.below(252)
            applications[index].address = Networks.neighbour(of: home, last)
        } else {
            applications[index].address = Networks.sibling(of: home, &applications[index].random)
        }
    }

    /// The browser's own address where the server's is what tokens are redeemed from.
    func userAddress(_ index: Int, at time: Int64) -> IPAddress {
        let number = Int(applications[index].subject)
        if case .away(let city, let trip) = world.whereabouts(of: number, at: time) {
            return world.lodging(of: number, city: city, trip: trip)
        }
        return world.home(of: number, at: time)
    }
}

// Journeys.
extension Engine {
    /// Puts an act off until its application's owner has landed, and reconnects what was carried
    /// to another city; false if the act is put off.
    mutating func isOnGround(_ act: PlannedAct) -> Bool {
        let index = Int(act.actor)
        let number = Int(applications[index].subject)
        guard !isStationary(index), wandersFar(number) else { return true }
        switch world.whereabouts(of: number, at: act.time) {
        case .home:
            if applications[index].place == .away { connect(index, at: act.time) }
        case .away(_, let trip):
            if applications[index].trip != UInt16(clamping: trip + 1) {
                connect(index, at: act.time)
            }
        case .flying(let from, let to):
            var later = act
            // Keeps the order of what was put off.
            later.time = to + (act.time - from) / 32 + 60_000
            queue.push(later)
            if act.slot == 0, act.action == .open || act.action == .refresh {
                applications[index].main.next = later.time
            }
            return false
        }
        return true
    }

    private func isStationary(_ index: Int) -> Bool {
        kind(index) == .background || applications[index].keepsFirstToken
    }

    private func wandersFar(_ subject: Int) -> Bool {
        world.subjects.indices.contains(subject)
            && world.subjects[subject].traits.contains(.travels)
    }

    /// Whether the application's owner goes where a thief could be.
    func wanders(_ index: Int) -> Bool {
        let subject = Int(applications[index].subject)
        return world.subjects.indices.contains(subject)
            && !world.subjects[subject].traits.isDisjoint(with: .wanders)
    }

    /// Whether a redemption was not the grant's first one in such a place, and no journey is about
    /// to begin.
    mutating func isSettled(_ index: Int, at time: Int64) -> Bool {
        let place = applications[index].place
        let isNew = applications[index].isNewHere || !isKnown(place, index)
        applications[index].isNewHere = false
        applications[index].known |= 1 << place.rawValue
        let number = Int(applications[index].subject)
        guard !isNew, wandersFar(number) else { return !isNew }
        if case .flying = world.whereabouts(of: number, at: time + ActivityClock.hour) {
            return false
        }
        return true
    }
}
