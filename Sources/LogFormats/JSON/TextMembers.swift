internal import AuditModel
internal import WireFormat

/// The members of an object that were found in a record of text, as slices of it.
///
/// A name that was there twice is written with both values as an array: a value that poses as
/// another field does not become a column then, and stays to be seen. What is empty is left out.
struct TextMembers: ~Copyable {
    /// The most members; more are left out.
    static let maximum = 64

    private struct Member {
        var key: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
        var other: UnsafeRawBufferPointer?
    }

    private var members: ContiguousArray<Member> = []

    init() { members.reserveCapacity(Self.maximum) }

    mutating func removeAll() { members.removeAll(keepingCapacity: true) }

    mutating func add(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        keepsFirst: Bool = false
    ) {
        for index in members.indices where RawBytes.equal(members[index].key, key) {
            if members[index].other == nil, !keepsFirst { members[index].other = value }
            return
        }
        guard members.count < Self.maximum else { return }
        members.append(Member(key: key, value: value))
    }

    mutating func add(_ key: StaticString, _ value: UnsafeRawBufferPointer) {
        add(
            UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount), value)
    }

    func write(into json: inout ByteBuffer) {
        json.append(0x7B)
        for index in members.indices {
            let member = members[index]
            if member.value.isEmpty, member.other == nil { continue }
            if json.count > 1 { json.append(0x2C) }
            json.appendJSON(member.key)
            json.append(0x3A)
            if let other = member.other {
                json.append(0x5B)
                json.appendJSON(member.value)
                json.append(0x2C)
                json.appendJSON(other)
                json.append(0x5D)
            } else {
                json.appendJSON(member.value)
            }
        }
        json.append(0x7D)
    }
}

extension UnsafeRawBufferPointer {
    /// Without blanks and line ends at both ends.
    func trimmed() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start] <= 0x20 { start += 1 }
        while end > start, self[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
