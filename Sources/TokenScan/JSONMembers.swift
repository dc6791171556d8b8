/// The members of one small JSON object, found without building anything.
///
/// Made for token headers and claims: nesting is skipped by counting brackets, only values on the
/// first level are seen.
struct JSONMembers {
    private let bytes: UnsafeRawBufferPointer

    /// Nil unless the bytes start with `{` and end with `}`, white space aside.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), bytes[first] == 0x7B,
            let last = bytes.lastIndex(where: { !isSpace($0) }), bytes[last] == 0x7D
        else { return nil }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[(first + 1)..<max(first + 1, last)])
    }

    /// The bytes of a text member, escapes as they are.
    func text(_ key: StaticString) -> UnsafeRawBufferPointer? {
        guard let start = value(of: key), bytes[start] == 0x22 else { return nil }
        let end = textEnd(start)
        guard end > start + 1 else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[(start + 1)..<(end - 1)])
    }

    /// A member that is a whole number, or the whole part of one; nil beyond 15 digits.
    func number(_ key: StaticString) -> Int64? {
        guard var index = value(of: key) else { return nil }
        var number: Int64 = 0
        let start = index
        while index < bytes.count, ByteClass.isDigit(bytes[index]), index - start < 16 {
            number = number * 10 + Int64(bytes[index] - 0x30)
            index += 1
        }
        return (1...15).contains(index - start) ? number : nil
    }

    /// Where the value of a member on the first level starts.
    private func value(of key: StaticString) -> Int? {
        var depth = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x22:
                let end = textEnd(index)
                if depth == 0, isText(index, end, key), let value = valueStart(end) { return value }
                index = max(end, index + 1)
                continue
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            default: break
            }
            index += 1
        }
        return nil
    }

    private func isText(_ start: Int, _ end: Int, _ key: StaticString) -> Bool {
        end - start == key.utf8CodeUnitCount + 2
            && (0..<key.utf8CodeUnitCount).allSatisfy { bytes[start + 1 + $0] == key.utf8Start[$0] }
    }

    private func valueStart(_ keyEnd: Int) -> Int? {
        var index = keyEnd
        var hasColon = false
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            case 0x3A where !hasColon:
                hasColon = true
                index += 1
            default: return hasColon ? index : nil
            }
        }
        return nil
    }

    /// The index behind the closing quote of the text that opens at `start`.
    private func textEnd(_ start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == 0x22 { return index + 1 }
            index += bytes[index] == 0x5C ? 2 : 1
        }
        return start
    }
}
