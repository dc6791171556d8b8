import AuditModel
import Foundation
import Testing

@testable import EventStore

@Suite struct BackupTests {
    @Test func aCopyIsOneMomentOfAStoreThatIsBeingWritten() throws {
        let scratch = try Scratch()
        let target = scratch.directory + "/copy.db"
        var traffic = Traffic(seed: 91)
        let store = try open(scratch.path)
        _ = try store.append(traffic.batch(20_000))
        try store.commit(liveCommit(1))
        let before = try store.info()
        var steps: [(Int64, Int64)] = []
        let mask = umask(0)
        try EventStore.backup(from: scratch.path, to: target) { done, total in
            steps.append((done, total))
            _ = try? store.append(traffic.batch(100))
            try? store.commit(liveCommit(2))
        }
        umask(mask)
        #expect(steps.count > 1 && steps.last.map { $0.0 == $0.1 } == true)
        #expect(store.eventCount == 20_000 + Int64(steps.count) * 100)
        #expect(EventStore.verify(path: target) == [])
        let attributes = try FileManager.default.attributesOfItem(atPath: target)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let copy = try EventStore(path: target, mode: .readOnly)
        var info = try copy.info()
        info.bytes = before.bytes
        #expect(info == before)
        #expect(try copy.progress() == liveCommit(1).progress)
        try copy.close()
        try store.close()
        #expect(scratch.files == ["copy.db", "s.db"])
    }

    @Test func nothingIsReplacedUnlessThatIsWanted() throws {
        let scratch = try Scratch()
        let target = scratch.directory + "/copy.db"
        var traffic = Traffic(seed: 92)
        let store = try open(scratch.path)
        _ = try store.append(traffic.batch(50))
        try store.close()
        func code(replacing: Bool, from: String? = nil, to: String? = nil) -> StoreError.Code? {
            do throws(StoreError) {
                try EventStore.backup(
                    from: from ?? scratch.path, to: to ?? target, replacing: replacing)
                return nil
            } catch {
                return error.code
            }
        }
        try Data("precious".utf8).write(to: URL(fileURLWithPath: target))
        #expect(code(replacing: false) == .exists)
        #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data("precious".utf8))
        #expect(code(replacing: true) == nil)
        #expect(EventStore.verify(path: target) == [])
        let user = try open(target)
        _ = try user.append(traffic.batch(1))
        #expect(code(replacing: true) == .locked)
        try user.close()
        #expect(code(replacing: true, from: scratch.directory + "/none.db") == .missing)
        #expect(code(replacing: true, from: scratch.path, to: scratch.path) == .exists)
        #expect(code(replacing: true, to: scratch.directory + "/none/copy.db") == .io)
        #expect(scratch.files == ["copy.db", "s.db"])
    }

    @Test func freeSpaceIsThatOfTheFileSystem() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        let attributes = try FileManager.default.attributesOfFileSystem(
            forPath: scratch.directory)
        let free = try #require(attributes[.systemFreeSize] as? NSNumber)
        let found = try #require(store.freeSpace)
        #expect(abs(Double(found) - free.doubleValue) < 2e9)
        #expect(StoreFiles.freeBytes("/nowhere/at/all") == nil)
        try store.close()
    }
}
