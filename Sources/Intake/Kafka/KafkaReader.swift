internal import CRdKafka
internal import KafkaAccess
internal import Synchronization

/// The reading thread of a Kafka source.
final class KafkaReader {
    private static let batchMessages = 4096
    private static let batchBytes = 4 << 20
    /// How long a batch waits for more after its first message, nanoseconds.
    private static let batchPatience: Int64 = 5_000_000
    private static let second: Int64 = 1_000_000_000

    let settings: KafkaSettings
    let limits: ReadLimits
    let orders: KafkaOrders
    let sink: any SourceSink
    let client: KafkaClient
    var health = KafkaHealth()
    var cluster = ""
    /// The partitions that are read, in the order they were assigned.
    var partitions: [KafkaPartition] = []
    /// Partitions by what messages carry; emptied when partitions change.
    private var byHandle: [PartitionHandle: KafkaPartition] = [:]
    private var lastHandle: PartitionHandle?
    private var lastPartition: KafkaPartition?
    /// Partitions that go on elsewhere as soon as the brokers say where.
    var moves: [(partition: KafkaPartition, reason: MoveReason)] = []
    var nextMove: Int64 = 0
    /// Topics that were subscribed to, or whose partitions were assigned.
    var subscribed: Set<String> = []
    /// Partitions of topics that exist.
    var counts: [String: Int32] = [:]
    var nextProbe: Int64 = 0
    var probeDelay: Int64 = 250_000_000
    private var missingSince: Int64?
    var lastReason = ""
    var lastFailure: Int64 = 0
    /// When an assignment came last; nil before the first.
    var assignedAt: Int64?
    private var committed: [String: Int64] = [:]
    private var nextCommit: Int64 = 0
    private var tally = KafkaTally()

    /// Why a partition goes on elsewhere.
    enum MoveReason: Equatable {
        /// It was held back.
        case resumed
        /// The brokers do not have the offset.
        case outOfRange
        case stranger(why: String)
    }

    private struct PartitionHandle: Hashable {
        var topic: OpaquePointer?
        var number: Int32
    }

    init(
        _ settings: KafkaSettings, _ limits: ReadLimits, _ orders: KafkaOrders,
        _ sink: any SourceSink
    ) throws(SourceError) {
        self.settings = settings
        self.limits = limits
        self.orders = orders
        self.sink = sink
        client = try KafkaClient(settings)
    }

    func run() throws(SourceError) {
        // Messages in hand must be let go of before the client.
        defer { for partition in partitions { partition.discard() } }
        while !orders.isStopped {
            try probe()
            tellHealth()
            movePartitions()
            applyPauses()
            commitAcknowledged()
            try gather()
            if settings.isBounded && isDone { break }
        }
        finish()
    }

    func tellHealth() {
        if let condition = health.change() { sink.deliver(.condition(condition)) }
    }

    /// Whether a bounded source has delivered all there was.
    private var isDone: Bool {
        guard let assignedAt else { return false }
        if !partitions.isEmpty { return partitions.allSatisfy { $0.isDone } }
        // Another member may read everything; or partitions may be on their way to this one.
        let patience = Int64(settings.sessionTimeout * 2) * Self.second
        return MonotonicTime.now - assignedAt > patience
    }

