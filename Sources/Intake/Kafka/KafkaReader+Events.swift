internal import AuditModel
internal import CRdKafka
internal import KafkaAccess
internal import Synchronization

// MARK: - Groups

extension KafkaReader {
    /// Takes in anything but a message.
    func handle(_ event: OpaquePointer) throws(SourceError) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE: rebalance(event)
        case RD_KAFKA_EVENT_ERROR: try handleError(event)
        case RD_KAFKA_EVENT_OFFSET_COMMIT:
            let error = rd_kafka_event_error(event)
            if error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED {
                fail(error, KafkaText.of(error))
            }
        default: break
        }
    }

    private func rebalance(_ event: OpaquePointer) {
        let places = KafkaList.places(rd_kafka_event_topic_partition_list(event))
        if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            flush()
            health.set(.group, nil)
            open(places, adding: client.isCooperative)
        } else {
            release(places, isLost: client.isAssignmentLost)
            client.unassign(places, only: client.isCooperative)
        }
    }

    /// Starts to read partitions.
    ///
    /// - Parameter adding: whether the library keeps those it has; else it is told all.
    func open(_ places: [KafkaOffset], adding: Bool) {
        guard let opened = resolve(places) else {
            // Given away meanwhile, or told to stop: nothing of them was read.
            client.unassign(places, only: adding)
            return
        }
        if adding {
            _ = client.assign(opened.map(\.partition.fetchPlace), adding: true)
        } else {
            flush()
            let all = partitions + opened.map(\.partition)
            _ = client.assign(all.map(\.fetchPlace), adding: false)
            let held = all.filter { $0.isPaused || $0.isDone }.map(\.place)
            if !held.isEmpty { client.pause(held) }
        }
        partitions += opened.map(\.partition)
        partitionsChanged()
        assignedAt = MonotonicTime.now
        health.isAssigned = true
        for (partition, start, isKnown) in opened {
            // The group may know less: who died after the store's commit did not tell it, and
            // perhaps nothing new comes that would.
            if isKnown { orders.state.withLock { $0.acknowledged[partition.name] = start.next } }
            sink.deliver(.opened(partition: partition.name))
            tell(start, of: partition)
            // The store learns where a new partition starts, even if nothing comes.
            if !isKnown {
                sink.deliver(
                    .records(partition.flush(source: settings.name, knownEnd: nil)))
            }
        }
    }

    private func tell(_ start: KafkaStart, of partition: KafkaPartition) {
        switch start.note {
        case nil: break
        case .gap(let lost):
            countLost(lost)
            let detail =
                "\(lost) offsets before \(start.next) were removed by the brokers before they "
                + "were read; keep messages longer, or run more often"
            sink.deliver(
                .note(SourceNote(kind: "kafka.gap", partition: partition.name, detail: detail)))
        case .recreated(let why):
            let detail = "the topic was made anew: \(why); reading it from offset \(start.next)"
            sink.deliver(
                .note(
                    SourceNote(
                        kind: "kafka.topic_recreated", partition: partition.name, detail: detail)))
        }
    }

    // MARK: - Where to start

    typealias Opened = (partition: KafkaPartition, start: KafkaStart, isKnown: Bool)

    /// Finds out where partitions start; asks again until the brokers answer.
    ///
    /// - Returns: nil if the source was stopped, or the partitions were lost meanwhile.
    private func resolve(_ places: [KafkaOffset]) -> [Opened]? {
        if places.isEmpty { return [] }
        while !orders.isStopped {
            if let opened = resolveOnce(places) { return opened }
            health.set(.connection, .unreachable(settings, "no answer about offsets"))
            tellHealth()
            if settings.group != nil && client.isAssignmentLost { return nil }
            MonotonicTime.sleep(milliseconds: 250)
        }
        return nil
    }

    private func resolveOnce(_ places: [KafkaOffset]) -> [Opened]? {
        var committed = [Int64](repeating: -1, count: places.count)
        if settings.group != nil {
            guard let known = client.committed(places, within: 5000) else { return nil }
            committed = known
        }
        let stored = Dictionary(
            sink.positions(of: settings.name).map { ($0.partition, $0) },
            uniquingKeysWith: { first, _ in first })
        var opened: [Opened] = []
        for (place, committed) in zip(places, committed) {
            let known = stored["\(place.topic)/\(place.partition)"]
            guard let marks = client.watermarks(place.topic, place.partition, within: 5000),
                let fresh = freshOffset(place, marks, isNeeded: known == nil && committed < 0)
            else { return nil }
            let start = KafkaStart.decide(
                .init(
                    stored: known.map { ($0.offset, KafkaPlace($0.detail)) },
                    committed: committed < 0 ? nil : committed, low: marks.low,
                    high: marks.high, cluster: cluster, fresh: fresh,
                    isBounded: settings.isBounded))
            let partition = KafkaPartition(
                place.topic, place.partition, from: start,
                end: settings.isBounded ? marks.high : nil, cluster: cluster,
                host: settings.cluster.brokers.first ?? "", limit: limits.recordBytes)
            opened.append((partition, start, known?.offset == start.next))
        }
        return opened
    }

    private func freshOffset(
        _ place: KafkaOffset, _ marks: (low: Int64, high: Int64), isNeeded: Bool
    ) -> Int64? {
        switch settings.start {
        case .beginning: return marks.low
        case .end: return marks.high
        case .time(let time):
            if !isNeeded { return marks.low }
            var question = place
            question.offset = max(0, time / 1_000_000)
            guard let answer = client.offsets(forTimes: [question], within: 5000)?.first else {
                return nil
            }
            return answer < 0 ? marks.high : answer
        }
    }

    /// Goes on elsewhere with partitions whose place is gone, or that were held back.
    func movePartitions() {
        if moves.isEmpty || MonotonicTime.now < nextMove { return }
        nextMove = MonotonicTime.now + 250_000_000
        moves = moves.filter { !move($0.partition, $0.reason) }
    }

    /// - Returns: whether it was done.
    private func move(_ partition: KafkaPartition, _ reason: MoveReason) -> Bool {
        var start = KafkaStart(next: partition.next, expectedMark: partition.expectedMark)
        var end = partition.end
        if reason != .resumed {
            let marks = client.watermarks(partition.topic, partition.number, within: 1000)
            guard let marks else { return false }
            if end != nil { end = marks.high }
            if case .stranger(let why) = reason {
                start = KafkaStart(next: marks.low, note: .recreated(why: why))
            } else {
                start = KafkaStart.decide(
                    .init(
                        stored: (partition.next, KafkaPlace("")), low: marks.low,
                        high: marks.high, cluster: "", fresh: marks.low))
            }
        }
        var place = partition.place
        place.offset = start.expectedMark.isEmpty ? start.next : start.next - 1
        let isSought = client.seek(place) == RD_KAFKA_RESP_ERR_NO_ERROR
        if start.note != nil {
            partition.restart(at: start, end: end)
            tell(start, of: partition)
        }
        // Where fetching came to a stop, seeking is refused.
        if !isSought { assignAnew(partition) }
        return true
    }

    private func assignAnew(_ partition: KafkaPartition) {
        if client.isCooperative {
            client.unassign([partition.place], only: true)
            _ = client.assign([partition.fetchPlace], adding: true)
        } else {
            _ = client.assign(partitions.map(\.fetchPlace), adding: false)
        }
        let held = partitions.filter { $0.isPaused || $0.isDone }.map(\.place)
        if !held.isEmpty { client.pause(held) }
    }

    // MARK: - Errors

    private func handleError(_ event: OpaquePointer) throws(SourceError) {
        let error = rd_kafka_event_error(event)
        let reason = KafkaText.bounded(rd_kafka_event_error_string(event))
        if rd_kafka_event_error_is_fatal(event) != 0 || error == RD_KAFKA_RESP_ERR__FATAL
            || error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
        {
            throw KafkaTrouble.end(error, reason)
        }
        let place = rd_kafka_event_topic_partition(event)
        defer { if let place { rd_kafka_topic_partition_destroy(place) } }
        let concerned = place.flatMap { place in
            place.pointee.topic.flatMap { partition(String(cString: $0), place.pointee.partition) }
        }
        switch error {
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            concerned?.sawEnd(at: place?.pointee.offset ?? 0)
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            if let concerned, !moves.contains(where: { $0.partition === concerned }) {
                flush()
                moves.append((concerned, .outOfRange))
            }
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            nextProbe = min(nextProbe, MonotonicTime.now + 250_000_000)
        case RD_KAFKA_RESP_ERR__TRANSPORT: lastReason = reason
        default: fail(error, reason)
        }
    }

    /// Notes what an error means.
    func fail(_ error: rd_kafka_resp_err_t, _ reason: String) {
        let why = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !lastReason.isEmpty
            ? lastReason : reason
        guard let trouble = KafkaTrouble.of(error, why, settings) else { return }
        lastFailure = MonotonicTime.now
        let isConnection = [.credentials, .tls, .unreachable].contains(trouble.code)
        if trouble.code == .notAuthorised, settings.group == nil,
            error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED
        {
            return
        }
        health.set(isConnection ? .connection : .group, trouble)
        nextProbe = min(nextProbe, lastFailure + probeDelay)
    }
}
