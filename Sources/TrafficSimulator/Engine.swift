internal import AuditModel

/// The state of a running simulation: every application, every thief, and the acts to come.
///
/// Each application and each thief draws from its own stream of random numbers, so that what one
/// of them does never changes what an unrelated one does.
struct Engine {
    let world: SimulatedWorld
    let plan: SimulationPlan
    var applications: ContiguousArray<Application> = []
    var thieves: [Thief] = []
    var queue = EventQueue<PlannedAct>()
    /// The events of the act just performed.
    var events: ContiguousArray<SimulatedEvent> = []
    /// The log is silent before this time, by the attack of that number; -1 for none.
    var silentUntil: Int64 = 0
    var silencedBy = -1
    /// By client, the first thief who used the password grant there: only that is news.
    var directGrantThieves: [Int: Int] = [:]

    /// Thieves' actor numbers start here.
    static let firstThief: UInt32 = 1 << 31

    init(plan: SimulationPlan) {
        self.plan = plan
        world = SimulatedWorld(plan: plan)
        let warmUp = Int64(min(max(plan.warmUpHours, 0), 24 * 30)) * ActivityClock.hour
        let begin = world.start - warmUp
        for subject in world.subjects.indices { addApplications(of: subject, from: begin) }
        for (index, client) in world.clients.enumerated() where client.kind == .machine {
            var application = Application(
                random: SeededRandom(seed: plan.seed, domain: 4, index: UInt64(index)),
                subject: -1, client: UInt16(index))
            application.address = Networks.webServer(client: index, &application.random)
            applications.append(application)
            let actor = applications.count - 1
            schedule(.machine, actor, at: begin + applications[actor].random.within(0...600_000))
        }
        addFailures(from: begin)
        addThieves()
    }

    /// Performs the next act before the end; false when there is none. What happened is in
    /// ``events``.
    mutating func step() -> Bool {
        events.removeAll(keepingCapacity: true)
        guard let act = queue.pop(), act.time < world.end else { return false }
        if act.actor >= Self.firstThief {
            performTheft(Int(act.actor - Self.firstThief), at: act.time)
        } else if applications[Int(act.actor)].epoch == act.epoch, isOnGround(act) {
            perform(act)
        }
        hush()
        return true
    }

    private mutating func perform(_ act: PlannedAct) {
        let index = Int(act.actor)
        switch act.action {
        case .open: open(index, at: act.time)
        case .login: login(index, at: act.time)
        case .redeem: redeem(index, at: act.time)
        case .refresh: refresh(index, slot: act.slot, at: act.time)
        case .again: presentAgain(index, at: act.time)
        case .restore: restoreBackup(index, at: act.time)
        case .logout: logout(index, at: act.time)
        case .userInfo: useToken(.userInfoRequest, index, at: act.time)
        case .introspect: introspect(index, at: act.time)
        case .exchange: useToken(.tokenExchange, index, at: act.time)
        case .tabLogin: openTab(index, at: act.time)
        case .tabRedeem: redeemTab(index, at: act.time)
        case .machine: actAsMachine(index, at: act.time)
        case .failures: planFailures(index, at: act.time)
        case .failure: fail(index, at: act.time)
        case .attack: break
        }
    }

    mutating func schedule(_ action: Action, _ index: Int, slot: UInt8 = 0, at time: Int64) {
        let sequence = applications[index].sequence
        applications[index].sequence = sequence &+ 1
        queue.push(
            PlannedAct(
                time: time, actor: UInt32(truncatingIfNeeded: index), sequence: sequence,
                action: action, slot: slot, epoch: applications[index].epoch))
        if slot == 0, action == .open || action == .refresh {
            applications[index].main.next = time
        }
    }

    /// An event of an application, with everything but the type's own fields.
    mutating func event(_ type: VendorType, _ index: Int, at time: Int64) -> SimulatedEvent {
        let nativeID = applications[index].random.uuid()
        let application = applications[index]
        var event = SimulatedEvent(
            time: time, type: type, client: Int(application.client),
            address: application.address, nativeID: nativeID)
        event.subject = Int(application.subject)
        event.session = application.grant.session
        event.offline = world.clients[event.client].isOffline
        return event
    }

    func kind(_ index: Int) -> ClientKind { world.clients[Int(applications[index].client)].kind }

    func zone(_ index: Int) -> Int {
        let subject = Int(applications[index].subject)
        return world.subjects.indices.contains(subject) ? Int(world.subjects[subject].zone) : 0
    }
}

extension Engine {
    /// Gives a subject one to three applications, each with its first use somewhere in the first
    /// days.
    private mutating func addApplications(of subject: Int, from begin: Int64) {
        var random = SeededRandom(seed: plan.seed, domain: 5, index: UInt64(subject))
        let realm = Int(world.subjects[subject].realm)
        for device in 0..<(1 + random.below(3)) {
            let client = chooseClient(realm: realm, &random)
            var application = Application(
                random: SeededRandom(
                    seed: plan.seed, domain: 6, index: UInt64(subject * 4 + device)),
                subject: Int32(subject), client: UInt16(client))
            let kind = world.clients[client].kind
            if !world.rotates(client: client), kind == .native || kind == .background {
                application.keepsFirstToken = application.random.chance(percent: 40)
            }
            applications.append(application)
            let index = applications.count - 1
            let delay = applications[index].random.exponential(mean: 8 * ActivityClock.hour)
            let zone = Int(world.subjects[subject].zone)
            let first = ActivityClock.week.advance(from: begin, by: delay, zoneHours: zone)
            schedule(.open, index, at: first)
        }
    }

    private func chooseClient(realm: Int, _ random: inout SeededRandom) -> Int {
        let draw = random.below(100)
        let browserShare = min(max(plan.browserShare, 0), 100)
        let rest = 100 - browserShare
        let kind: ClientKind =
            draw < browserShare
            ? (random.chance(percent: 12) ? .web : .browser)
            : draw < browserShare + rest * 94 / 100 ? .native : .background
        let choices = world.clients.indices.filter {
            world.clients[$0].realm == realm && world.clients[$0].kind == kind
        }
        var ticket = random.below(choices.reduce(0) { $0 + world.clients[$1].weight })
        for choice in choices {
            ticket -= world.clients[choice].weight
            if ticket < 0 { return choice }
        }
        return choices.last ?? 0
    }

    private mutating func addThieves() {
        let window = max(world.end - world.firstAttack, 1)
        var random = SeededRandom(seed: plan.seed, domain: 7, index: 0)
        for (number, scenario) in AttackScenario.allCases.enumerated() {
            for copy in 0..<min(max(plan.attacks[scenario] ?? 0, 0), 100_000) {
                let index = thieves.count
                var thief = Thief(
                    scenario: scenario, copy: copy,
                    random: SeededRandom(
                        seed: plan.seed, domain: 8, index: UInt64(number * 1_000_000 + copy)))
                // Late enough for people to be up, early enough to see how it ends; those whose
                // victims are rare begin early.
                let latest: Int64 = scenario.searchPause < 600_000 ? 40 : 70
                let share = Int64(random.within(30...latest))
                thief.address = Networks.hosting(&thief.random)
                thieves.append(thief)
                scheduleThief(index, at: world.firstAttack + window * share / 100)
            }
        }
    }

    mutating func scheduleThief(_ index: Int, at time: Int64) {
        let sequence = thieves[index].sequence
        thieves[index].sequence = sequence &+ 1
        queue.push(
            PlannedAct(
                time: time, actor: Self.firstThief + UInt32(truncatingIfNeeded: index),
                sequence: sequence, action: .attack, slot: 0, epoch: 0))
    }
}
