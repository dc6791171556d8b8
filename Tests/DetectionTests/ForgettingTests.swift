import AuditModel
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("A desk that forgets")
struct ForgettingDeskTests {
    /// A desk and what it should be, given the same at random.
    private struct Pair {
        var desk: AlertDesk
        var naive: NaiveDesk
        var random: SeededGenerator
        var time: Int64 = 0
        /// Of every alert there ever was.
        private var keys: [ID128: ID128] = [:]
        /// The rule that the places of a key name.
        private var places: [ID128: Int] = [:]

        init(capacity: Int, seed: UInt64) {
            desk = AlertDesk(capacity: capacity, forgets: true)
            naive = NaiveDesk(capacity: capacity)
            random = SeededGenerator(seed: seed)
        }

        private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

        private static func place(_ key: Int, _ way: Int) -> LineagePlace {
            LineagePlace(rule: key, group: ID128(high: 3, low: UInt64(way)))
        }

        mutating func step(keys: Int) {
            time += Int64(below(3))
            if below(8) == 0 {
                let (count, lineage) = (below(3), ID128(high: 2, low: UInt64(1 + below(5))))
                desk.noteBranches(count, lineage: lineage, time: time)
                naive.noteBranches(count, lineage: lineage)
                return
            }
            let key = below(keys)
            let event = ID128(high: 1, low: random.next())
            let words = ["\(key)"]
            var alert = Alert(
                id: Alert.identity(ruleID: "r", groupKey: words, anchor: event),
                rule: Alert.Rule(id: "r", name: "r", title: "r", hash: ""),
                severity: Severity.allCases[below(5)], time: time, precision: 3)
            alert.score = below(3) == 0 ? below(900) : nil
            alert.message = "\(random.next())"
            alert.evidence = [
                Alert.Evidence(
                    event: event, time: time, precision: 3, kind: .authnFailed, source: "s")
            ]
            let lineage = UInt64(key % 6)
            let finding = Finding(
                alert: alert, groupKey: words,
                lineage: lineage == 0 ? .none : ID128(high: 2, low: lineage),
                suppress: key % 2 == 0 ? nil : 12)
            desk.admit(finding, at: below(6) == 0 ? nil : Self.place(key, below(2)))
            naive.admit(finding)
            self.keys[alert.id] = finding.key
            places[finding.key] = key
        }

        /// Whether nothing leads to an alert that is not its own.
        var isSound: Bool {
            let alerts = desk.alerts
            return desk.byKey.allSatisfy { keys[alerts[$1].id] == $0 && naive.holds(key: $0) }
                && desk.byID.count == alerts.count
                && desk.byID.allSatisfy { alerts[$1].id == $0 }
                && desk.byPlace.allSatisfy { place, index in
                    keys[alerts[index].id].flatMap { places[$0] } == place.rule
                }
                && desk.byPlace.count <= alerts.count
                && desk.byLineage.allSatisfy { lineage, indexes in
                    !indexes.isEmpty
                        && indexes.allSatisfy { desk.memory?[$0].lineage == lineage }
                        && Set(indexes).count == indexes.count
                }
                && desk.byLineage.values.reduce(0) { $0 + $1.count }
                    == alerts.indices.filter { desk.memory?[$0].lineage.isNone == false }.count
        }
    }

