import Foundation

/// A file of overlays: it is read, and something may be appended to it. What stands in it is never
/// changed.
struct OverlayFile {
    /// As it was when it was read; empty when there was none.
    let text: String
    private let path: String

    private static let mostBytes = 1 << 20

    /// Ends the process when the file cannot be one of overlays.
    init(_ path: String) {
        self.path = path
        guard path.hasSuffix(".yml") || path.hasSuffix(".yaml") else {
            Self.fail(path, "its name ends in neither .yml nor .yaml", status: 64)
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            text = ""
            return
        }
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular,
            let file = FileHandle(forReadingAtPath: path)
        else { Self.fail(path, "it is not a regular file that can be read", status: 74) }
        defer { try? file.close() }
        guard let text = Self.contents(file) else {
            Self.fail(path, "it is too large, or no UTF-8", status: 74)
        }
        self.text = text
    }

    private static func contents(_ file: FileHandle) -> String? {
        guard let bytes = try? file.read(upToCount: mostBytes + 1) else { return "" }
        return bytes.count > mostBytes ? nil : String(data: bytes, encoding: .utf8)
    }

    private static func fail(_ path: String, _ reason: String, status: Int32) -> Never {
        Terminal.fail("cannot append to \(path): \(reason); name another file", status: status)
    }

    /// Appends a text at once and makes it durable. Ends the process when it cannot, or when the
    /// file is no longer as it was read.
    func append(_ addition: String) {
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor < 0 { failWriting(String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        defer { try? file.close() }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            failWriting("another process is writing it")
        }
        guard Self.contents(file) == text else { failWriting("it changed meanwhile") }
        let bytes = Array(addition.utf8)
        let written = Foundation.write(descriptor, bytes, bytes.count)
        guard written == bytes.count, fsync(descriptor) == 0 else {
            let reason = String(cString: strerror(errno))
            // Half an entry would make the file unreadable.
            _ = ftruncate(descriptor, off_t(text.utf8.count))
            failWriting(reason)
        }
    }

    private func failWriting(_ reason: String) -> Never {
        Terminal.fail("cannot append to \(path): \(reason); run again", status: 74)
    }
}
