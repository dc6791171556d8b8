internal import AuditModel
internal import EventStore
internal import WireFormat

extension LiveRun {
    /// Takes up the silences that did not end yet, as they stand in the store.
    func openSilences() throws(StoreError) {
        silences = try store.silences(includingEnded: false)
        status.change { $0.silences = silences.count }
    }

    /// Nobody hears of what somebody silenced; what it is stays up to date, and says so.
    ///
    /// Silences go by the wall clock, as people do: what counts is when somebody would be told.
    func silence(_ turn: inout LiveTurn) throws(StoreError) {
        endSilences(at: clock.wall(), &turn)
        if options.mode == .observe { return }
        var held: [Int64: Int64] = [:]
        for index in turn.commit.alerts.indices where turn.commit.alerts[index].isNotable {
            switch try fate(of: turn.commit.alerts[index]) {
            case .told: turn.commit.alerts[index].suppress(by: nil)
            case .passedOver: turn.commit.alerts[index].isNotable = false
            case .held(let silence):
                turn.commit.alerts[index].isNotable = false
                turn.commit.alerts[index].suppress(by: silence.name)
                held[silence.id, default: 0] += 1
            }
        }
        if held.isEmpty { return }
        for index in silences.indices {
            guard let count = held[silences[index].id] else { continue }
            silences[index].held += count
            turn.commit.silences.append(silences[index])
        }
        status.change { $0.silenced += Int(held.values.reduce(0, +)) }
    }

    /// What becomes of a revision that people should hear of.
    private enum Fate {
        case told
        case held(Silence)
        /// Nobody waits for it: it is about what nobody was told.
        case passedOver
    }

    private func fate(of record: AlertRecord) throws(StoreError) -> Fate {
        let silence = silence(for: record)
        let wasHeld = AlertJSON.suppression(of: record.body) != nil
        if silence == nil, !wasHeld { return .told }
        let before = try store.alertRecord(id: record.id)
        let isKnown = try store.hasNotice(of: record.id)
        if record.state == .withdrawn { return isKnown ? .told : .passedOver }
        // Who was told of something provisional waits for what comes of it.
        if record.state == .confirmed, before?.state == .provisional, isKnown { return .told }
        if let silence { return .held(silence) }
        // What was held back is not told once the silence is over, unless it got worse.
        let isWorse = record.severity > before?.severity ?? .info
        return isKnown || isWorse || before?.state == .withdrawn ? .told : .passedOver
    }

    /// The oldest silence that covers an alert.
    private func silence(for record: AlertRecord) -> Silence? {
        // An alert that cannot be read is told rather than lost.
        guard silences.contains(where: { record.severity <= $0.most }),
            let alert = record.content
        else { return nil }
        return silences.first { $0.covers(alert) }
    }

    private func endSilences(at now: Int64, _ turn: inout LiveTurn) {
        let over = silences.filter { $0.until <= now }
        if over.isEmpty { return }
        silences.removeAll { $0.until <= now }
        for silence in over {
            var silence = silence
            silence.ended = silence.until
            turn.commit.silences.append(silence)
            turn.commit.controls.append(
                .about("silence.expired", at: now, in: store) { writer in
                    writer.member("silence", silence.id)
                    writer.member("until", time: silence.until, precision: 0)
                    writer.member("held", silence.held)
                })
            log(LiveLogLine(.info, "silence.expired",
                "silence \(silence.id) is over; it held back \(silence.held) notifications"))
        }
        status.change { $0.silences = silences.count }
    }
}

extension AlertRecord {
    /// Says in the stored alert what keeps notifications of it back; nil for nothing.
    fileprivate mutating func suppress(by suppressor: String?) {
        if AlertJSON.suppression(of: body) == suppressor { return }
        body = AlertJSON.suppressed(body, by: suppressor)
    }
}