    @Test(
        "it keeps, revises, forgets and tells what two lists would",
        arguments: 0..<24 as Range<UInt64>)
    func naive(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 77)
        let capacity = 1 + Int(random.next() % 5)
        var pair = Pair(capacity: capacity, seed: seed)
        for step in 0..<400 {
            let comment = Comment(rawValue: "seed \(seed), step \(step), capacity \(capacity)")
            pair.step(keys: 14 + Int(seed % 4) * 10)
            #expect(pair.desk.sorted() == pair.naive.alerts(), comment)
            #expect(pair.isSound, comment)
            if random.next() % 9 == 0 {
                let changes = pair.desk.takeChanges().sorted {
                    ($0.alert.time, $0.alert.id) < ($1.alert.time, $1.alert.id)
                }
                #expect(changes == pair.naive.takeChanges(), comment)
            }
        }
        #expect(pair.desk.memory?.evicted == pair.naive.evicted, "seed \(seed)")
        #expect(pair.desk.dropped == 0 && pair.desk.untold == 0, "seed \(seed)")
        #expect(pair.naive.evicted > 5, "seed \(seed)")
    }

    @Test("however many were hit again, few are passed over before one goes")
    func chances() {
        var desk = AlertDesk(capacity: 100, forgets: true)
        var naive = NaiveDesk(capacity: 100)
        let all = Array(1...100)
        for number in all + all + [101, 102, 103] {
            desk.admit(finding(number, .low))
            naive.admit(finding(number, .low))
        }
        #expect(naive.chances == AlertMemory.mostChances && naive.evicted == 3)
        #expect(desk.sorted() == naive.alerts())
        // The last ones before the bound was reached have had their chance.
        #expect(Set(1...103).subtracting(desk.alerts.map { Int($0.time) }) == [65, 1, 2])
    }

    private func finding(_ number: Int, _ severity: Severity) -> Finding {
        let alert = Alert(
            id: ID128(high: 9, low: UInt64(number)),
            rule: Alert.Rule(id: "r", name: "r", title: "r", hash: ""), severity: severity,
            time: Int64(number), precision: 3)
        return Finding(alert: alert, groupKey: ["\(number)"], lineage: .none, suppress: nil)
    }

    @Test("a flood of harmless alerts makes it forget no theft, and the other way round")
    func classes() {
        var desk = AlertDesk(capacity: 3, forgets: true)
        desk.admit(finding(1, .critical))
        for number in 2...50 { desk.admit(finding(number, .low)) }
        #expect(desk.sorted().map(\.time) == [1, 48, 49, 50])
        for number in 51...60 { desk.admit(finding(number, .medium)) }
        #expect(desk.sorted().map(\.time) == [48, 49, 50, 58, 59, 60])
        #expect(desk.memory?.evicted == 54)
    }

    @Test("one that forgets nothing drops what is new")
    func drops() {
        var desk = AlertDesk(capacity: 3)
        for number in 1...9 { desk.admit(finding(number, .low)) }
        #expect(desk.sorted().map(\.time) == [1, 2, 3] && desk.dropped == 6)
        #expect(desk.takeChanges().count == 3 && desk.untold == 0)
    }

    @Test("of those that left untold the last are kept, and the others counted")
    func untold() {
        var desk = AlertDesk(capacity: 2, forgets: true)
        for number in 1...500 { desk.admit(finding(number, .info)) }
        let told = desk.takeChanges().map(\.alert.time).sorted()
        #expect(told == Array(Int64(500 - told.count + 1)...500))
        #expect((66...130).contains(told.count) && desk.untold == 500 - told.count)
        #expect(desk.takeChanges().isEmpty)
    }
}

@Suite("A run that forgets")
struct ForgettingRunTests {
    private static let key = ID128(high: 1, low: 1)
    private static let limits = Ledger.Limits(families: 64, tokens: 4096)

    private func fresh(
        _ capacity: Int, _ rules: [Rule] = GrantCase.rules, peeks: Bool = false
    ) -> DetectionRun {
        DetectionRun(
            rules: rules, limits: Self.limits, peeks: peeks,
            desk: AlertDesk(capacity: capacity, forgets: true))
    }

    private final class Image {
        var bytes: [UInt8] = []
    }

    private func image(of run: DetectionRun) throws -> [UInt8] {
        let image = Image()
        var writer = StateWriter(key: Self.key) { image.bytes += $0 }
        run.write(to: &writer)
        _ = try writer.finish()
        return image.bytes
    }

    private func restored(_ image: [UInt8], _ fresh: DetectionRun) throws -> DetectionRun {
        try image.withUnsafeBytes { bytes in
            var reader = try StateReader(bytes, key: Self.key)
            let run = try DetectionRun(fresh, limits: Self.limits, from: &reader)
            try reader.finish()
            return run
        }
    }

    /// What the rules find, without a desk.
    private struct Findings {
        var ledger = Ledger(limits: ForgettingRunTests.limits)
        var engine = Engine(rules: GrantCase.rules)

        mutating func take(_ batch: EventBatch, _ row: Int, into naive: inout NaiveDesk) {
            var transition = Transition()
            let hasMeaning = ledger.apply(batch, row: row, pool: batch.pool, into: &transition)
            if hasMeaning, transition.isAfterReplay,
                let family = ledger.family(transition.family)
            {
                naive.noteBranches(
                    Int(transition.branchesActive),
                    lineage: AlertBuilder.lineage(of: transition, family, batch.pool))
            }
            engine.gathered = []
            engine.step(
                batch, row: row, transition: hasMeaning ? transition : nil, ledger: ledger,
                pool: batch.pool)
            for finding in engine.gathered ?? [] { naive.admit(finding) }
        }
    }

