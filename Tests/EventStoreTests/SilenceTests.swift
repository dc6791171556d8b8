import AuditModel
import Testing

@testable import EventStore

@Suite struct SilenceTests {
    private func commit(_ silences: [Silence], _ store: EventStore) throws {
        var live = LiveCommit()
        live.silences = silences
        try store.commit(live)
    }

    @Test func silencesComeBackAsTheyWereAndKeepWhatBecameOfThem() throws {
        let scratch = try Scratch()
        var store = try open(scratch.path)
        #expect(try store.lastSilence() == 0)
        var plain = Silence(
            id: 2, most: .critical, actor: "é\n", reason: "\u{202E}", created: 5, until: 9)
        plain.subject = "x"
        try commit([silence(1), plain], store)
        plain.held = 3
        plain.ended = 9
        try commit([plain], store)
        for isReopened in [false, true] {
            if isReopened {
                try store.close()
                #expect(EventStore.verify(path: scratch.path) == [])
                store = try EventStore(path: scratch.path, mode: .readOnly)
            }
            #expect(try store.silences(includingEnded: true) == [silence(1), plain])
            #expect(try store.silences(includingEnded: false) == [silence(1)])
            #expect(try store.silence(id: 2) == plain && store.silence(id: 3) == nil)
            #expect(try store.lastSilence() == 2)
        }
        try store.close()
    }

    @Test func whatHasEndedDoesNotBeginAgainAndNumbersFollowOneAnother() throws {
        let scratch = try Scratch()
        for wrong in 0..<3 {
            let store = try open(scratch.path)
            if wrong == 0 {
                var ended = silence(1)
                ended.ended = 7
                try commit([ended], store)
            }
            var change = silence(wrong == 0 ? 1 : wrong == 1 ? 3 : 0)
            if wrong == 0 { change.held = 9 }
            #expect(throws: StoreError.self) { try commit([change], store) }
            try store.close()
        }
        let store = try open(scratch.path)
        #expect(try store.silences(includingEnded: true).map(\.ended) == [7])
        try store.close()
    }

    @Test func theStoreKnowsOfWhatAnybodyWasTold() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var live = LiveCommit()
        live.alerts = [alertRecord(1, notable: true), alertRecord(2, notable: false)]
        try store.commit(live)
        #expect(try store.hasNotice(of: alertRecord(1).id))
        #expect(try !store.hasNotice(of: alertRecord(2).id))
        try store.close()
    }

    @Test func theViewSaysWhoSilencedWhatAndHowItStands() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var over = silence(2)
        over.until = 2_000_000_000
        var removed = silence(3)
        (removed.ended, removed.endedBy) = (3_000_000_000, "ben")
        var expired = silence(4)
        (expired.ended, expired.rule) = (expired.until, nil)
        try commit([silence(1), over, removed, expired], store)
        try store.close()
        let (status, output) = try shell(
            scratch.path,
            "SELECT id, status, coalesce(rule, 'any'), attackers, max_severity, actor, held, "
                + "coalesce(ended_by, '-') FROM v_silences ORDER BY id; "
                + "SELECT until, ended_s FROM v_silences WHERE id = 3;")
        #expect(status == 0, "\(output)")
        let addresses = "192.0.2.0/24 2001:db8::1/128"
        #expect(output.split(separator: "\n") == [
            "1|active|REF-*|\(addresses)|high|anna|5|-",
            "2|expired|REF-*|\(addresses)|high|anna|5|-",
            "3|removed|REF-*|\(addresses)|high|anna|5|ben",
            "4|expired|any|\(addresses)|high|anna|5|-", "2096-10-02T07:06:40Z|3.0",
        ])
    }
}
