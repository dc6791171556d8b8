import AuditModel
import TestSupport
import Testing

@testable import Pipeline

@Suite("One pool for all batches")
struct InternerTests {
    static func batch(_ clients: [String?]) -> EventBatch {
        var batch = EventBatch(capacity: clients.count)
        for client in clients {
            var row = EventRow()
            if let client { row.client = batch.pool.code(of: client) }
            batch.append(row)
        }
        return batch
    }

    static func clients(_ batch: EventBatch, _ pool: StringPool) -> [String?] {
        codes(batch).map { $0 == 0 ? nil : pool.text($0) }
    }

    static func codes(_ batch: EventBatch) -> [UInt32] {
        (0..<batch.count).map { batch.code(.client, $0) }
    }

    @Test("Equal texts of different batches get one code, and keep their text", arguments: 1...20)
    func equalTexts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var interner = Interner()
        var codes: [String: UInt32] = [:]
        for _ in 0..<8 {
            let clients: [String?] = (0..<50).map { _ in
                let number = Int.random(in: 0..<30, using: &random)
                return number == 0 ? nil : "client-\(number)"
            }
            var batch = Self.batch(clients)
            interner.intern(&batch)
            #expect(Self.clients(batch, interner.pool) == clients, "seed \(seed)")
            for (client, code) in zip(clients, Self.codes(batch)) {
                guard let client else { continue }
                #expect(codes[client, default: code] == code, "seed \(seed)")
                codes[client] = code
            }
        }
        #expect(Set(codes.values).count == codes.count)
    }

    @Test("A batch without any text keeps none")
    func noText() {
        var interner = Interner()
        var batch = Self.batch([nil, nil])
        interner.intern(&batch)
        #expect(Self.clients(batch, interner.pool) == [nil, nil])
    }
}
