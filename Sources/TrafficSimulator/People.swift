internal import AuditModel

extension SimulatedWorld {
    /// What sets a subject apart from one who is at home, at the office or on the phone.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt8

        /// A home whose addresses change between IPv4 and IPv6.
        static let dualStack = Traits(rawValue: 1)
        /// A home behind its provider's translator.
        static let sharedLine = Traits(rawValue: 2)
        /// Turns a commercial VPN on and off.
        static let usesVPN = Traits(rawValue: 4)
        /// Flies somewhere now and then.
        static let travels = Traits(rawValue: 8)
        /// Changes the provider of the home at some time.
        static let switchesProvider = Traits(rawValue: 16)

        /// Those whose networks a thief's could be taken for.
        static let wanders: Traits = [.usesVPN, .travels, .switchesProvider]
    }

    struct Subject: Sendable {
        var id: ID128
        var realm: UInt8
        var given: UInt8
        var family: UInt8
        /// An index of ``Atlas/cities``.
        var city: UInt8
        var provider: UInt8
        var carrier: UInt8
        var office: UInt8
        var worksFromOffice: Bool
        var traits: Traits
        var number: UInt32
        var home: IPAddress
        /// The home's other address, of those with two.
        var otherHome = IPAddress.none

        /// Hours east of UTC of the home.
        var zone: Int8 { Atlas.cities[Int(city)].zone }
    }
}

extension SimulatedWorld.Subject {
    init(_ index: Int, plan: SimulationPlan) {
        var random = SeededRandom(seed: plan.seed, domain: 2, index: UInt64(index))
        id = random.uuid()
        realm = random.chance(percent: plan.rotatingShare) ? 0 : 1
        given = UInt8(random.below(PersonNames.given.count))
        family = UInt8(random.below(PersonNames.family.count))
        let zones: [Int8] = [1, 1, 1, 1, 2, 0, 0, -5, -8, 9]
        let cities = Atlas.homes(zone: zones[random.below(zones.count)])
        let home = cities[random.below(cities.count)]
        city = UInt8(home)
        let line = Networks.provider(city: home, choice: random.below(2))
        provider = UInt8(line)
        carrier = UInt8(random.below(2))
        worksFromOffice = random.chance(percent: 40)
        office = Self.office(of: home, &random)
        number = UInt32(index)
        traits = Self.traits(&random)
        let district = random.below(Networks.districts)
        let isNew = random.chance(percent: 25) || traits.contains(.dualStack)
        if isNew {
            self.home = Networks.homeIPv6(provider: line, district: district, &random)
        } else if traits.contains(.sharedLine) {
            self.home = Networks.sharedIPv4(provider: line, district: district, &random)
        } else {
            self.home = Networks.homeIPv4(provider: line, district: district, &random)
        }
        if traits.contains(.dualStack) {
            otherHome = Networks.homeIPv4(provider: line, district: district, &random)
        }
    }

    /// Every fourth office worker of middle Europe goes out through a gateway far from the desk.
    private static func office(of city: Int, _ random: inout SeededRandom) -> UInt8 {
        let own = 2 * city + random.below(2)
        let country = Atlas.cities[city].country
        let drawn = random.chance(percent: 25)
        guard drawn else { return UInt8(own) }
        switch country {
        case "DE", "AT", "CH", "NL": return UInt8(Networks.offices)
        case "GB", "IE", "FR": return UInt8(Networks.offices + 1)
        default: return UInt8(own)
        }
    }

    private static func traits(_ random: inout SeededRandom) -> SimulatedWorld.Traits {
        var traits: SimulatedWorld.Traits = []
        let draw = random.below(100)
        if draw < 6 {
            traits.insert(.usesVPN)
        } else if draw < 11 {
            traits.insert(.travels)
        } else if draw < 14 {
            traits.insert(.switchesProvider)
        }
        let line = random.below(100)
        if line < 15 {
            traits.insert(.dualStack)
        } else if line < 30 {
            traits.insert(.sharedLine)
        }
        return traits
    }
}