    @Test(
        "it has the alerts of two lists, told and cut at any event, with looks ahead between",
        arguments: 0..<24 as Range<UInt64>)
    func naive(seed: UInt64) throws {
        let sample = GrantCase(seed: seed &+ 4000, events: 200)
        let batch = sample.batch
        var random = SeededGenerator(seed: seed)
        let capacity = 1 + Int(random.next() % 4)
        var naive = NaiveDesk(capacity: capacity)
        var findings = Findings()
        var run = fresh(capacity, peeks: true)
        var plain = fresh(capacity)
        for row in 0..<batch.count {
            let comment = Comment(rawValue: "seed \(seed), event \(row), capacity \(capacity)")
            if random.next() % 3 == 0 {
                let rows = sample.rows(of: Int(random.next() % 3), from: row).prefix(4)
                #expect(peek(&run, sample, Array(rows)), comment)
            }
            run.take(batch, row: row, pool: batch.pool)
            plain.take(batch, row: row, pool: batch.pool)
            findings.take(batch, row, into: &naive)
            #expect(run.alerts() == naive.alerts(), comment)
            #expect(run.evictedAlerts == naive.evicted, comment)
            if random.next() % 6 == 0 {
                #expect(run.takeChanges() == naive.takeChanges(), comment)
                if random.next() % 2 == 0 {
                    let image = try image(of: run)
                    run = try restored(image, fresh(capacity, peeks: true))
                    #expect(try self.image(of: run) == image, comment)
                }
            }
        }
        #expect(naive.evicted > 3, "seed \(seed)")
        // Neither cuts nor who asked when decides anything.
        #expect(try image(of: run) == image(of: plain), "seed \(seed)")
    }

    /// Whether a look ahead shows nothing but what taking the rows in raises.
    private func peek(_ run: inout DetectionRun, _ sample: GrantCase, _ rows: [Int]) -> Bool {
        let pool = sample.batch.pool
        let shown = run.peek(
            rows.map { RowReference(sample.shared, row: $0) }, pool: pool)
        var copy = run
        _ = copy.takeChanges()
        let known = Set(copy.alerts().map(\.id))
        for row in rows { copy.take(sample.batch, row: row, pool: pool) }
        let added = Set(copy.takeChanges().filter(\.isNotable).map(\.alert.id))
        return shown.allSatisfy { added.contains($0.id) && !known.contains($0.id) }
    }

    @Test(
        "with room for all it has the alerts of one that forgets nothing",
        arguments: 0..<8 as Range<UInt64>)
    func roomy(seed: UInt64) {
        let sample = GrantCase(seed: seed &+ 70, events: 120)
        var (run, other) = (fresh(1000), DetectionRun(rules: GrantCase.rules, limits: Self.limits))
        for row in 0..<sample.batch.count {
            run.take(sample.batch, row: row, pool: sample.batch.pool)
            other.take(sample.batch, row: row, pool: sample.batch.pool)
        }
        #expect(run.alerts() == other.alerts() && run.evictedAlerts == 0, "seed \(seed)")
    }

    @Test("rules of every kind go on from an image as if there had been none")
    func restart() throws {
        var evicted = 0
        for seed in 0..<40 as Range<UInt64> {
            var sample = StateCase(seed: seed &* 101 &+ 9)
            let empty = fresh(2, sample.rules)
            let cut = sample.cut()
            var whole = empty
            sample.take(0..<sample.count, into: &whole)
            var run = empty
            sample.take(0..<cut, into: &run)
            run = try restored(try image(of: run), empty)
            sample.take(cut..<sample.count, into: &run)
            #expect(run.alerts() == whole.alerts(), "seed \(seed), cut at \(cut)")
            #expect(try image(of: run) == image(of: whole), "seed \(seed), cut at \(cut)")
            evicted += whole.evictedAlerts
        }
        #expect(evicted > 100)
    }

    @Test("an image of a run that keeps other alerts is foreign")
    func foreign() throws {
        let sample = StateCase(seed: 4)
        var run = fresh(2, sample.rules)
        sample.take(0..<sample.count, into: &run)
        let image = try image(of: run)
        let others = [
            fresh(3, sample.rules),
            DetectionRun(rules: sample.rules, desk: AlertDesk(capacity: 2)),
        ]
        for other in others {
            do {
                _ = try restored(image, other)
                Issue.record("it was taken")
            } catch {
                guard case .foreign? = error as? StateFault else { throw error }
            }
        }
    }

    @Test("an image that was made up is refused or goes on; it never traps")
    func damage() throws {
        var (refused, went) = (0, 0)
        for seed in 0..<6 as Range<UInt64> {
            let sample = StateCase(seed: seed &* 31 &+ 1)
            let empty = fresh(2, sample.rules)
            var run = empty
            sample.take(0..<sample.count / 2, into: &run)
            let whole = try image(of: run)
            var random = SeededGenerator(seed: seed)
            for _ in 0..<150 {
                var body = Array(whole.dropLast(32))
                // The desk is the end of the image.
                let place = body.count - 1 - Int(random.next() % UInt64(min(900, body.count)))
                body[place] = UInt8(truncatingIfNeeded: random.next() % 5)
                do {
                    var copy = try restored(
                        body + body.withUnsafeBytes { IdentityHash.sha256($0) }, empty)
                    sample.take(sample.count / 2..<sample.count, into: &copy)
                    _ = (copy.alerts(), copy.takeChanges(), try image(of: copy))
                    went += 1
                } catch {
                    #expect(error is StateFault, "seed \(seed)")
                    refused += 1
                }
            }
        }
        #expect(refused > 100 && went > 20)
    }
}
