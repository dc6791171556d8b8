internal import AuditModel
internal import Glibc

/// Reading what is new, and what happens as time passes.
extension FollowRun {
    /// Batches of one file in a row, so that many files take turns and few are reopened.
    private static let turns = 4

    /// - Returns: whether there is more to do right away.
    func readSome(_ file: FollowedFile) throws(IntakeError) -> Bool {
        guard let stream = file.stream else { return false }
        if file.reader == nil, try !openReader(file, resume: resume(of: stream)) { return false }
        guard let reader = file.reader else { return false }
        if file.isFinal { reader.batches.framer.source.finishGrowing() }
        for _ in 0..<Self.turns {
            if control.isStopped { return false }
            let before = reader.rawPosition
            let result = try reader.batches.next(
                maximumRecords: settings.batchRecords, maximumBytes: settings.batchBytes,
                mayWait: false)
            // What was read counts only if the file still held the stream afterwards.
            if result == nil || reader.rawPosition != before,
                try !isIntact(file, reader, stream)
            {
                emptied(file)
                return true
            }
            guard let result else { return reachEnd(file, reader, stream) }
            try settle(stream, reader)
            stream.isCaughtUp = false
            tell(.records(SourceBatch(result: result, position: position(of: stream))))
        }
        return true
    }

    private func reachEnd(
        _ file: FollowedFile, _ reader: GrowingReader, _ stream: FollowedStream
    ) -> Bool {
        if reader.batches.isAtEnd {
            finish(file, stream)
            return false
        }
        if !stream.isCaughtUp { tell(.caughtUp(partition: stream.partition)) }
        stream.isCaughtUp = true
        reader.batches.framer.window.trim()
        return false
    }

    private func finish(_ file: FollowedFile, _ stream: FollowedStream) {
        if !stream.isCaughtUp { tell(.caughtUp(partition: stream.partition)) }
        stream.isCaughtUp = true
        file.reader = nil
        file.stage = .finished
        file.endedSize = file.size
        end(stream)
        if file.isListed { recheck(file.lineage) } else { remove(file) }
    }

    /// Takes the reader's place over into what the stream's position says.
    func settle(_ stream: FollowedStream, _ reader: GrowingReader) throws(IntakeError) {
        stream.offset = reader.batches.settledOffset
        stream.place.framing = reader.batches.framer.framing
        stream.place.isEnded = false
        if try reader.isCompressed() {
            stream.place.mark.tailLength = 0
            stream.place.mark.tail = .none
            return
        }
        if stream.place.mark.headLength < FileMark.headBytes {
            let count = Int(min(Int64(FileMark.headBytes), stream.offset))
            if count > stream.place.mark.headLength {
                FileProbe.bytes(reader.descriptor, at: 0, count: count) {
                    stream.place.mark.setHead($0)
                }
            }
        }
        let count = Int(min(Int64(FileMark.tailBytes), stream.offset))
        FileProbe.bytes(reader.descriptor, at: stream.offset - Int64(count), count: count) {
            stream.place.mark.setTail($0)
        }
    }

    /// Whether the file still begins, and goes on before the stream's place, as it did.
    func isIntact(
        _ file: FollowedFile, _ reader: GrowingReader, _ stream: FollowedStream
    ) throws(IntakeError) -> Bool {
        var status = stat()
        guard fstat(reader.descriptor, &status) == 0 else { return true }
        let size = Int64(status.st_size)
        if size < reader.rawPosition { return false }
        if try reader.isCompressed() { return true }
        let mark = stream.place.mark
        let hasHead = FileProbe.bytes(reader.descriptor, at: 0, count: mark.headLength) {
            $0.count == mark.headLength && FileMark.digest($0) == mark.head
        }
        let comparison = StreamComparison(descriptor: reader.descriptor, name: file.path)
        guard hasHead && comparison.tailAgrees(with: stream) else { return false }
        stream.knownSize = max(stream.knownSize, size)
        return true
    }

    /// The file was emptied, and perhaps filled anew: its stream may go on in a copy, and what it
    /// holds now is another stream.
    func emptied(_ file: FollowedFile) {
        guard let stream = file.stream else { return }
        note(
            "file.truncated", stream,
            "\(file.path) was emptied; it was read up to byte \(stream.offset)")
        file.reader = nil
        file.stream = nil
        file.lineage = .none
        file.isReborn = true
        file.isFinal = settings.isBounded
        file.stage = settings.isBounded ? .finished : .watching
        stream.place.identity = .none
        if stream.place.isEnded {
            stream.file = nil
        } else {
            orphan(stream, wasEmptied: true)
        }
        enqueue(file)
    }

    /// No copy of a stream turned up in time.
    func giveUp(_ stream: FollowedStream) {
        let missing = stream.knownSize - stream.offset
        if stream.wasEmptied && missing > 0 {
            note(
                "file.gap", stream,
                "\(missing) bytes behind byte \(stream.offset) of \(stream.place.path) are lost: "
                    + "the file was emptied before they were read, and no copy was found")
        } else if !stream.wasEmptied {
            note(
                "file.gone", stream,
                "\(stream.place.path) is gone; it was read up to byte \(stream.offset)")
        }
        end(stream)
    }

    // MARK: - As time passes

    func tick(_ now: ContinuousClock.Instant) {
        lastTick = now
        for file in Array(files.values) { age(file, now) }
        for stream in streams.orphans {
            if let since = stream.orphanSince, now - since >= settings.grace { giveUp(stream) }
        }
    }

    private func age(_ file: FollowedFile, _ now: ContinuousClock.Instant) {
        if file.isQueued { return }
        if let reader = file.reader, file.isDraining || !file.isListed {
            var status = stat()
            if fstat(reader.descriptor, &status) == 0 {
                noticeGrowth(file, status, isCertain: false)
            }
        }
        let quiet = now - file.lastGrowth
        switch file.stage {
        case .reading, .watching:
            if file.isDraining && !file.isFinal && quiet >= settings.grace {
                file.isFinal = true
                enqueue(file)
            } else if !file.isDraining, quiet >= settings.idle {
                file.reader = nil
            }
        case .held:
            let hasOriginal = file.stream?.file.map { !isEndedTwin($0) } ?? false
            let isAtRest = quiet >= restTime(of: file)
            if isAtRest, file.comparedSize != file.size, !hasOriginal { enqueue(file) }
        default: break
        }
    }

    /// Closes files that did not grow for the longest time, to stay within the limit.
    func closeSome(but used: FollowedFile) {
        opened = Array(
            Dictionary(opened.map { (ObjectIdentifier($0), $0) }) { first, _ in first }.values
        ).filter { $0.reader != nil }
        if opened.count <= settings.maximumOpenFiles { return }
        let candidates = opened.filter { $0.isListed && !$0.isFinal && $0 !== used }
            .sorted { ($0.isQueued ? 1 : 0, $0.lastGrowth) < ($1.isQueued ? 1 : 0, $1.lastGrowth) }
        let excess = opened.count - settings.maximumOpenFiles + settings.maximumOpenFiles / 8
        for file in candidates.prefix(excess) { file.reader = nil }
        opened.removeAll { $0.reader == nil }
    }
}
