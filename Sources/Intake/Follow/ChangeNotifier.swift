internal import Glibc

/// Asks the system (inotify) to tell of changes in directories.
final class ChangeNotifier {
    /// Something changed.
    enum Change {
        /// A file of this path was written to.
        case written(path: String)
        /// Names came, went, or changed their rights.
        case names
        /// Changes were lost; anything may be new.
        case overflow
    }

    /// Nothing more is told; the caller polls.
    private(set) var failure: String?
    private(set) var descriptor: Int32
    private let maximum: Int
    private var directories: [Int32: String] = [:]
    private var watches: [String: Int32] = [:]

    init(maximum: Int) {
        self.maximum = maximum
        descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        if descriptor < 0 { failure = String(cString: strerror(errno)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches these directories and no others. Ones that are not there are left out.
    func watch(_ wanted: Set<String>) {
        guard failure == nil else { return }
        for directory in watches.keys where !wanted.contains(directory) { forget(directory) }
        let mask = UInt32(
            IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB
                | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
        for directory in wanted where watches[directory] == nil {
            if watches.count >= maximum {
                give(up: "more than \(maximum) directories")
                return
            }
            let watch = inotify_add_watch(descriptor, directory, mask)
            if watch >= 0 {
                watches[directory] = watch
                directories[watch] = directory
            } else if errno == ENOSPC || errno == ENOMEM {
                give(up: "the system's limit fs.inotify.max_user_watches is reached")
                return
            }
        }
    }

    /// Two paths of one directory share a watch.
    private func forget(_ directory: String) {
        guard let watch = watches.removeValue(forKey: directory) else { return }
        if let other = watches.first(where: { $0.value == watch }) {
            directories[watch] = other.key
        } else {
            directories[watch] = nil
            inotify_rm_watch(descriptor, watch)
        }
    }

    private func give(up reason: String) {
        failure = reason
        watches = [:]
        directories = [:]
        close(descriptor)
        descriptor = -1
    }

    /// What changed since the last call; does not wait.
    func changes(_ tell: (Change) -> Void) {
        guard descriptor >= 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count <= 0 { return }
                let filled = UnsafeRawBufferPointer(buffer)[..<count]
                parse(UnsafeRawBufferPointer(rebasing: filled), tell)
            }
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, _ tell: (Change) -> Void) {
        var place = 0
        while place + 16 <= bytes.count {
            let watch = bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
            let mask = bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
            let length = Int(bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
            let nameStart = place + 16
            place = nameStart + length
            guard place <= bytes.count else { return }
            if mask & UInt32(IN_Q_OVERFLOW) != 0 {
                tell(.overflow)
            } else if mask & UInt32(IN_IGNORED) != 0 {
                directories[watch] = nil
                for path in watches.filter({ $0.value == watch }).keys { watches[path] = nil }
                tell(.names)
            } else if mask & UInt32(IN_MOVE_SELF) != 0 {
                if let directory = directories[watch] { forget(directory) }
                tell(.names)
            } else if mask & UInt32(IN_MODIFY) != 0, let directory = directories[watch] {
                let name = bytes[nameStart..<place].prefix { $0 != 0 }
                let path = PathWalk.join(directory, String(decoding: name, as: UTF8.self))
                tell(.written(path: path))
            } else {
                tell(.names)
            }
        }
    }
}
