internal import AuditModel

/// Where a subject is at a moment.
enum Whereabouts: Equatable, Sendable {
    case home
    /// In the air; lands at the time given.
    case flying(from: Int64, to: Int64)
    /// In a city of ``Atlas/cities``, on the trip of that number.
    case away(city: Int, trip: Int64)
}

// Journeys follow from the subject's number and the time alone, so that nobody keeps a diary.
extension SimulatedWorld {
    /// One journey in each span of this length.
    private static let tripSpan = 10 * ActivityClock.day

    func whereabouts(of subject: Int, at time: Int64) -> Whereabouts {
        guard time >= start, subjects.indices.contains(subject),
            subjects[subject].traits.contains(.travels)
        else { return .home }
        let trip = (time - start) / Self.tripSpan
        var random = SeededRandom(
            seed: seed, domain: 10, index: UInt64(subject) << 12 | UInt64(trip))
        let home = Int(subjects[subject].city)
        let goal = (home + 1 + random.below(Atlas.resorts - 1)) % Atlas.resorts
        // At 800 km/h, with an hour on the ground.
        let flight = ActivityClock.hour * (Atlas.roughDistance(home, goal) + 800) / 800
        let leaves =
            start + trip * Self.tripSpan
            + random.within(26 * ActivityClock.hour...2 * ActivityClock.day)
        let arrives = leaves + flight
        let returns =
            arrives + random.within(20 * ActivityClock.hour...3 * ActivityClock.day)
        if time < leaves || time >= returns + flight { return .home }
        if time < arrives { return .flying(from: leaves, to: arrives) }
        if time < returns { return .away(city: goal, trip: trip) }
        return .flying(from: returns, to: returns + flight)
    }

    /// A line in the city the subject stays in.
    func lodging(of subject: Int, city: Int, trip: Int64) -> IPAddress {
        var random = SeededRandom(
            seed: seed, domain: 11, index: UInt64(subject) << 12 | UInt64(trip))
        return Networks.homeIPv4(
            provider: Networks.provider(city: city, choice: random.below(2)),
            district: random.below(Networks.districts), &random)
    }

    /// The line of the subject's home, after a change of provider the new one.
    func home(of subject: Int, at time: Int64) -> IPAddress {
        let person = subjects[subject]
        guard person.traits.contains(.switchesProvider) else { return person.home }
        var random = SeededRandom(seed: seed, domain: 13, index: UInt64(subject))
        let length = end - start
        let moment =
            start + random.within(min(3 * ActivityClock.day, length / 2)...length * 9 / 10)
        guard time >= moment else { return person.home }
        let other = Networks.provider(
            city: Int(person.city), choice: Int(person.provider) % 2 == 0 ? 1 : 0)
        return Networks.homeIPv4(provider: other, district: random.below(4), &random)
    }

    /// The VPN's exit that a subject always takes: for most the same.
    func exit(of subject: Int) -> Int {
        subject % 6 == 0 ? 1 + subject / 6 % (Atlas.exitCities.count - 1) : 0
    }
}
