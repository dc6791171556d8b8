import AuditModel
import Foundation
import TestSupport

@testable import EventStore

extension SeededGenerator {
    mutating func id() -> ID128 { ID128(high: next() | 1, low: next()) }
}

/// Events as one batch holds them, with texts instead of codes, so that stores and batches with
/// different pools compare.
struct PlainEvent: Equatable {
    var row: String
    var codes: [String]
    var payload: [UInt8]
    var texts: [String]

    init(_ batch: EventBatch, _ row: Int, pool: StringPool) {
        var event = batch[row]
        codes = CodedColumn.allCases.map { pool.text(batch.code($0, row)) }
        for path in [
            \EventRow.dialect, \.source, \.issuer, \.tenant, \.client, \.subject, \.grantType,
            \.scopes, \.audience, \.userAgent, \.device, \.tls, \.reasonRaw, \.vendorType, \.city,
            \.place, \.network, \.leaked,
        ] as [WritableKeyPath<EventRow, UInt32>] { event[keyPath: path] = 0 }
        self.row = "\(event)"
        payload = batch.withPayload(row) { [UInt8]($0) }
        let kept = batch.idTexts(row: row)
        texts = (0..<kept.count).map { "\(kept.column($0))=\(kept.text($0))" }
    }
}

/// Refresh-heavy traffic: sessions that rotate, with every column in use now and then.
struct Traffic {
    var random: SeededGenerator
    var clock: Int64 = 1_760_000_000_000_000_000
    private var sessions: [(id: ID128, refresh: ID128, subject: Int, ip: UInt32)] = []
    private let population: Int

    init(seed: UInt64, population: Int = 300) {
        random = SeededGenerator(seed: seed)
        self.population = population
    }

    mutating func batch(_ count: Int, capacity: Int = 16, rare: Bool = true) -> EventBatch {
        var batch = EventBatch(capacity: capacity)
        for _ in 0..<count { append(to: &batch, rare: rare) }
        return batch
    }

    private mutating func append(to batch: inout EventBatch, rare: Bool) {
        clock += Int64(random.below(5)) * 1_000_000
        var row = EventRow()
        let place = sessions.count < population ? sessions.count : random.below(population)
        if place == sessions.count {
            sessions.append(
                (random.id(), random.id(), place, UInt32(truncatingIfNeeded: random.next())))
        }
        row.time = clock
        row.at = Int64(random.below(1_000_000_000))
        row.id = random.id()
        row.session = sessions[place].id
        row.presented = sessions[place].refresh
        row.issuedRefresh = random.id()
        row.issuedAccess = random.id()
        sessions[place].refresh = row.issuedRefresh
        row.kind = .refreshSucceeded
        row.outcome = .success
        row.ipRole = .holder
        row.ip = IPAddress(v4: sessions[place].ip)
        row.dialect = batch.pool.code(of: "keycloak")
        row.issuer = batch.pool.code(of: "https://id.example/realms/a")
        row.client = batch.pool.code(of: "client-\(place % 7)")
        row.subject = batch.pool.code(of: "user-\(sessions[place].subject)")
        row.scopes = batch.pool.code(of: "openid profile")
        var payload: [UInt8] = []
        if rare { decorate(&row, &batch, &payload) }
        payload.withUnsafeBytes { batch.append(row, payload: $0) }
        if rare, random.below(40) == 0 {
            batch.keepText("session text \(random.below(5))", of: .session)
            batch.keepText("request text", of: .request)
        }
    }

