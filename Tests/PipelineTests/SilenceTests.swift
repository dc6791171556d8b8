import AuditModel
import Delivery
import Detection
import EventStore
import Testing
import WireFormat

@testable import Pipeline

@Suite("What silences keep from being told")
struct SilenceTests {
    private let scene: SilenceScene

    init() throws { scene = try SilenceScene() }

    private func isTold(_ record: AlertRecord) -> Bool {
        record.isNotable && AlertJSON.suppression(of: record.body) == nil
    }

    private func isHeld(_ record: AlertRecord) -> Bool {
        !record.isNotable && AlertJSON.suppression(of: record.body) == "silence:1"
    }

    @Test("An alert is stored with the silence's name and nobody is told; a critical one is")
    func holds() throws {
        try scene.silence()
        #expect(try isHeld(scene.settle(SilenceScene.alert(1))))
        #expect(try isTold(scene.settle(SilenceScene.alert(2, .critical))))
        #expect(try scene.store.notices(after: 0, limit: 9).map(\.record.severity) == [.critical])
        #expect(try scene.store.alertRecords().count == 2)
        #expect(try scene.held() == [1])
        let status = scene.run.status.now
        #expect(status.silenced == 1 && status.silences == 1)
        #expect(scene.run.book.takeConfirmed().counts.values.reduce(0, +) == 2, "both count")
        let read = try #require(AlertJSON.read(scene.store.alertRecords()[0].body))
        #expect(read.suppressedBy == "silence:1")
    }

    @Test("A critical alert is silenced only if that was said")
    func critical() throws {
        try scene.silence(upTo: .critical)
        #expect(try isHeld(scene.settle(SilenceScene.alert(1, .critical))))
    }

    @Test("Whoever was told of something provisional hears what came of it")
    func provisional() throws {
        #expect(try isTold(scene.foresee(SilenceScene.alert(1))))
        #expect(try isTold(scene.foresee(SilenceScene.alert(2))))
        try scene.silence()
        #expect(try isTold(scene.settle(SilenceScene.alert(1, message: "otherwise"))))
        let withdrawn = try scene.expire()
        #expect(withdrawn.state == .withdrawn && isTold(withdrawn))
        #expect(try scene.held() == [0])
    }

    @Test("What nobody was told is not withdrawn from anybody, in the silence or after it",
        arguments: [false, true])
    func neverTold(isOver: Bool) throws {
        try scene.silence()
        #expect(try isHeld(scene.foresee(SilenceScene.alert(1))))
        if isOver {
            scene.hands.now += SilenceScene.hour
            try scene.cycle()
        }
        let withdrawn = try scene.expire()
        #expect(withdrawn.state == .withdrawn && !withdrawn.isNotable)
        #expect(try scene.store.lastNotice() == 0)
        #expect(try scene.held() == [1])
        // Something that comes true after all, once nothing is silent, is news.
        guard isOver else { return }
        #expect(try isTold(scene.settle(SilenceScene.alert(1))))
    }

    @Test("At its end nothing is told again, until an alert becomes more severe")
    func afterwards() throws {
        try scene.silence()
        try scene.settle(SilenceScene.alert(1, .medium))
        scene.hands.now += SilenceScene.hour - 1
        #expect(try isHeld(scene.settle(SilenceScene.alert(2))), "to the last nanosecond")
        scene.hands.now += 1
        #expect(try scene.cycle().isEmpty)
        #expect(try scene.store.lastNotice() == 0)
        let score = try scene.settle(SilenceScene.alert(1, .medium, message: "a higher score"))
        #expect(!score.isNotable)
        #expect(scene.text(score).contains("a higher score"), "it stays up to date")
        #expect(scene.text(score).contains("silence:1"), "and says why nobody heard")
        #expect(try isTold(scene.settle(SilenceScene.alert(1, .high))))
        #expect(try isTold(scene.settle(SilenceScene.alert(3))))
        #expect(try scene.kinds() == ["silence.created", "silence.expired"])
        let silence = try #require(try scene.store.silence(id: 1))
        #expect(silence.ended == silence.until && silence.endedBy.isEmpty && silence.held == 2)
        #expect(scene.run.status.now.silences == 0)
    }

    @Test("One who was told before hears on when the silence is over")
    func toldBefore() throws {
        #expect(try isTold(scene.settle(SilenceScene.alert(1, .medium))))
        try scene.silence()
        #expect(try isHeld(scene.settle(SilenceScene.alert(1, .high))))
        scene.hands.now += SilenceScene.hour
        #expect(try isTold(scene.settle(SilenceScene.alert(1, .high, message: "more branches"))))
    }