    private func finish() {
        release(partitions.map(\.place), isLost: false)
        client.close(within: 10_000) { event in
            guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE else { return }
            let list = rd_kafka_event_topic_partition_list(event)
            if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
                _ = client.assign([], adding: client.isCooperative)
            } else {
                client.unassign(KafkaList.places(list), only: client.isCooperative)
            }
        }
    }

    // MARK: - Messages

    /// Takes in what comes until a batch is full, or some milliseconds after its first message.
    private func gather() throws(SourceError) {
        var timeout: Int32 = health.isWell ? 100 : 20
        var deadline: Int64 = 0
        var seen = 0
        var bytes = 0
        while seen < Self.batchMessages && bytes < Self.batchBytes {
            guard let event = rd_kafka_queue_poll(client.queue, timeout) else {
                let left = deadline - MonotonicTime.now
                if seen == 0 || left <= 0 { break }
                timeout = Int32(clamping: (left + 999_999) / 1_000_000)
                continue
            }
            timeout = 0
            if rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH {
                if seen == 0 { deadline = MonotonicTime.now + Self.batchPatience }
                seen += 1
                bytes += take(event)
                if seen & 0xFF == 0 && MonotonicTime.now > deadline { break }
            } else {
                defer { rd_kafka_event_destroy(event) }
                try handle(event)
                if seen == 0 { break }
            }
        }
        flush()
    }

    /// - Returns: the bytes of the message's value.
    private func take(_ event: OpaquePointer) -> Int {
        guard let message = rd_kafka_event_message_next(event),
            message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR,
            let partition = partition(of: message)
        else {
            rd_kafka_event_destroy(event)
            return 0
        }
        let count = message.pointee.len
        switch partition.take(event, message) {
        case .taken:
            tally.messages += 1
            tally.bytes += count
            if count == 0 { tally.emptyValues += 1 }
            return count
        case .passed: break
        case .stranger:
            let why = "the message before offset \(partition.next) is not the one that was read"
            moves.append((partition, .stranger(why: why)))
        }
        rd_kafka_event_destroy(event)
        return count
    }

    private func partition(of message: UnsafePointer<rd_kafka_message_t>) -> KafkaPartition? {
        let handle = PartitionHandle(
            topic: message.pointee.rkt, number: message.pointee.partition)
        if handle == lastHandle { return lastPartition }
        var found = byHandle[handle]
        if found == nil, let topic = message.pointee.rkt, let name = rd_kafka_topic_name(topic) {
            found = partition(String(cString: name), handle.number)
            if let found { byHandle[handle] = found }
        }
        lastHandle = handle
        lastPartition = found
        return found
    }

    func partition(_ topic: String, _ number: Int32) -> KafkaPartition? {
        partitions.first { $0.number == number && $0.topic == topic }
    }

    func partitionsChanged() {
        byHandle = [:]
        lastHandle = nil
        lastPartition = nil
    }

    /// Delivers what is in hand, then what there is to say about each partition.
    func flush() {
        for partition in partitions where !partition.isDone {
            if partition.hasAnything {
                let end = client.cachedEnd(partition.topic, partition.number)
                let batch = partition.flush(source: settings.name, knownEnd: end)
                // Records prove that all is well, whatever was said before.
                health.set(.connection, nil)
                health.set(.topic(partition.topic), nil)
                sink.deliver(.records(batch))
            }
            if partition.isCaughtUp() { sink.deliver(.caughtUp(partition: partition.name)) }
            if partition.hasReachedEnd {
                partition.isDone = true
                client.pause([partition.place])
                sink.deliver(.closed(partition: partition.name))
            }
        }
        orders.state.withLock { $0.tally = tally }
    }

    func countLost(_ offsets: Int64) { tally.lostOffsets += offsets }

    // MARK: - Orders of other threads

    private func applyPauses() {
        let wanted = orders.state.withLock { $0.paused }
        for partition in partitions where !partition.isDone {
            let isWanted = wanted.contains(partition.name)
            if isWanted == partition.isPaused { continue }
            partition.isPaused = isWanted
            if isWanted {
                client.pause([partition.place])
            } else {
                client.resume([partition.place])
                // The library's own place may be behind or before what was taken in.
                moves.append((partition, .resumed))
            }
        }
    }

    /// What was acknowledged of the partitions that are read and not yet told to the brokers.
    private func newlyAcknowledged() -> [KafkaOffset] {
        let known = orders.state.withLock { $0.acknowledged }
        return partitions.compactMap { partition in
            guard let offset = known[partition.name], offset != committed[partition.name],
                offset <= partition.next
            else { return nil }
            return KafkaOffset(
                topic: partition.topic, partition: partition.number, offset: offset)
        }
    }

    private func commitAcknowledged() {
        let now = MonotonicTime.now
        if settings.group == nil || now < nextCommit { return }
        nextCommit = now + Self.second
        let places = newlyAcknowledged()
        if places.isEmpty { return }
        for place in places { committed["\(place.topic)/\(place.partition)"] = place.offset }
        client.commit(places)
    }

    /// Gives partitions away: everything of them is made durable and committed first, unless
    /// another member reads them already.
    func release(_ places: [KafkaOffset], isLost: Bool) {
        let names = Set(places.map { "\($0.topic)/\($0.partition)" })
        let leaving = partitions.filter { names.contains($0.name) }
        if leaving.isEmpty { return }
        if isLost {
            for partition in leaving { partition.discard() }
        } else {
            flush()
            if sink.drain(), settings.group != nil {
                let places = newlyAcknowledged()
                if !places.isEmpty { _ = client.commit(places, within: 5000) }
            }
        }
        partitions.removeAll { names.contains($0.name) }
        moves.removeAll { names.contains($0.partition.name) }
        partitionsChanged()
        for partition in leaving {
            committed[partition.name] = nil
            orders.state.withLock { $0.acknowledged[partition.name] = nil }
            if !partition.isDone { sink.deliver(.closed(partition: partition.name)) }
        }
    }
}

