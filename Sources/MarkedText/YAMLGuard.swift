/// A look at YAML text before a parser sees it, for what would make the parser recurse or grow
/// without bound.
public enum YAMLGuard {
    /// Bytes of one file.
    public static let mostBytes = 1 << 20
    /// Brackets open at once.
    static let deepestFlow = 64
    /// Columns of indentation and list dashes before a line's first word; each level of block
    /// nesting takes at least one.
    static let deepestBlock = 128
    /// References to anchors in a file. Sixteen multiply a value by 3^(16/3) ≈ 350 at most.
    static let mostAliases = 16

    struct Refusal<Code: YAMLCode> {
        var code: Code
        var place: Place
        var message: String
    }

    /// The first thing to refuse, or nil.
    static func refusal<Code: YAMLCode>(_ text: String) -> Refusal<Code>? {
        if text.utf8.count > mostBytes {
            return Refusal(
                code: .tooLarge, place: .whole,
                message: "the file has \(text.utf8.count) bytes; the bound is \(mostBytes)")
        }
        return nesting(text) ?? aliases(text)
    }

    private static func nesting<Code: YAMLCode>(_ text: String) -> Refusal<Code>? {
        var (line, column, brackets, isLeading) = (1, 0, 0, true)
        for byte in text.utf8 {
            column += 1
            switch byte {
            case 0x0A: (line, column, isLeading) = (line + 1, 0, true)
            case 0x5B, 0x7B: brackets += 1
            case 0x5D, 0x7D: brackets = max(0, brackets - 1)
            case 0x20, 0x09, 0x2D, 0x3F, 0x3A, 0x0D:
                if isLeading, column > deepestBlock { return deep(line, column) }
                continue
            default: break
            }
            if byte != 0x0A { isLeading = false }
            if brackets > deepestFlow { return deep(line, column) }
        }
        return nil
    }

    private static func deep<Code: YAMLCode>(_ line: Int, _ column: Int) -> Refusal<Code> {
        Refusal(
            code: .tooDeep, place: Place(line: line, column: column, length: 1),
            message: "nested too deep: more than \(deepestFlow) open brackets "
                + "or \(deepestBlock) columns of indentation")
    }

    private static func aliases<Code: YAMLCode>(_ text: String) -> Refusal<Code>? {
        let bytes = Array(text.utf8)
        let anchors = Set(marks(UInt8(ascii: "&"), in: bytes).map(\.name))
        if anchors.isEmpty { return nil }
        var count = 0
        for mark in marks(UInt8(ascii: "*"), in: bytes) where anchors.contains(mark.name) {
            count += 1
            if count > mostAliases { return tooMany(at: mark.offset, in: bytes) }
        }
        return nil
    }

    private static func tooMany<Code: YAMLCode>(
        at offset: Int, in bytes: [UInt8]
    ) -> Refusal<Code> {
        let before = bytes[..<offset]
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return Refusal(
            code: .tooManyAliases, place: Place(line: line, column: offset - start + 1, length: 1),
            message: "more than \(mostAliases) references to anchors")
    }

    /// Everything that could be an anchor or an alias, wherever it stands: the sign and a name.
    private static func marks(
        _ sign: UInt8, in bytes: [UInt8]
    ) -> [(offset: Int, name: ArraySlice<UInt8>)] {
        var found: [(offset: Int, name: ArraySlice<UInt8>)] = []
        for (offset, byte) in bytes.enumerated() where byte == sign {
            var end = offset + 1
            while end < bytes.count, isName(bytes[end]) { end += 1 }
            if end > offset + 1 { found.append((offset, bytes[(offset + 1)..<end])) }
        }
        return found
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
    }
}
