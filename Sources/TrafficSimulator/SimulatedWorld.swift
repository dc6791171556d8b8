public import AuditModel

/// What stays the same through a simulation: realms, clients, people and their networks.
public struct SimulatedWorld: Sendable {
    struct Realm: Sendable {
        var id: ID128
        var name: [UInt8]
        var rotates: Bool
    }

    /// What befalls one client at a moment: an administrator's "not before", or a release.
    struct ClientMoment: Sendable {
        var client: Int
        var time: Int64
    }

    let realms: [Realm]
    let clients: [SimulatedClient]
    let subjects: ContiguousArray<Subject>
    let notBefore: [ClientMoment]
    /// Releases of clients that go wrong for twenty minutes.
    let deploys: [ClientMoment]
    let release: ServerRelease
    /// Milliseconds since 1970 UTC: the first event written, and the end.
    let start: Int64
    let end: Int64
    /// When attacks begin.
    let firstAttack: Int64
    let seed: UInt64

    init(plan: SimulationPlan) {
        seed = plan.seed
        let latest: Int64 = 7_258_118_400_000
        let begin = min(max(plan.startTime / 1_000_000, 30 * ActivityClock.day), latest)
        let days = Int64(min(max(plan.days, 1), 3660))
        start = begin
        end = begin + days * ActivityClock.day
        firstAttack = begin + min(Int64(max(plan.quietDays, 0)), days) * ActivityClock.day
        release = plan.release
        var random = SeededRandom(seed: plan.seed, domain: 1, index: 0)
        realms = [
            Realm(id: random.uuid(), name: Self.safeName(plan.realmName), rotates: true),
            Realm(id: random.uuid(), name: Self.safeName(plan.lenientRealmName), rotates: false),
        ]
        let registered =
            SimulatedClient.registered(lenient: false) + SimulatedClient.registered(lenient: true)
        clients = registered
        let people = min(max(plan.subjects, 1), 5_000_000)
        var all: ContiguousArray<Subject> = []
        all.reserveCapacity(people)
        for index in 0..<people {
            all.append(Subject(index, plan: plan))
        }
        subjects = all
        notBefore = Self.pushes(
            plan.notBeforePushes, clients: registered, start: begin, days: days, random: &random)
        deploys = Self.releases(plan.deploys, of: registered, start: begin, days: days, plan.seed)
    }

    /// The moment before which tokens of a client are refused, if it has come.
    func notBefore(client: Int, at time: Int64) -> Int64 {
        var latest: Int64 = 0
        for push in notBefore where push.client == client && push.time <= time {
            latest = max(latest, push.time)
        }
        return latest
    }

    func rotates(client: Int) -> Bool { realms[clients[client].realm].rotates }

    /// The client that answers for resources in the same realm.
    func resourceServer(realm: Int) -> Int {
        clients.firstIndex { $0.realm == realm && $0.kind == .resourceServer } ?? 0
    }

    /// The user that stands for a client acting for itself.
    func serviceAccount(client: Int) -> ID128 {
        var random = SeededRandom(seed: seed, domain: 3, index: UInt64(client))
        return random.uuid()
    }

    /// Keeps only what needs no escape in any dialect.
    private static func safeName(_ name: String) -> [UInt8] {
        let kept = name.utf8.prefix(64).filter { byte in
            byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte)
                || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        return kept.isEmpty ? Array("realm".utf8) : Array(kept)
    }

    /// Each push falls in the early afternoon of some day after the first.
    private static func pushes(
        _ count: Int, clients: [SimulatedClient], start: Int64, days: Int64,
        random: inout SeededRandom
    ) -> [ClientMoment] {
        let eligible = clients.indices.filter { clients[$0].kind == .native }
        guard days > 1, !eligible.isEmpty else { return [] }
        return (0..<min(max(count, 0), 100)).map { _ in
            let day = 1 + Int64(random.below(Int(days) - 1))
            return ClientMoment(
                client: eligible[random.below(eligible.count)],
                time: start + day * ActivityClock.day + 13 * ActivityClock.hour
                    + random.within(0...ActivityClock.hour))
        }
    }

    /// Each release is at noon or in the afternoon of a working day.
    private static func releases(
        _ count: Int, of clients: [SimulatedClient], start: Int64, days: Int64, _ seed: UInt64
    ) -> [ClientMoment] {
        var random = SeededRandom(seed: seed, domain: 12, index: 0)
        return (0..<min(max(count, 0), 1000)).map { _ in
            var day = Int64(random.below(Int(days)))
            let isWeekend = ActivityClock.isWeekend(start + day * ActivityClock.day, zoneHours: 0)
            if isWeekend { day = max(0, day - 2) }
            return ClientMoment(
                client: random.below(clients.count),
                time: start + day * ActivityClock.day
                    + random.within(11 * ActivityClock.hour...15 * ActivityClock.hour))
        }
    }
}

extension SimulatedWorld {
    /// The id of the realm that a client belongs to, as the dialects write it.
    public func realmID(client: Int) -> String { realms[clients[client].realm].id.uuidText }

    /// The client's id as the dialects write it.
    public func clientName(_ client: Int) -> String { clients[client].name.description }

    /// The subject's id as the dialects write it; nil for none.
    public func subjectID(_ subject: Int) -> String? {
        subjects.indices.contains(subject) ? subjects[subject].id.uuidText : nil
    }

    /// The session's id as the dialects write it.
    public func sessionText(_ session: ID128) -> String {
        guard release == .later else { return session.uuidText }
        var text: [UInt8] = []
        LineBuffer.urlSafeDigits(of: session) { text.append($0) }
        return String(decoding: text, as: UTF8.self)
    }

    /// `H("event/1", "keycloak", realm id, native id)`: an event's id in the JSON dialect.
    public func eventID(_ event: SimulatedEvent) -> ID128 {
        var hash = IdentityHash("event/1")
        hash.add("keycloak")
        hash.add(realmID(client: event.client))
        hash.add(event.nativeID.uuidText)
        return hash.id()
    }

    /// `H("family/1", realm id, session, client)`: the family of an event's grant.
    public func familyID(_ event: SimulatedEvent) -> ID128 {
        var hash = IdentityHash("family/1")
        hash.add(realmID(client: event.client))
        hash.add(sessionText(event.session))
        hash.add(clientName(event.client))
        return hash.id()
    }
}
