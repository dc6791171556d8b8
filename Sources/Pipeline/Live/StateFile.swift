internal import AuditModel
internal import Detection
internal import EventStore
internal import Foundation
internal import GrantLedger

/// The rules' memory on disk, beside the store: a file that is replaced as a whole. It saves the
/// time to learn anew and nothing else: one that is missing, damaged or of other rules is passed
/// over.
struct StateFile {
    /// Where in the store's history a snapshot belongs.
    struct Head: Equatable {
        var store: ID128
        var read: Int64
        var bufferLow: Int64
        var frontier: Int64
    }

    let path: String
    /// What a snapshot must belong to beside the rules.
    let program: String
    let limits: Ledger.Limits
    let clients: ClientRegistry

    /// Writes a snapshot; an older one stays if that fails.
    func save(_ run: DetectionRun, rules: [Rule], _ head: Head) throws(StateFault) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable("make") }
        defer { close(descriptor) }
        do throws(StateFault) {
            var writer = StateWriter(key: key(rules)) {
                (bytes) throws(StateFault) in try Self.write(bytes, to: descriptor)
            }
            writer.put(head.store)
            for number in [head.read, head.bufferLow, head.frontier] { writer.put(Int(number)) }
            run.write(to: &writer)
            _ = try writer.finish()
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
                throw Self.unwritable("keep")
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// The snapshot, if there is one.
    ///
    /// - Parameter codes: texts in the store's dictionary.
    /// - Throws: `StateFault` when it is damaged, or belongs to other rules or another store.
    func load(
        rules: [Rule], store: ID128, codes: Int
    ) throws(StateFault) -> (run: DetectionRun, head: Head)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw Self.damaged("opened")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else {
            throw Self.damaged("read")
        }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
            base != MAP_FAILED
        else { throw Self.damaged("read") }
        defer { munmap(base, size) }
        var reader = try StateReader(
            UnsafeRawBufferPointer(start: base, count: size),
            key: key(rules))
        let owner: ID128 = try reader.get()
        guard owner == store else { throw .foreign("it is of another store") }
        let (read, bufferLow, frontier): (Int, Int, Int) = (
            try reader.get(), try reader.get(), try reader.get()
        )
        let run = try DetectionRun(
            rules: rules, limits: limits, clients: clients, peeks: true, forgets: true,
            codes: codes, from: &reader)
        try reader.finish()
        let head = Head(
            store: owner, read: Int64(read), bufferLow: Int64(bufferLow),
            frontier: Int64(frontier))
        return (run, head)
    }

    private func key(_ rules: [Rule]) -> ID128 {
        DetectionRun.stateKey(
            rules: rules, limits: limits, clients: clients, program: program)
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
    ) throws(StateFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw unwritable("write")
            }
        }
    }

    private static func unwritable(_ task: String) -> StateFault {
        .unwritable("cannot \(task) the file: \(String(cString: strerror(errno)))")
    }

    private static func damaged(_ task: String) -> StateFault {
        .damaged("it cannot be \(task): \(String(cString: strerror(errno)))")
    }
}
