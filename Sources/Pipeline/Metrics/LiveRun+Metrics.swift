internal import Detection
internal import EventStore
internal import Foundation

extension LiveRun {
    /// Commits, and notes how long it took.
    func timedCommit(_ commit: LiveCommit) throws(StoreError) {
        let start = clock.steady()
        try store.commit(commit)
        let took = clock.steady() - start
        status.change { $0.commitSeconds.observe(nanoseconds: took) }
    }

    /// Looks at what lies on disk.
    func sampleDisk() {
        let size = ["", "-wal"].reduce(Int64(0)) { size, suffix in
            var file = stat()
            return stat(store.path + suffix, &file) == 0 ? size + Int64(file.st_size) : size
        }
        let disk = LiveStatus.Disk(
            bytes: size, free: store.freeSpace, isWritable: access(store.path, W_OK) == 0,
            firstPosition: store.firstPosition)
        status.change { $0.disk = disk }
    }

    /// Says which rules are in use; the count of each begins at zero.
    func announceRules() {
        status.change { status in
            status.rules = rulesInUse.count
            for rule in rulesInUse where !rule.isSilent {
                status.confirmed.begin(rule: rule.name, severity: rule.level)
            }
        }
    }

    /// Takes how far rules have come in learning: a sign of life of the stage.
    var noteLearning: (Int64, Int64?) -> Void {
        { [status, clock] done, total in
            status.change { status in
                status.heartbeat = clock.steady()
                status.learning = total.map { (done: done, total: $0) }
            }
        }
    }
}

extension LiveStatusBoard {
    /// The stage took a turn.
    func turn(at now: Int64) {
        change { status in
            status.turns += 1
            status.heartbeat = now
        }
    }
}
