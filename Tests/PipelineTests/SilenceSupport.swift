import AuditModel
import Detection
import EventStore
import Foundation
import Testing
import TokenScan
import WireFormat

@testable import Pipeline

/// A store, a run over it that takes no turns by itself, and a clock that the test sets.
final class SilenceScene {
    /// What a clock shows.
    final class Hands: @unchecked Sendable {
        private let lock = NSLock()
        private var time: Int64 = 1_800_000_000_000_000_000

        var now: Int64 {
            get { lock.withLock { time } }
            set { lock.withLock { time = newValue } }
        }
    }

    static let hour: Int64 = 3_600_000_000_000

    let path = NSTemporaryDirectory() + "/grantrail-silence-\(UUID().uuidString).db"
    let store: EventStore
    let run: LiveRun
    let hands = Hands()

    init(observes: Bool = false) throws {
        store = try EventStore(
            path: path, mode: .readWrite(keyCheck: [UInt8](repeating: 7, count: 16)))
        let key = try #require(FingerprintKey(bytes: [UInt8](repeating: 7, count: 32)))
        var options = LiveOptions(sources: [], rules: [], key: key)
        options.mode = observes ? .observe : .alert
        let hands = hands
        run = try LiveRun(
            store: store, options: options,
            clock: LiveClock(wall: { hands.now }, steady: { 0 })
        ) { _ in }
        try run.openSilences()
    }

    deinit {
        try? store.close()
        for end in ["", "-wal", "-shm", "-lock"] { unlink(path + end) }
    }

    /// One of the rule REF-01, an hour and more before the clock's time.
    static func alert(
        _ number: UInt64, _ severity: Severity = .high, message: String = "stolen"
    ) -> Alert {
        var alert = Alert(
            id: ID128(high: 1, low: number),
            rule: Alert.Rule(id: "r", name: "REF-01", title: "", hash: ""), severity: severity,
            time: 100, precision: 0)
        alert.message = message
        alert.keys.client = "web"
        return alert
    }

    /// What one cycle makes of alerts, committed.
    @discardableResult
    func cycle(_ records: [AlertRecord] = []) throws -> [AlertRecord] {
        var turn = LiveTurn()
        turn.commit.alerts = try run.book.conclude(records)
        try run.silence(&turn)
        try store.commit(turn.commit)
        return turn.commit.alerts
    }

    /// An alert as the rules say it when event time has passed it.
    @discardableResult
    func settle(_ alert: Alert, notable: Bool = true) throws -> AlertRecord {
        let records = try run.book.settle(
            [AlertChange(alert: alert, isNotable: notable)], isHistoric: { _ in false })
        return try #require(try cycle(records).first)
    }

    /// An alert as a look ahead says it.
    @discardableResult
    func foresee(_ alert: Alert) throws -> AlertRecord {
        try #require(try cycle(run.book.foresee([alert])).first)
    }

    /// What nobody confirmed, once event time has passed it.
    func expire() throws -> AlertRecord {
        try #require(try cycle(run.book.expire(before: .max)).first)
    }

    /// Decides as over the socket.
    @discardableResult
    func ask<Decision: StoreDecision>(_ decision: Decision) throws -> Decision.Answer {
        let text = decision.line.dropFirst(Decision.word.count + 1)
        let user = ControlPeer(user: 1000, groups: [100], name: "ann")
        let answer = try #require(Decision(text: text)).perform(
            on: store, at: hands.now, by: user)
        try run.openSilences()
        return answer
    }

    /// Silences every rule for an hour.
    func silence(upTo most: Severity = .high) throws {
        var request = SilenceRequest(most: most, actor: "anna", reason: "drill")
        request.rule = "*"
        request.duration = Self.hour
        #expect(try ask(request).status == "active")
    }

    /// How many notifications each silence held back.
    func held() throws -> [Int64] { try store.silences(includingEnded: true).map(\.held) }

    func kinds() throws -> [String] {
        try store.controls(after: 0, limit: 99).map(\.record.kind)
    }

    func text(_ record: AlertRecord) -> String { String(decoding: record.body, as: UTF8.self) }
}