    private mutating func decorate(
        _ row: inout EventRow, _ batch: inout EventBatch, _ payload: inout [UInt8]
    ) {
        if random.below(3) == 0 { payload = Array("{\"note\":\"\(random.below(400))\"}".utf8) }
        guard random.below(5) == 0 else { return }
        row.time += Int64(random.below(1_000_000))
        row.kind = EventKind.allKnown[random.below(EventKind.allKnown.count)]
        row.effects = EffectSet(rawValue: UInt16(random.below(0x10000)))
        row.outcome = Outcome.allCases[random.below(Outcome.allCases.count)]
        row.reason = Reason.allCases[random.below(Reason.allCases.count)]
        row.ipRole = IPRole.allCases[random.below(IPRole.allCases.count)]
        row.flags = EventFlags(rawValue: UInt8(random.below(256)))
        row.precision = [0, 3, 6, 9][random.below(4)]
        row.asn = UInt32(truncatingIfNeeded: random.next())
        row.country = UInt16(random.below(0x10000))
        row.generation = Int32(truncatingIfNeeded: random.next())
        row.at = Int64(bitPattern: random.next())
        row.family = random.id()
        row.grant = random.id()
        row.code = random.id()
        row.proofKey = random.id()
        row.request = random.id()
        if random.below(2) == 0 { row.ip = IPAddress(bits: random.id()) }
        if random.below(3) == 0 { row.presented = .none }
        if random.below(3) == 0 { row.issuedAccess = .none }
        row.tenant = batch.pool.code(of: "tenant-\(random.below(3))")
        row.source = batch.pool.code(of: "source")
        row.grantType = batch.pool.code(of: "refresh_token")
        row.audience = batch.pool.code(of: "api-\(random.below(600))")
        row.userAgent = batch.pool.code(of: "agent/\(random.below(600))")
        row.device = batch.pool.code(of: "device ü \(random.below(9))")
        row.tls = batch.pool.code(of: "tls")
        row.reasonRaw = batch.pool.code(of: "why not")
        row.vendorType = batch.pool.code(of: "REFRESH_TOKEN")
        row.city = batch.pool.code(of: "Zürich")
        row.place = batch.pool.code(of: "47.37,8.54,\(random.below(9))")
        row.network = batch.pool.code(of: NetworkClass.names[random.below(11)])
        row.leaked = batch.pool.code(of: "at \(random.id().hex) expired")
    }
}

extension EventKind {
    static let allKnown = (0..<EventKind.names.count).compactMap { EventKind(rawValue: UInt8($0)) }
}

/// Rows of a batch as a batch of their own, with a pool of their own.
func slice(_ batch: EventBatch, _ rows: some Sequence<Int>) -> EventBatch {
    var part = EventBatch(capacity: 8)
    for row in rows { part.append(row: row, of: batch) }
    var table = ContiguousArray<UInt32>(repeating: 0, count: batch.pool.count)
    var pool = StringPool()
    for row in 0..<part.count {
        for column in CodedColumn.allCases {
            let code = Int(part.code(column, row))
            if code == 0 || table[code] != 0 { continue }
            table[code] = pool.code(of: batch.pool.text(UInt32(code)))
        }
    }
    part.recode(table)
    part.pool = pool
    return part
}

func plain(_ batch: EventBatch) -> [PlainEvent] {
    (0..<batch.count).map { PlainEvent(batch, $0, pool: batch.pool) }
}

func plain(_ store: EventStore) throws -> [PlainEvent] {
    var events: [PlainEvent] = []
    for index in store.blocks.indices {
        let batch = try store.readBlock(index)
        events += (0..<batch.count).map { PlainEvent(batch, $0, pool: store.pool) }
    }
    return events
}

/// A directory that is gone with the object.
final class Scratch {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "/store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var path: String { directory + "/s.db" }

    var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
}

/// Copies of a store's files, made at every step of its writing: what a kill there leaves.
final class StepCopies {
    private(set) var made: [(step: EventStore.WriteStep, path: String)] = []

    init(of store: EventStore, in scratch: Scratch) {
        let directory = scratch.directory
        let original = scratch.path
        store.onStep = { step in
            let path = directory + "/copy-\(self.made.count).db"
            for suffix in ["", "-wal"] {
                try? FileManager.default.copyItem(
                    atPath: original + suffix, toPath: path + suffix)
            }
            self.made.append((step, path))
        }
    }
}

let testKey = [UInt8](repeating: 7, count: 16)

func open(_ path: String) throws(StoreError) -> EventStore {
    try EventStore(path: path, mode: .readWrite(keyCheck: testKey))
}

/// Runs the sqlite3 shell; gives its exit status and all it said.
func shell(_ path: String, _ sql: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [path, sql]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