    @Test("What is withdrawn is withdrawn from those who were told, whatever was held since")
    func withdrawnAfterHeld() throws {
        #expect(try isTold(scene.foresee(SilenceScene.alert(1, .medium))))
        try scene.silence()
        #expect(try isHeld(scene.foresee(SilenceScene.alert(1, .high))))
        #expect(try isTold(scene.expire()))
    }

    @Test("A recount and rules that learn anew leave the silence's name where it is")
    func carriedOn() throws {
        try scene.silence()
        try scene.settle(SilenceScene.alert(1))
        var more = SilenceScene.alert(1)
        more.count = 2
        let recount = try scene.settle(more, notable: false)
        #expect(!recount.isNotable && scene.text(recount).contains("silence:1"))
        let change = AlertChange(alert: more, isNotable: true)
        #expect(try scene.run.book.learn([change]) == [], "nothing of it is new")
        #expect(try scene.held() == [1])
    }

    @Test("Silences go by the clock of people, however old the events are")
    func wallClock() throws {
        try scene.silence()
        let alert = try scene.settle(SilenceScene.alert(1))
        #expect(alert.time < scene.hands.now - SilenceScene.hour && isHeld(alert))
    }

    @Test("A silence that is taken back holds nothing from then on, and the oldest one counts")
    func takenBack() throws {
        try scene.silence()
        try scene.silence()
        try scene.settle(SilenceScene.alert(1))
        #expect(try scene.held() == [1, 0])
        let answer = try scene.ask(UnsilenceRequest(id: 1, actor: "ben"))
        #expect(answer.status == "removed" && answer.changed && answer.actor == "ben")
        try scene.settle(SilenceScene.alert(2))
        #expect(try scene.held() == [1, 1])
        try scene.ask(UnsilenceRequest(id: 2, actor: "ben"))
        #expect(try isTold(scene.settle(SilenceScene.alert(3))))
        let again = try scene.ask(UnsilenceRequest(id: 1, actor: "carl"))
        #expect(!again.changed && again.actor == "ben")
        #expect(try scene.ask(UnsilenceRequest(id: 9, actor: "carl")).status == "unknown")
        #expect(
            try scene.kinds()
                == ["silence.created", "silence.created", "silence.removed", "silence.removed"])
        let body = try scene.store.controls(after: 2, limit: 1)[0].record.body
        #expect(body == #"{"silence":1,"actor":"ben","held":1,"user":"ann","uid":1000}"#)
        try scene.store.flush()
        #expect(EventStore.verify(path: scene.path) == [])
    }

    @Test("Who only observes is told nothing and no silence counts it")
    func observes() throws {
        let scene = try SilenceScene(observes: true)
        try scene.silence()
        try scene.settle(SilenceScene.alert(1))
        #expect(try scene.held() == [0])
        #expect(scene.run.status.now.silenced == 0)
    }
}

@Suite("Silences in a live run", .serialized)
struct LiveSilenceTests {
    @Test("Every alert is there and counted, nobody hears of one, and the next run tells nothing")
    func wholeRun() throws {
        let scene = try LiveScene(events: 3000)
        var request = SilenceRequest(most: .critical, actor: "anna", reason: "drill")
        request.rule = "*"
        request.duration = SilenceScene.hour
        let told = Told()
        for isFirst in [true, false] {
            let store = try scene.open()
            if isFirst { _ = try request.perform(on: store, at: LiveScene.clock.wall()) }
            var options = scene.options(
                ScriptedSource("kc", partitions: [scene.lines], seed: 5))
            options.sinks = [told.sink]
            options.hooks = [LiveHook(name: "soc") { _ in true }]
            options.courier = ScriptedCourier { _ in .delivered }
            let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
            try run.run()
            let held = try store.silences(includingEnded: true).map(\.held)
            if isFirst { #expect(held == [Int64(run.status.now.silenced)] && held[0] > 10) }
            #expect(try store.lastNotice() == 0 && store.deliveryCounts() == [])
            let records = try store.alertRecords().filter { $0.state == .confirmed }
            #expect(records.allSatisfy { AlertJSON.suppression(of: $0.body) == "silence:1" })
            if isFirst {
                let counted = run.status.now.confirmed.counts.values.reduce(0, +)
                #expect(counted == records.count)
            }
            try store.close()
        }
        #expect(told.ids.isEmpty)
        let plain = try scene.stored().map {
            String(
                decoding: AlertJSON.suppressed(Array($0.utf8), by: nil), as: UTF8.self)
        }
        #expect(try plain == scene.backtest())
        #expect(EventStore.verify(path: scene.storePath) == [])
    }
}
