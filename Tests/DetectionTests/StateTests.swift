import AuditModel
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("Detection state goes on after a restart as if there had been none")
struct StateTests {
    private static let everything: Set = [
        "absence", "aggregate", "count", "ratio", "temporal", "silence", "checks", "spike",
        "spikeOfTwo", "newValue", "sharedValues", "geoVelocity", "geoKnowledge", "geoShared",
        "alerts", "known", "families", "evictedFamilies", "evictedTokens",
    ]

    @Test("cut anywhere, stored and read again, a run has the same alerts and the same image")
    func restart() throws {
        var remembered: [String: Int] = [:]
        for number in 0..<120 {
            let seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 17
            var sample = StateCase(seed: seed)
            var whole = sample.fresh
            sample.take(0..<sample.count, into: &whole)
            let cut = sample.cut()
            var first = sample.fresh
            sample.take(0..<cut, into: &first)
            let image = try sample.image(of: first)
            var second = try sample.restored(image)
            let isSame = try sample.image(of: second) == image
            #expect(isSame, "seed \(seed)")
            for name in second.remembered { remembered[name, default: 0] += 1 }
            sample.take(cut..<sample.count, into: &second)
            #expect(second.alerts() == whole.alerts(), "seed \(seed), cut at \(cut)")
            #expect(
                try sample.image(of: second) == sample.image(of: whole),
                "seed \(seed), cut at \(cut)")
            // Storing does not change what goes on.
            sample.take(cut..<sample.count, into: &first)
            #expect(first.alerts() == whole.alerts(), "seed \(seed), cut at \(cut)")
        }
        #expect(Set(remembered.keys) == Self.everything)
        for (name, count) in remembered { #expect(count >= 8, "\(name)") }
    }

    @Test("cut after every single event, the alerts stay the same")
    func restarts() throws {
        for number in 0..<6 {
            let seed = UInt64(number) &* 7919 &+ 3
            let sample = StateCase(seed: seed)
            var whole = sample.fresh
            sample.take(0..<sample.count, into: &whole)
            var run = sample.fresh
            for row in 0..<sample.count {
                sample.take(row..<row + 1, into: &run)
                run = try sample.restored(try sample.image(of: run))
            }
            #expect(run.alerts() == whole.alerts(), "seed \(seed)")
            #expect(try sample.image(of: run) == sample.image(of: whole), "seed \(seed)")
        }
    }

    @Test("an image of other rules, limits, shards, program or pool is foreign")
    func foreign() throws {
        let sample = StateCase(seed: 5)
        var run = sample.fresh
        sample.take(0..<sample.count, into: &run)
        let image = try sample.image(of: run)
        var changed = sample.rules
        changed[changed.count - 1].hash = "changed"
        let less = Ledger.Limits(families: 17, tokens: sample.limits.tokens)
        let keys = [
            DetectionRun.stateKey(
                rules: changed, shards: sample.shards, limits: sample.limits),
            DetectionRun.stateKey(
                rules: sample.rules.reversed(), shards: sample.shards, limits: sample.limits),
            DetectionRun.stateKey(
                rules: sample.rules, shards: sample.shards + 1, limits: sample.limits),
            DetectionRun.stateKey(rules: sample.rules, shards: sample.shards, limits: less),
            DetectionRun.stateKey(
                rules: sample.rules, shards: sample.shards, limits: sample.limits,
                program: "2"),
        ]
        #expect(Set(keys + [sample.key]).count == 6)
        for key in keys {
            image.withUnsafeBytes { bytes in
                #expect(isForeign { _ = try StateReader(bytes, key: key) })
            }
        }
        #expect(isForeign { _ = try sample.restored(image, codes: 3) })
        #expect(!isForeign { _ = try sample.restored(image) })
    }

    @Test("with a key that lies, a run of other rules, shards or limits still never traps")
    func lies() throws {
        for seed in 0..<30 as Range<UInt64> {
            let sample = StateCase(seed: seed)
            var run = sample.fresh
            sample.take(0..<sample.count, into: &run)
            let image = try sample.image(of: run)
            let other = StateCase(seed: seed + 1)
            image.withUnsafeBytes { bytes in
                do {
                    var reader = try StateReader(bytes, key: sample.key)
                    _ = try DetectionRun(
                        rules: other.rules, shards: sample.shards,
                        limits: Ledger.Limits(families: 1, tokens: 1), from: &reader)
                    #expect(run.remembered.isDisjoint(with: ["families"]), "seed \(seed)")
                } catch {
                    #expect(error is StateFault)
                }
            }
        }
    }

    private func isForeign(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            if case .foreign? = error as? StateFault { return true }
            return false
        }
    }
}

@Suite("Damaged state images")
struct StateDamageTests {
    @Test("a damaged image is refused; one whose digest was made to match never traps")
    func damage() throws {
        var refused = 0
        var tries = 0
        for seed in 0..<8 as Range<UInt64> {
            let sample = StateCase(seed: seed &* 31 &+ 1)
            var run = sample.fresh
            sample.take(0..<sample.count, into: &run)
            let image = try sample.image(of: run)
            var random = SeededGenerator(seed: seed &+ 99)
            for _ in 0..<150 {
                tries += 1
                let damaged = damage(image, &random)
                if damaged == image { continue }
                #expect(throws: StateFault.self, "seed \(seed)") { try sample.restored(damaged) }
                do {
                    let copy = try sample.restored(signed(damaged))
                    _ = try sample.image(of: copy)
                    _ = copy.alerts()
                } catch {
                    #expect(error is StateFault, "seed \(seed)")
                    refused += 1
                }
            }
        }
        #expect(refused > tries / 4 && refused < tries)
    }

    private func damage(_ image: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var damaged = image
        func place() -> Int { Int(random.next() % UInt64(image.count)) }
        switch random.next() % 5 {
        case 0: damaged.removeSubrange(place()...)
        case 1: damaged += (0..<(1 + place() % 64)).map { UInt8(truncatingIfNeeded: $0) }
        case 2:
            let start = place()
            damaged.removeSubrange(start..<min(image.count, start + 1 + place() % 16))
        case 3:
            // Large numbers where lengths and links may stand.
            let start = place()
            for index in start..<min(image.count, start + 8) {
                damaged[index] = index == start + 7 ? 0x7F : 0xFF
            }
        default: damaged[place()] ^= UInt8(1 << (random.next() % 8))
        }
        return damaged
    }

    private func signed(_ image: [UInt8]) -> [UInt8] {
        let body = Array(image.dropLast(32))
        return body + body.withUnsafeBytes { IdentityHash.sha256($0) }
    }
}
