import AuditModel
import Foundation
import Testing

@testable import EventStore

/// A file system of a few megabytes in memory; nil where this user may not mount one.
final class SmallDisk {
    let path: String

    init?(megabytes: Int) {
        path = NSTemporaryDirectory() + "/small-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        if mount("none", path, "tmpfs", 0, "size=\(megabytes)m") != 0 {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount(path)
        rmdir(path)
    }

    static let isPossible = SmallDisk(megabytes: 1) != nil
}

@Suite struct SmallDiskTests {
    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount"))
    func afterTheDiskWasFullWhatWasAcknowledgedIsThereAndNothingElse() throws {
        let disk = try #require(SmallDisk(megabytes: 3))
        let path = disk.path + "/s.db"
        let filler = disk.path + "/filler"
        let bytes = Data(repeating: 1, count: 1 << 20)
        try bytes.write(to: URL(fileURLWithPath: filler))
        var traffic = Traffic(seed: 97)
        let store = try open(path)
        var acknowledged = 0
        var failure: StoreError?
        let free = try #require(store.freeSpace)
        #expect(free > 0 && free < 2 << 20)
        while failure == nil, acknowledged < 500 {
            do throws(StoreError) {
                _ = try store.append(traffic.batch(200))
                try store.commit(liveCommit(acknowledged + 1))
                acknowledged += 1
            } catch {
                failure = error
            }
        }
        #expect(failure?.code == .diskFull && acknowledged > 1)
        #expect(throws: StoreError.self) { try store.flush() }
        let target = disk.path + "/copy.db"
        #expect(throws: StoreError.self) {
            try EventStore.backup(from: path, to: target)
        }
        try store.close()
        StoreFiles.remove(filler)
        let again = try open(path)
        #expect(again.eventCount == Int64(acknowledged) * 200)
        #expect(try again.progress() == liveCommit(acknowledged).progress)
        #expect(try again.lastNotice() == Int64(acknowledged))
        _ = try again.append(traffic.batch(200))
        try again.commit(liveCommit(acknowledged + 1))
        try again.close()
        #expect(EventStore.verify(path: path) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["s.db"])
    }
}
