internal import AuditModel

/// What the token scanner leaves in place of a secret: `«kind:fp=32 hex digits,len=digits»`.
enum SecretMark {
    /// The fingerprint in a mark that fills the whole text; nil for any other text.
    static func fingerprint(_ text: UnsafeRawBufferPointer) -> ID128? {
        guard text.count >= 40, text.count <= 80, text[0] == 0xC2, text[1] == 0xAB,
            text[text.count - 2] == 0xC2, text[text.count - 1] == 0xBB
        else { return nil }
        var at = 2
        while at < 20, text[at] != 0x3A { at += 1 }
        guard at > 2, at + 36 < text.count, text[at] == 0x3A, text[at + 1] == 0x66,
            text[at + 2] == 0x70, text[at + 3] == 0x3D
        else { return nil }
        let digits = at + 4
        let after = text[digits + 32]
        guard after == 0x2C || (after == 0xC2 && digits + 34 == text.count),
            let high = word(text, digits), let low = word(text, digits + 16), high | low != 0
        else { return nil }
        return ID128(high: high, low: low)
    }

    /// Where the first mark of a text stands that begins at `start` or later.
    static func first(in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var at = start
        while at + 40 <= text.count {
            guard text[at] == 0xC2, text[at + 1] == 0xAB,
                let end = text[at..<min(text.count, at + 80)].firstIndex(of: 0xBB)
            else {
                at += 1
                continue
            }
            let range = at..<end + 1
            if fingerprint(UnsafeRawBufferPointer(rebasing: text[range])) != nil { return range }
            at += 2
        }
        return nil
    }

    /// What a mark calls the kind of its secret.
    static func kind(_ mark: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let end = mark.firstIndex(of: 0x3A) ?? mark.count
        return UnsafeRawBufferPointer(rebasing: mark[min(2, end)..<end])
    }

    private static func word(_ text: UnsafeRawBufferPointer, _ start: Int) -> UInt64? {
        var word: UInt64 = 0
        for index in start..<(start + 16) {
            switch text[index] {
            case 0x30...0x39: word = word << 4 | UInt64(text[index] - 0x30)
            case 0x61...0x66: word = word << 4 | UInt64(text[index] - 0x57)
            default: return nil
            }
        }
        return word
    }
}
