internal import AuditModel
internal import Glibc

/// The state of one run of a follower, on one thread.
final class FollowRun {
    let settings: FollowSettings
    let sink: any SourceSink
    let control: FollowControl
    let clock = ContinuousClock()
    var notifier: ChangeNotifier?
    var files: [FileIdentity: FollowedFile] = [:]
    var streams: StreamTable
    /// Streams whose file the store names, until that file is looked at.
    var expected: [FileIdentity: [FollowedStream]] = [:]
    /// Files to look at, in order.
    var queue: [FollowedFile] = []
    /// Files that are looked into once all were that the store names.
    var postponed: [FollowedFile] = []
    /// The last round left files for the next one.
    var hasPostponed = false
    /// Files that may be open.
    var opened: [FollowedFile] = []
    /// Nothing of this source was ever taken in.
    let startsFresh: Bool
    var isFirstScan = true
    var wantsScan = false
    var lastScan: ContinuousClock.Instant
    var lastTick: ContinuousClock.Instant
    var scanCost = Duration.zero
    /// What is wrong with files, by path.
    var troubles: [String: SourceCondition] = [:]
    /// What the last scan could not look at, by path.
    var scanTroubles: [String: SourceCondition] = [:]
    /// Since when wanted paths have not been there.
    var missingSince: [String: ContinuousClock.Instant] = [:]
    /// Nil until every file that was there at the start was looked into.
    var toldCondition: SourceCondition?

    init(_ settings: FollowSettings, _ sink: any SourceSink, _ control: FollowControl) {
        self.settings = settings
        self.sink = sink
        self.control = control
        let positions = sink.positions(of: settings.name)
        startsFresh = positions.isEmpty
        streams = StreamTable(positions)
        lastScan = clock.now
        lastTick = clock.now
        for stream in streams.unfinished {
            expected[stream.place.identity, default: []].append(stream)
        }
        if settings.usesNotify && !settings.isBounded {
            notifier = ChangeNotifier(maximum: settings.maximumWatches)
        }
    }

    func run() throws(SourceError) {
        scan()
        if settings.isBounded && files.isEmpty {
            throw SourceError(
                code: "file.missing",
                message: "cannot read files of \(settings.name): nothing is there to be read; "
                    + "check the paths",
                exitStatus: 66)
        }
        while !control.isStopped {
            takeChanges()
            if isScanDue { scan() }
            let worked = readRound()
            if toldCondition == nil && !hasPostponed { tellCondition(isFirst: true) }
            let now = clock.now
            if now - lastTick >= settings.pollInterval { tick(now) }
            if worked { continue }
            if settings.isBounded && isDone {
                for stream in streams.orphans { giveUp(stream) }
                return
            }
            wait()
        }
    }

    /// Nothing more to read in a bounded run.
    private var isDone: Bool {
        !files.values.contains { $0.stage == .reading && troubles[$0.path] == nil }
            && queue.isEmpty
    }

    // MARK: - Waking

    private var polls: Bool { notifier == nil || notifier?.failure != nil }

    private var isScanDue: Bool {
        let age = clock.now - lastScan
        if settings.isBounded { return wantsScan }
        // However many files there are, looking at them takes a small part of the time.
        if age < scanCost * 10 { return false }
        return wantsScan || age >= settings.pollInterval * (polls ? 1 : 5)
    }

    private func wait() {
        let pause =
            wantsScan
            ? min(settings.pollInterval, max(.milliseconds(1), scanCost * 10))
            : settings.pollInterval
        let parts = pause.components
        let milliseconds = max(1, parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000)
        var requests = [pollfd(fd: control.wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        if let notifier, notifier.descriptor >= 0 {
            requests.append(pollfd(fd: notifier.descriptor, events: Int16(POLLIN), revents: 0))
        }
        poll(&requests, nfds_t(requests.count), Int32(clamping: milliseconds))
        control.clear()
    }

    private func takeChanges() {
        guard let notifier else { return }
        var written: Set<String> = []
        var isLost = false
        notifier.changes { change in
            switch change {
            case .written(let path): written.insert(path)
            case .names: wantsScan = true
            case .overflow: isLost = true
            }
        }
        if isLost {
            wantsScan = true
            for file in files.values { enqueue(file) }
        }
        for path in written {
            var status = stat()
            guard stat(path, &status) == 0, let file = files[FileIdentity(status)] else { continue }
            noticeGrowth(file, status, isCertain: true)
        }
    }

    /// Takes in what a look at the file says; queues it if anything changed, or certainly did.
    func noticeGrowth(_ file: FollowedFile, _ status: stat, isCertain: Bool) {
        let modified =
            Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        let isSame = file.size == Int64(status.st_size) && file.modified == modified
        if isSame && !isCertain { return }
        file.size = Int64(status.st_size)
        file.modified = modified
        file.lastGrowth = clock.now
        enqueue(file)
    }

    func enqueue(_ file: FollowedFile) {
        if file.isQueued { return }
        file.isQueued = true
        queue.append(file)
    }

    // MARK: - Telling

    func tell(_ message: SourceMessage) { sink.deliver(message) }

    func note(_ kind: String, _ stream: FollowedStream?, _ detail: String) {
        tell(.note(SourceNote(kind: kind, partition: stream?.partition ?? "", detail: detail)))
    }

    func open(_ stream: FollowedStream) {
        if stream.isOpen { return }
        stream.isOpen = true
        stream.isCaughtUp = false
        tell(.opened(partition: stream.partition))
    }

    func position(of stream: FollowedStream) -> ResumePosition {
        ResumePosition(
            source: settings.name, partition: stream.partition, offset: stream.offset,
            detail: stream.place.text)
    }

    /// Tells a stream's position without records.
    func tellPosition(of stream: FollowedStream) {
        let nothing = [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let batch = RecordBatch(
            stream: RecordStream(lineage: stream.lineage, name: stream.place.path),
            bytes: nothing, records: [])
        tell(
            .records(
                SourceBatch(
                    result: ReadResult(batch: batch, issues: []), position: position(of: stream))))
    }

    /// Ends a stream: nothing more of it will come, unless a copy turns up that holds more.
    func end(_ stream: FollowedStream) {
        streams.settle(stream)
        if stream.place.isEnded && !stream.isOpen { return }
        open(stream)
        stream.place.isEnded = true
        tellPosition(of: stream)
        tell(.closed(partition: stream.partition))
        stream.isOpen = false
    }

    /// Tells how the source fares, if that changed; for the first time once all partitions of the
    /// start are open.
    func tellCondition(isFirst: Bool = false) {
        if toldCondition == nil, !isFirst { return }
        var condition = SourceCondition(isReady: true)
        let all = troubles.merging(scanTroubles) { file, _ in file }
        if let (_, trouble) = all.min(by: { PathWalk.bytewise($0.key, $1.key) }) {
            condition = trouble
            condition.isReady = files.values.contains {
                $0.stage == .reading && troubles[$0.path] == nil
            }
        }
        if condition == toldCondition { return }
        toldCondition = condition
        tell(.condition(condition))
    }
}
