import AuditModel
import Glibc
import Intake
import TestSupport
import Testing

/// Somebody who writes logs and rotates them in every way, as fast as they can.
private struct LogWriter {
    let scratch: Scratch
    var random: SeededGenerator
    /// Records that were written, without header lines, which many files share.
    var written: Set<String> = []
    var next = 0
    var dated = 0
    var hasHeaders: Bool
    var current = "a.log"
    private var pendingLine = ""

    init(_ scratch: Scratch, seed: UInt64) {
        self.scratch = scratch
        random = SeededGenerator(seed: seed)
        hasHeaders = seed % 2 == 0
    }

    mutating func append() throws {
        var text = pendingLine
        pendingLine = ""
        if hasHeaders && text.isEmpty && scratch.bytes(current).isEmpty {
            text = "#fields: time client subject\n"
        }
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            let padding = String(repeating: "x", count: Int.random(in: 0...90, using: &random))
            let record = "\(next) \(padding)"
            next += 1
            written.insert(record)
            text += record + "\n"
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            let cut = text.utf8.count - Int.random(in: 1...20, using: &random)
            if cut > 0 {
                pendingLine = String(text.utf8.dropFirst(cut)) ?? ""
                text = String(text.utf8.prefix(cut)) ?? ""
            }
        }
        try scratch.append(current, text)
    }

    mutating func complete() throws {
        if !pendingLine.isEmpty { try scratch.append(current, pendingLine) }
        pendingLine = ""
    }

    /// Moves `a.log.1` to `a.log.2` and so on.
    private func shift() throws {
        for number in (1..<40).reversed() {
            for end in ["", ".gz", ".zst"]
            where access(scratch.path + "/a.log.\(number)\(end)", F_OK) == 0 {
                try scratch.move("a.log.\(number)\(end)", to: "a.log.\(number + 1)\(end)")
            }
        }
    }

    mutating func rotate() throws {
        try complete()
        guard access(scratch.path + "/a.log", F_OK) == 0 else { return }
        try shift()
        try scratch.move("a.log", to: "a.log.1")
    }

    mutating func copyAndEmpty() throws {
        guard access(scratch.path + "/a.log", F_OK) == 0 else { return }
        try shift()
        _ = try scratch.write("a.log.1", scratch.bytes("a.log"))
        try scratch.empty("a.log")
    }

    mutating func compress() throws {
        for number in 1..<40 where access(scratch.path + "/a.log.\(number)", F_OK) == 0 {
            let bytes = scratch.bytes("a.log.\(number)")
            let isGzip = Bool.random(using: &random)
            let name = "a.log.\(number)." + (isGzip ? "gz" : "zst")
            let packed = isGzip ? try gzip(bytes) : zstd(bytes)
            let half = packed.count / 2
            _ = try scratch.write(name, Array(packed.prefix(half)))
            usleep(UInt32.random(in: 0...3000, using: &random))
            try scratch.append(name, bytes: Array(packed.dropFirst(half)))
            scratch.remove("a.log.\(number)")
            return
        }
    }

    mutating func writeDated() throws {
        try complete()
        dated += 1
        current = "a.log-2026-11-\(dated)"
        try append()
        try complete()
        current = "a.log"
    }
}

@Suite struct FollowPropertyTests {
    @Test(arguments: (1...8).map { UInt64($0) } + [64, 90, 138, 160, 166, 215, 282])
    func nothingIsLostOrDoubledThroughRotationsAndKills(seed: UInt64) throws {
        let scratch = try Scratch()
        var writer = LogWriter(scratch, seed: seed)
        var settings = quick([scratch.path + (seed % 3 == 0 ? "" : "/a.log*")])
        settings.grace = .milliseconds(100)
        settings.usesNotify = seed % 4 != 1
        settings.batchRecords = 7
        settings.limits = ReadLimits(chunkBytes: 100)
        var stored: [String] = []
        var following = Following(settings)
        var history = ""
        func catchUp() -> Bool {
            eventually {
                Set(stored + following.sink.texts).isSuperset(of: writer.written)
            }
        }
        for _ in 0..<60 {
            usleep(UInt32.random(in: 0...4000, using: &writer.random))
            let step = Int.random(in: 0..<20, using: &writer.random)
            history += " \(step)"
            switch step {
            case 0..<9: try writer.append()
            case 9..<12: try writer.rotate()
            case 12:
                try writer.complete()
                #expect(catchUp(), "seed \(seed):\(history)")
                try writer.copyAndEmpty()
            case 13..<15: try writer.compress()
            case 15: try writer.writeDated()
            default:
                following.stop()
                let sink = following.sink
                let count = Int.random(in: 0...sink.all.count, using: &writer.random)
                for case .records(let batch) in sink.all.prefix(count) { stored += batch.texts }
                let positions = sink.positions(after: count)
                if Bool.random(using: &writer.random) { try writer.append() }
                if Int.random(in: 0..<3, using: &writer.random) == 0 { try writer.rotate() }
                if Int.random(in: 0..<3, using: &writer.random) == 0 { try writer.compress() }
                following = Following(settings, RecordingSink(positions: positions))
            }
        }
        try writer.complete()
        let isComplete = catchUp()
        usleep(200_000)
        following.stop()
        stored += following.sink.texts
        stored.removeAll { $0.hasPrefix("#") }
        let lost = writer.written.subtracting(stored)
        #expect(isComplete && lost.isEmpty, "seed \(seed) lost \(lost.sorted()):\(history)")
        #expect(Set(stored).subtracting(writer.written).isEmpty, "seed \(seed):\(history)")
        #expect(stored.count == Set(stored).count, "doubled, seed \(seed):\(history)")
    }
}
