internal import AuditModel

// What fails every day without anybody's fault: mistyped passwords, tokens presented too late,
// pages opened twice. Each client has an actor that plans an hour at a time.
extension Engine {
    mutating func addFailures(from begin: Int64) {
        for (number, client) in world.clients.enumerated() where client.kind != .machine {
            guard client.kind != .dormant else { continue }
            let random = SeededRandom(seed: plan.seed, domain: 9, index: UInt64(number))
            applications.append(
                Application(random: random, subject: -1, client: UInt16(number)))
            let index = applications.count - 1
            if client.kind == .resourceServer || client.kind == .web {
                applications[index].address = Networks.webServer(
                    client: number, &applications[index].random)
            }
            schedule(.failures, index, at: begin)
        }
    }

    /// Plans the failures of an hour: Poisson with a rate that is itself drawn (gamma, shape 3), so
    /// that hours differ more than chance alone would have it.
    mutating func planFailures(_ index: Int, at time: Int64) {
        schedule(.failures, index, at: time + ActivityClock.hour)
        let weight = ActivityClock.week.weight(at: time, zoneHours: 1)
        let mean = Int64(max(plan.rates.failures, 0)) * Int64(world.subjects.count) * weight
        var level: Int64 = 0
        for _ in 0..<3 { level += applications[index].random.exponential(mean: 1000) }
        let rate = mean / 1000 * level / 3000
        planFailures(index, rate: rate, from: time, to: time + ActivityClock.hour)
        for deploy in world.deploys where deploy.client == Int(applications[index].client) {
            guard deploy.time >= time, deploy.time < time + ActivityClock.hour else { continue }
            // Three times the usual, for twenty minutes.
            planFailures(
                index, rate: 2 * mean / 1000, from: deploy.time, to: deploy.time + 1_200_000)
        }
    }

    /// - Parameter rate: thousandths of a failure an hour.
    private mutating func planFailures(_ index: Int, rate: Int64, from: Int64, to: Int64) {
        guard rate > 0 else { return }
        let gap = max(1, ActivityClock.hour * 1000 / rate)
        var next = from + applications[index].random.exponential(mean: gap)
        while next < to {
            schedule(.failure, index, at: next)
            next += 1 + applications[index].random.exponential(mean: gap)
        }
    }

    /// One failure, of a kind that the client knows.
    mutating func fail(_ index: Int, at time: Int64) {
        let client = Int(applications[index].client)
        let draw = applications[index].random.below(100)
        switch world.clients[client].kind {
        case .resourceServer: failIntrospection(index, at: time)
        case .web:
            if draw < 60 { failLogin(index, at: time) } else { failCode(index, at: time) }
        case .background: failRefresh(index, at: time)
        default:
            if draw < 40 {
                failLogin(index, at: time)
            } else if draw < 70 {
                failRefresh(index, at: time)
            } else if draw < 80 {
                failCode(index, at: time)
            } else {
                failUserInfo(index, at: time)
            }
        }
    }

    /// Somebody of the client's realm, at home.
    private mutating func drawSubject(_ index: Int) -> Int? {
        let realm = world.clients[Int(applications[index].client)].realm
        for _ in 0..<8 {
            let subject = applications[index].random.below(world.subjects.count)
            if Int(world.subjects[subject].realm) == realm { return subject }
        }
        return nil
    }

    private mutating func failure(
        _ type: VendorType, _ index: Int, at time: Int64, fromHome: Bool = true
    ) -> SimulatedEvent? {
        guard let subject = drawSubject(index) else { return nil }
        var failed = event(type, index, at: time)
        failed.subject = subject
        if fromHome {
            failed.address = Networks.sibling(
                of: world.home(of: subject, at: time), &applications[index].random)
        }
        return failed
    }

    private mutating func failLogin(_ index: Int, at time: Int64) {
        guard var failed = failure(.loginError, index, at: time) else { return }
        failed.token = applications[index].random.uuid()
        if applications[index].random.chance(percent: 15) {
            failed.failure = .userNotFound
            failed.variant = UInt8(1 + applications[index].random.below(250))
            failed.subject = -1
        }
        events.append(failed)
    }

    /// A token from before the log, of a session that is over.
    private mutating func failRefresh(_ index: Int, at time: Int64) {
        guard var failed = failure(.refreshTokenError, index, at: time) else { return }
        failed.session = applications[index].random.uuid()
        failed.refresh = applications[index].random.uuid()
        failed.refusal =
            applications[index].random.chance(percent: 50) ? .sessionInactive : .expired
        events.append(failed)
    }

    private mutating func failCode(_ index: Int, at time: Int64) {
        let isWeb = kind(index) == .web
        guard var failed = failure(.codeToTokenError, index, at: time, fromHome: !isWeb)
        else { return }
        failed.session = applications[index].random.uuid()
        failed.failure = .expiredCode
        events.append(failed)
    }

    private mutating func failUserInfo(_ index: Int, at time: Int64) {
        guard var failed = failure(.userInfoRequestError, index, at: time) else { return }
        failed.session = applications[index].random.uuid()
        events.append(failed)
    }

    private mutating func failIntrospection(_ index: Int, at time: Int64) {
        var failed = event(.introspectTokenError, index, at: time)
        failed.token = applications[index].random.uuid()
        events.append(failed)
    }
}
