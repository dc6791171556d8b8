internal import AuditModel
internal import Glibc

/// Finding files, and what becomes of those that are not found any more.
extension FollowRun {
    func scan() {
        let begin = clock.now
        wantsScan = false
        let found = FileScan(settings.patterns)
        watch(found.directories)
        for file in files.values { file.isListed = false }
        var added: [FoundFile] = []
        for (identity, one) in found.files {
            if let file = files[identity] { update(file, one) } else { added.append(one) }
        }
        for file in Array(files.values) where !file.isListed { lose(file) }
        if isFirstScan { orphanUnexpected(found) }
        if isFirstScan || !settings.isBounded { adopt(added) }
        noticeTroubles(found)
        isFirstScan = false
        lastScan = clock.now
        scanCost = lastScan - begin
    }

    private func watch(_ directories: Set<String>) {
        guard let notifier, notifier.failure == nil else { return }
        notifier.watch(directories)
        if let failure = notifier.failure {
            note(
                "file.polling", nil,
                "changes of files cannot be watched, so they are polled: \(failure)")
        }
    }

    private func update(_ file: FollowedFile, _ found: FoundFile) {
        file.isListed = true
        if !found.paths.contains(file.path) {
            troubles[file.path] = nil
            file.path = found.paths.first ?? file.path
            if file.stage == .reading || file.stage == .watching {
                file.isDraining = true
                file.lastGrowth = clock.now
            }
            enqueue(file)
        }
        if found.isWanted && file.stage == .ignored {
            file.stage = .watching
            enqueue(file)
        }
        file.isWanted = found.isWanted
        if file.size != found.size || file.modified != found.modified {
            file.size = found.size
            file.modified = found.modified
            file.lastGrowth = clock.now
            enqueue(file)
        } else if troubles[file.path] != nil {
            enqueue(file)
        }
    }

    /// A file has no name any more that patterns or rotation explain.
    private func lose(_ file: FollowedFile) {
        if file.reader != nil {
            if !file.isDraining {
                file.isDraining = true
                file.lastGrowth = clock.now
            }
            return
        }
        remove(file)
        guard file.stage == .reading, let stream = file.stream else { return }
        if !file.isCompressed && file.size > stream.offset {
            orphan(stream, wasEmptied: false)
        } else {
            end(stream)
        }
    }

    func remove(_ file: FollowedFile) {
        files[file.identity] = nil
        troubles[file.path] = nil
        if let stream = file.stream, stream.file === file { stream.file = nil }
        recheck(file.lineage)
    }

    /// Streams that the store knows and whose file is nowhere.
    private func orphanUnexpected(_ found: FileScan) {
        let gone = expected.filter { found.files[$0.key] == nil }
        for identity in gone.keys { expected[identity] = nil }
        for stream in gone.values.joined().sorted(by: { $0.partition < $1.partition }) {
            orphan(stream, wasEmptied: false)
        }
    }

    private func adopt(_ added: [FoundFile]) {
        // A stream first goes to the file that the store names, if that still holds it.
        for file in added.map({ FollowedFile($0, at: clock.now) }).sorted(by: Self.isOlder) {
            let isExpected = expected[file.identity] != nil
            if !file.isWanted && !isExpected && streams.orphans.isEmpty { file.stage = .ignored }
            file.startsAtEnd = isFirstScan && startsFresh && settings.start == .end
            if settings.isBounded { file.limit = file.size }
            files[file.identity] = file
            if file.stage == .ignored { continue }
            if isExpected { enqueue(file) } else { postponed.append(file) }
        }
        if queue.isEmpty { takePostponed() }
    }

    /// Older files come before younger ones, since a rotated file is older than the one that took
    /// its name, and a copy of it is no older.
    static func isOlder(_ left: FollowedFile, _ right: FollowedFile) -> Bool {
        left.modified != right.modified
            ? left.modified < right.modified : PathWalk.bytewise(left.path, right.path)
    }

    /// Has files of a lineage compared anew, because a stream of it lost its file.
    func recheck(_ lineage: ID128) {
        for file in files.values {
            if file.stage == .ignored || (file.stage == .held && file.lineage == lineage) {
                enqueue(file)
            }
        }
    }

    func orphan(_ stream: FollowedStream, wasEmptied: Bool) {
        stream.wasEmptied = wasEmptied
        streams.orphan(stream, at: clock.now)
        recheck(stream.lineage)
        wantsScan = true
    }

    // MARK: - Trouble

    private func noticeTroubles(_ found: FileScan) {
        let now = clock.now
        missingSince = missingSince.filter { found.missing.contains($0.key) }
        for path in found.missing where missingSince[path] == nil { missingSince[path] = now }
        var current: [String: SourceCondition] = [:]
        for (path, reason) in found.unreadable { current[path] = unreadable(path, reason) }
        for (path, since) in missingSince
        where isFirstScan || now - since >= settings.pollInterval || scanTroubles[path] != nil {
            current[path] = SourceCondition(
                isReady: false, code: "file.missing",
                message: "cannot follow \(path): there is no such file or directory; "
                    + "it is read as soon as it appears")
        }
        scanTroubles = current
        tellCondition()
    }

    func unreadable(_ path: String, _ reason: String) -> SourceCondition {
        SourceCondition(
            isReady: false, code: "file.unreadable",
            message: "cannot read \(path): \(reason); check its permissions")
    }
}
