internal import AuditModel
internal import Glibc

/// Looking into one file: which stream it holds, and what is new in it.
extension FollowRun {
    /// Looks once into every file that is queued.
    ///
    /// - Returns: whether there is more to do right away.
    func readRound() -> Bool {
        let round = queue
        queue = []
        let paused = control.paused
        var worked = false
        for file in round {
            file.isQueued = false
            if control.isStopped { return false }
            if let stream = file.stream, stream.file === file, file.stage == .reading,
                paused.contains(stream.partition)
            {
                enqueue(file)
            } else if visit(file) {
                worked = true
                enqueue(file)
            }
        }
        return takePostponed() || worked
    }

    /// Queues the files that waited for those that the store names.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    func takePostponed() -> Bool {
        hasPostponed = !postponed.isEmpty
        for file in postponed.sorted(by: Self.isOlder) { enqueue(file) }
        postponed = []
        return hasPostponed
    }

    /// - Returns: whether there is more to do right away.
    private func visit(_ file: FollowedFile) -> Bool {
        do throws(IntakeError) {
            let more: Bool
            switch file.stage {
            case .watching: more = try begin(file)
            case .held: more = try compareAgain(file)
            case .ignored: more = streams.orphans.isEmpty ? false : try begin(file)
            case .reading: more = try readSome(file)
            case .finished: more = reopen(file)
            case .passedOver: more = isTooOld(file) ? false : try begin(file)
            }
            if troubles.removeValue(forKey: file.path) != nil { tellCondition() }
            return more
        } catch {
            file.reader = nil
            if control.isStopped { return false }
            let condition = SourceCondition(
                isReady: false, code: "file.unreadable", message: error.message)
            if troubles.updateValue(condition, forKey: file.path) != condition { tellCondition() }
            return false
        }
    }

    /// A compressed twin is compared only when it is complete, for that takes reading all of it.
    private func compareAgain(_ file: FollowedFile) throws(IntakeError) -> Bool {
        let quiet = clock.now - file.lastGrowth
        if file.isCompressed && file.stream?.file == nil && quiet < settings.pollInterval {
            return false
        }
        if quiet >= restTime(of: file) { file.comparedSize = file.size }
        return try begin(file)
    }

    private func isTooOld(_ file: FollowedFile) -> Bool {
        if case .time(let start) = settings.start { return file.modified < start }
        return false
    }

    private func reopen(_ file: FollowedFile) -> Bool {
        guard let stream = file.stream, stream.file === file, file.size != file.endedSize else {
            return false
        }
        file.stage = .reading
        file.isFinal = settings.isBounded
        stream.place.isEnded = false
        open(stream)
        return true
    }

    /// Opens the file at its front, or where its stream goes on.
    ///
    /// - Returns: false if its name leads elsewhere by now.
    func openReader(
        _ file: FollowedFile, resume: (offset: Int64, framing: Framing, lineage: ID128)? = nil
    ) throws(IntakeError) -> Bool {
        guard
            let reader = try GrowingReader(
                file, limits: settings.limits, isBounded: settings.isBounded, resume: resume,
                shouldStop: { control.isStopped })
        else {
            wantsScan = true
            return false
        }
        file.reader = reader
        opened.append(file)
        if opened.count > settings.maximumOpenFiles { closeSome(but: file) }
        return true
    }

    // MARK: - Which stream it holds

    /// Looks for the first record, and so for the stream.
    private func begin(_ file: FollowedFile) throws(IntakeError) -> Bool {
        // Anew, since what a reader saw of an unfinished line may have been replaced.
        let isOpen = try openReader(file) || file.reader != nil
        guard isOpen, let reader = file.reader else { return false }
        if file.isFinal { reader.batches.framer.source.finishGrowing() }
        guard try reader.batches.findFirst(mayWait: false) else {
            releaseExpected(file)
            if reader.batches.isAtEnd {
                file.reader = nil
                file.stage = .finished
                file.endedSize = file.size
                if !file.isListed { remove(file) }
            }
            return false
        }
        file.lineage = reader.batches.stream.lineage
        file.isCompressed = try reader.isCompressed()
        let more = try identify(file, reader)
        releaseExpected(file)
        return more
    }

    /// Streams that the store places in this file and that it does not hold any more.
    private func releaseExpected(_ file: FollowedFile) {
        for stream in expected.removeValue(forKey: file.identity) ?? []
        where stream.file == nil && !stream.place.isEnded && stream.orphanSince == nil {
            note(
                "file.truncated", stream,
                "\(file.path) was emptied or replaced while it was not followed; "
                    + "it was read up to byte \(stream.offset)")
            stream.place.identity = .none
            orphan(stream, wasEmptied: true)
        }
    }

    private func identify(
        _ file: FollowedFile, _ reader: GrowingReader
    ) throws(IntakeError) -> Bool {
        if !file.isReborn || file.isCompressed,
            let (stream, relation) = try closest(to: file, reader)
        {
            let isOwn = stream.place.identity == file.identity && stream.file == nil
            if relation == .goesOn || (relation == .covered && isOwn) {
                return try goOn(with: stream, in: file, hasMore: relation == .goesOn)
            }
            hold(file, stream)
            if relation == .covered, stream.orphanSince != nil { end(stream) }
            return false
        }
        if !file.isWanted || isTooOld(file) {
            file.reader = nil
            file.stage = file.isWanted ? .passedOver : .ignored
            return false
        }
        if expected[file.identity] != nil {
            // What the store placed here is not here, so that the file came early for nothing.
            releaseExpected(file)
            postponed.append(file)
            return false
        }
        return try start(file, reader)
    }

    private func hold(_ file: FollowedFile, _ stream: FollowedStream) {
        file.reader = nil
        file.stage = .held
        file.stream = stream
    }

    /// The stream that a file is most probably a part of.
    private func closest(
        to file: FollowedFile, _ reader: GrowingReader
    ) throws(IntakeError) -> (FollowedStream, StreamRelation)? {
        var best: (FollowedStream, StreamRelation)?
        for stream in streams[file.lineage] {
            let relation = try relation(of: file, reader, to: stream)
            if relation.rawValue > (best?.1 ?? .differs).rawValue { best = (stream, relation) }
        }
        return best
    }

    private func relation(
        of file: FollowedFile, _ reader: GrowingReader, to stream: FollowedStream
    ) throws(IntakeError) -> StreamRelation {
        let comparison = StreamComparison(descriptor: reader.descriptor, name: file.path)
        let stop = { self.control.isStopped }
        if let other = stream.file, other !== file, !isEndedTwin(other),
            try holds(other, stream)
        {
            // Whoever took the name over is a new file, and no copy.
            if file.path == stream.place.path { return .differs }
            guard let descriptor = other.reader?.descriptor else { return .front }
            return try comparison.relation(to: stream, in: descriptor, shouldStop: stop)
        }
        let relation = try comparison.relation(to: stream, shouldStop: stop)
        let isOwn = stream.place.identity == file.identity
        // Shorter than it was: it was filled anew. A compressed file more likely is a copy in the
        // making that was given the inode of a file that is gone.
        if isOwn && relation == .front && !file.isCompressed { return .differs }
        if relation == .front, isAtRest(file) {
            // Where digests cannot tell, reading a copy anew costs less than losing a record.
            let needed = stream.place.mark.headLength
            let isShort = try comparison.withFront { $0.count < needed }
            if isShort || file.path == stream.place.path { return .differs }
        }
        return relation
    }

    /// Bytes of a compressed file cannot be compared in place; one that was read to its end is
    /// as good as gone.
    func isEndedTwin(_ file: FollowedFile) -> Bool {
        file.isCompressed && file.stage == .finished
    }

    /// A file that does not grow is no copy in the making.
    private func isAtRest(_ file: FollowedFile) -> Bool {
        settings.isBounded || clock.now - file.lastGrowth >= restTime(of: file)
    }

    /// How long a file goes without growing before what is there is taken for all of it.
    /// Compressors write in bursts, and a half-written copy looks like the front of its stream.
    func restTime(of file: FollowedFile) -> Duration {
        let time = settings.pollInterval * 2
        return file.isCompressed ? max(time, settings.grace) : time
    }

    /// Whether a stream's own file still holds it; if it was emptied, the stream lost its file.
    private func holds(
        _ file: FollowedFile, _ stream: FollowedStream
    ) throws(IntakeError) -> Bool {
        if file.reader == nil, try !openReader(file, resume: resume(of: stream)) { return true }
        guard let reader = file.reader else { return true }
        if try isIntact(file, reader, stream) { return true }
        emptied(file)
        return false
    }

    // MARK: - Streams begin and go on

    private func start(_ file: FollowedFile, _ reader: GrowingReader) throws(IntakeError) -> Bool {
        let comparison = StreamComparison(descriptor: reader.descriptor, name: file.path)
        let mark = try comparison.withFront(FileMark.init(front:))
        let stream = streams.add(
            file.lineage,
            FilePlace(
                identity: file.identity, framing: .lines, isEnded: false, mark: mark,
                path: file.path))
        stream.file = file
        file.stream = stream
        file.stage = .reading
        file.isReborn = false
        if file.isCompressed { file.isDraining = true }
        open(stream)
        if file.startsAtEnd { try moveToEnd(file, reader, stream) }
        return true
    }

    private func moveToEnd(
        _ file: FollowedFile, _ reader: GrowingReader, _ stream: FollowedStream
    ) throws(IntakeError) {
        file.startsAtEnd = false
        if !file.isCompressed && reader.batches.framer.framing == .lines {
            stream.offset = FileProbe.lineEnd(reader.descriptor, before: file.size)
            _ = try openReader(file, resume: resume(of: stream))
        } else {
            while try reader.batches.next(
                maximumRecords: settings.batchRecords, maximumBytes: settings.batchBytes,
                mayWait: false) != nil, !control.isStopped
            {}
        }
        if let reader = file.reader { try settle(stream, reader) }
        tellPosition(of: stream)
    }

    func resume(
        of stream: FollowedStream
    ) -> (offset: Int64, framing: Framing, lineage: ID128)? {
        if stream.offset == 0 { return nil }
        return (stream.offset, stream.place.framing, stream.lineage)
    }

    private func goOn(
        with stream: FollowedStream, in file: FollowedFile, hasMore: Bool
    ) throws(IntakeError) -> Bool {
        guard try openReader(file, resume: resume(of: stream)) else { return false }
        streams.settle(stream)
        stream.place.identity = file.identity
        stream.file = file
        file.stream = stream
        if stream.place.isEnded && !hasMore {
            file.stage = .finished
            file.endedSize = file.size
            file.reader = nil
            return false
        }
        file.stage = .reading
        stream.place.isEnded = false
        if file.isCompressed || file.path != stream.place.path { file.isDraining = true }
        open(stream)
        return true
    }
}
