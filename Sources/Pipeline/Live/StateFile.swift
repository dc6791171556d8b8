internal import AuditModel
internal import Detection
internal import EventStore
internal import Foundation

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

    /// Writes a snapshot; an older one stays if that fails.
    func save(_ run: DetectionRun, _ head: Head) throws(StateFault) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault("make") }
        defer { close(descriptor) }
        var writer = StateWriter { bytes throws(StateFault) in
            try Self.write(bytes, to: descriptor)
        }
        do throws(StateFault) {
            try head.write(to: &writer)
            try run.write(to: &writer)
            try writer.finish()
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
                throw Self.fault("keep")
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// The snapshot, if it is whole and belongs to these rules and this store.
    func load(rules: [Rule], store: ID128) throws(StateFault) -> (DetectionRun, Head)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw Self.fault("open")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { throw Self.fault("read") }
        let size = Int(status.st_size)
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
            base != MAP_FAILED
        else { throw Self.fault("map") }
        defer { munmap(base, size) }
        var reader = try StateReader(UnsafeRawBufferPointer(start: base, count: size))
        let head = try Head(from: &reader)
        guard head.store == store else {
            throw StateFault("it belongs to another store")
        }
        return (try DetectionRun(rules: rules, from: &reader), head)
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
                throw fault("write")
            }
        }
    }

    private static func fault(_ task: String) -> StateFault {
        StateFault("cannot \(task) the file: \(String(cString: strerror(errno)))")
    }
}
