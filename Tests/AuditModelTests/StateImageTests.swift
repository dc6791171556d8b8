import Testing

@testable import AuditModel

@Suite("State images")
struct StateImageTests {
    private static let key = ID128(high: 1, low: 2)

    /// A place to write to that keeps every piece.
    private final class Sink {
        var bytes: [UInt8] = []
        var longest = 0
        var pieces = 0
    }

    private func image(
        key: ID128 = Self.key, _ write: (inout StateWriter) -> Void
    ) throws -> (bytes: [UInt8], sink: Sink) {
        let sink = Sink()
        var writer = StateWriter(key: key) { piece in
            sink.bytes += piece
            sink.longest = max(sink.longest, piece.count)
            sink.pieces += 1
        }
        write(&writer)
        #expect(try writer.finish() == sink.bytes.count)
        return (sink.bytes, sink)
    }

    private func fault(_ body: () throws -> Void) -> StateFault? {
        do {
            try body()
            return nil
        } catch {
            return error as? StateFault
        }
    }

    private static let texts: [String?] = [
        "", "ä€😀", nil, String(repeating: "x", count: 700_000),
    ]

    private func write(_ writer: inout StateWriter) {
        let start = writer.begin("part", version: 3)
        writer.put(Self.texts.map { $0 })
        for number in [Int.min, -1, 0, .max] { writer.put(number) }
        writer.put(-0.0)
        writer.put(true)
        writer.numbers(ContiguousArray(0..<100_000))
        writer.records(40_000) { EventRow(numbered: $0) }
        writer.end(start)
    }

    @Test("What is written is read, over pieces of bounded length")
    func roundTrip() throws {
        let (bytes, sink) = try image(write)
        #expect(sink.longest <= StateWriter.pieceSize && sink.pieces > 20)
        try bytes.withUnsafeBytes { image in
            var reader = try StateReader(image, key: Self.key)
            let start = try reader.begin("part", version: 3)
            #expect(try reader.get() == Self.texts)
            for number in [Int.min, -1, 0, .max] { #expect(try reader.get() == number) }
            let zero: Double = try reader.get()
            #expect(zero.bitPattern == (-0.0).bitPattern)
            #expect(try reader.get() == true)
            #expect(try reader.numbers() == ContiguousArray(0..<100_000))
            var next = 0
            try reader.records(EventRow.self, most: 40_000) { row in
                defer { next += 1 }
                let own = EventRow(numbered: next)
                return row.id == own.id && row.kind == own.kind && row.leaked == own.leaked
                    && row.ip == own.ip && row.flags == own.flags && row.at == own.at
            }
            #expect(next == 40_000)
            try reader.end(start)
            try reader.finish()
            #expect(reader.largestCode == 39_999)
        }
    }

    @Test("A pool of texts keeps its codes")
    func pools() throws {
        var pool = StringPool()
        for number in 0..<500 { _ = pool.code(of: "text \(number % 300)") }
        let (bytes, _) = try image { $0.put(pool) }
        try bytes.withUnsafeBytes { image in
            var reader = try StateReader(image, key: Self.key)
            var copy: StringPool = try reader.get()
            #expect(copy.count == pool.count)
            for code in 0..<UInt32(pool.count) { #expect(copy.text(code) == pool.text(code)) }
            #expect(copy.code(of: "text 7") == pool.existingCode(of: "text 7"))
        }
    }

    @Test("Any changed, missing or added byte is noticed")
    func damage() throws {
        var random = SystemRandomNumberGenerator()
        let (bytes, _) = try image { writer in
            writer.put((0..<50).map { "text \($0)" })
            writer.array([EventRow(), EventRow()])
        }
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= UInt8.random(in: 1...255, using: &random)
            damaged.withUnsafeBytes { image in
                #expect(fault { _ = try StateReader(image, key: Self.key) } != nil, "\(place)")
            }
            Array(bytes[..<place]).withUnsafeBytes { image in
                #expect(fault { _ = try StateReader(image, key: Self.key) } != nil, "\(place)")
            }
        }
        (bytes + [0]).withUnsafeBytes { image in
            #expect(fault { _ = try StateReader(image, key: Self.key) } != nil)
        }
    }

    @Test("An image of something else is foreign, not damaged")
    func foreign() throws {
        let (bytes, _) = try image { $0.put(1) }
        bytes.withUnsafeBytes { image in
            let other = fault { _ = try StateReader(image, key: ID128(high: 1, low: 3)) }
            guard case .foreign? = other else {
                Issue.record("\(String(describing: other))")
                return
            }
        }
    }

    @Test("Counts that cannot be, records of other fields and parts of other versions are refused")
    func refusals() throws {
        let (bytes, _) = try image { writer in
            writer.put(Int.max)
            _ = writer.begin("part", version: 3)
            writer.array([ID128(high: 1, low: 1)])
            writer.put(2)
            writer.put("\u{301}")
        }
        try bytes.withUnsafeBytes { image in
            let whole = try StateReader(image, key: Self.key)
            var reader = whole
            #expect(fault { _ = try reader.get() as [Int] } != nil)
            reader = whole
            #expect(fault { _ = try reader.numbers(Int.self) } != nil)
            reader = whole
            _ = try reader.get() as Int
            #expect(fault { _ = try reader.begin("other", version: 3) } != nil)
            reader = whole
            _ = try reader.get() as Int
            #expect(fault { _ = try reader.begin("part", version: 4) } != nil)
            reader = whole
            _ = try reader.get() as Int
            let start = try reader.begin("part", version: 3)
            let records = reader
            #expect(fault { _ = try reader.array(IPAddress.self, most: 0) } != nil)
            reader = records
            #expect(fault { _ = try reader.array(EventRow.self) } != nil)
            reader = records
            _ = try reader.array(ID128.self)
            let behind = reader
            #expect(fault { _ = try reader.get() as Bool } != nil)
            reader = behind
            #expect(fault { try reader.end(start) } != nil)
            #expect(fault { try reader.finish() } != nil)
        }
    }

    @Test("A place that is full is said once, at the end")
    func full() {
        var calls = 0
        var writer = StateWriter(key: Self.key) { piece throws(StateFault) in
            calls += 1
            if calls == 3 { throw .unwritable("no space") }
        }
        writer.numbers(ContiguousArray(0..<1_000_000))
        #expect(fault { _ = try writer.finish() } == .unwritable("no space"))
        #expect(calls == 3)
    }
}

extension EventRow {
    /// One with something in it.
    fileprivate init(numbered number: Int) {
        self.init()
        id = ID128(high: UInt64(number), low: 7)
        kind = EventKind.allCases[number % EventKind.allCases.count]
        flags = [.asserted, .offline]
        ip = IPAddress(v4: UInt32(number))
        leaked = UInt32(number)
        at = Int64(-number)
    }
}
