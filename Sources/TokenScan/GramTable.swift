/// The pieces of the secrets of one record by which they are found again: every 12 bytes of a
/// longer secret, the whole of a shorter one. Holds places in the secrets' bytes, not the bytes.
struct GramTable {
    static let gramBytes = 12

    private struct Slot {
        /// Where the piece starts, plus one; 0 is free.
        var place: UInt32 = 0
        var length: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var used = 0
    /// A bit for every length in use, by length.
    private var lengths: UInt32 = 0

    mutating func removeAll(expecting count: Int) {
        var size = 64
        while size < count * 3 { size *= 2 }
        slots = [Slot](repeating: Slot(), count: size)
        used = 0
        lengths = 0
    }

    /// Adds the pieces of one secret.
    ///
    /// An authorization code of Keycloak is a random part, the session's id and the client's,
    /// with dots between. The ids alone are no secret and every event prints them.
    mutating func add(_ secret: Range<Int>, kind: TokenKind, in bytes: UnsafeRawBufferPointer) {
        let length = min(Self.gramBytes, secret.count)
        guard length >= CandidateCheck.fewestFreeBytes else { return }
        var mustHoldDot = false
        for start in secret.lowerBound...(secret.upperBound - length) {
            if !mustHoldDot || bytes[start..<(start + length)].contains(0x2E) {
                insert(start, length, bytes)
            }
            if kind == .authorizationCode && bytes[start] == 0x2E { mustHoldDot = true }
        }
    }

    private mutating func insert(_ place: Int, _ length: Int, _ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, used * 2 < slots.count else { return }
        lengths |= 1 << UInt32(length)
        var slot = Self.hash(base + place, length) & (slots.count - 1)
        while slots[slot].place != 0 {
            let other = Int(slots[slot].place) - 1
            if slots[slot].length == length, Self.areEqual(base + other, base + place, length) {
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Slot(place: UInt32(place + 1), length: UInt32(length))
        used += 1
    }

    /// The longest piece that stands at `place`: where it stands in the secrets, and its length.
    func find(
        _ place: UnsafeRawPointer, readable: Int, in secrets: UnsafeRawPointer
    ) -> (place: Int, length: Int)? {
        var rest = lengths
        while rest != 0 {
            let length = 31 - rest.leadingZeroBitCount
            rest &= ~(1 << UInt32(length))
            guard length <= readable else { continue }
            var slot = Self.hash(place, length) & (slots.count - 1)
            while slots[slot].place != 0 {
                let other = Int(slots[slot].place) - 1
                if slots[slot].length == length,
                    Self.areEqual(secrets + other, place, length)
                {
                    return (other, length)
                }
                slot = (slot + 1) & (slots.count - 1)
            }
        }
        return nil
    }

    /// Of 8 to 16 bytes.
    private static func hash(_ bytes: UnsafeRawPointer, _ length: Int) -> Int {
        let front = bytes.loadUnaligned(as: UInt64.self)
        let back = bytes.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
        var mixed = (front ^ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 29
        mixed = (mixed ^ back) &* 0x94D0_49BB_1331_11EB &+ UInt64(length)
        return Int(truncatingIfNeeded: (mixed ^ (mixed >> 31)) & 0x7FFF_FFFF)
    }

    private static func areEqual(
        _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ length: Int
    ) -> Bool {
        left.loadUnaligned(as: UInt64.self) == right.loadUnaligned(as: UInt64.self)
            && left.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
    }
}
