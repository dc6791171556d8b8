internal import Foundation

/// Users and groups of this machine.
public enum SystemAccounts {
    /// The number of a user who is given by name or by number; nil for a name that nobody has.
    public static func number(ofUser text: String) -> UInt32? {
        number(text) { room, size, found in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            let status = getpwnam_r(text, &entry, room, size, &result)
            if status == 0, result != nil { found = entry.pw_uid }
            return status
        }
    }

    /// The number of a group that is given by name or by number; nil for a name that none has.
    public static func number(ofGroup text: String) -> UInt32? {
        number(text) { room, size, found in
            var entry = group()
            var result: UnsafeMutablePointer<group>?
            let status = getgrnam_r(text, &entry, room, size, &result)
            if status == 0, result != nil { found = entry.gr_gid }
            return status
        }
    }

    private static func number(
        _ text: String,
        _ look: (UnsafeMutablePointer<CChar>, Int, inout UInt32?) -> Int32
    ) -> UInt32? {
        if let number = digits(text) { return number }
        // The system would read no further.
        if text.utf8.contains(0) { return nil }
        var found: UInt32?
        withRoom { look($0, $1, &found) }
        return found
    }

    /// The name of a user; nil for one who has none.
    static func name(of user: UInt32) -> String? {
        var found: String?
        withRoom { room, size in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            let status = getpwuid_r(user, &entry, room, size, &result)
            if status == 0, result != nil, let name = entry.pw_name {
                found = String(cString: name)
            }
            return status
        }
        return found
    }

    private static func digits(_ text: String) -> UInt32? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt32(text) : nil
    }

    /// Calls a function of the system's with more and more room, until it has enough.
    private static func withRoom(_ call: (UnsafeMutablePointer<CChar>, Int) -> Int32) {
        var size = 1 << 12
        while size <= 1 << 20 {
            let status = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { room in
                room.baseAddress.map { call($0, size) } ?? 0
            }
            if status != ERANGE { return }
            size *= 4
        }
    }
}