// MARK: - Topics

extension KafkaReader {
    /// Asks the brokers about the topics, often while something is wrong, and reads those that
    /// came to be. Never subscribes to one that does not exist: some versions of the library
    /// crash on that.
    private func probe() throws(SourceError) {
        let now = MonotonicTime.now
        if now < nextProbe { return }
        var states: [String: KafkaTopicState] = [:]
        for topic in settings.topics {
            states[topic] = client.state(of: topic, within: 1000)
            if case .unknown(let reason) = states[topic] {
                let why = lastReason.isEmpty ? reason : lastReason
                health.set(.connection, .unreachable(settings, why))
                break
            }
        }
        if states.count == settings.topics.count && !states.values.contains(where: \.isUnknown) {
            health.set(.connection, nil)
            lastReason = ""
            if now - lastFailure > 5 * Self.second { health.clearFailing() }
            if cluster.isEmpty { cluster = client.clusterID() }
        }
        note(states)
        probeDelay = health.isWell ? 250_000_000 : min(probeDelay * 2, 5 * Self.second)
        nextProbe = MonotonicTime.now + (health.isWell ? 30 * Self.second : probeDelay)
        try giveUpOnMissing()
        readPresentTopics()
    }

    private func note(_ states: [String: KafkaTopicState]) {
        for (topic, state) in states {
            switch state {
            case .present(let count):
                health.set(.topic(topic), nil)
                counts[topic] = count
            case .missing:
                health.set(.topic(topic), .missing(topic))
                counts[topic] = nil
                subscribed.remove(topic)
            case .forbidden: health.set(.topic(topic), .notAuthorised("topic '\(topic)'"))
            case .unknown: break
            }
        }
    }

    /// A bounded source that waits for a topic to be made would wait for ever on a wrong name.
    private func giveUpOnMissing() throws(SourceError) {
        guard settings.isBounded, !health.has(.connection),
            let topic = settings.topics.first(where: {
                health.trouble(.topic($0))?.code == .topicMissing
            })
        else {
            missingSince = nil
            return
        }
        let since = missingSince ?? MonotonicTime.now
        missingSince = since
        if MonotonicTime.now - since < 5 * Self.second { return }
        throw SourceError(
            code: KafkaTrouble.Code.topicMissing.rawValue,
            message: KafkaTrouble.missing(topic).message, exitStatus: 66)
    }

    private func readPresentTopics() {
        if settings.group == nil { return assignWithoutGroup() }
        let present = settings.topics.filter { counts[$0] != nil }
        if present.isEmpty || subscribed.isSuperset(of: present) { return }
        let error = client.subscribe(present)
        if error == RD_KAFKA_RESP_ERR_NO_ERROR {
            subscribed.formUnion(present)
        } else {
            fail(error, KafkaText.of(error))
        }
    }

    /// Reads all partitions of all topics that exist.
    private func assignWithoutGroup() {
        var fresh: [KafkaOffset] = []
        for topic in settings.topics {
            for number in 0..<(counts[topic] ?? 0) where partition(topic, number) == nil {
                fresh.append(KafkaOffset(topic: topic, partition: number, offset: -1001))
            }
        }
        if !fresh.isEmpty { open(fresh, adding: false) }
    }
}
