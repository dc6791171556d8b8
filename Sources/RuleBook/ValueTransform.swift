internal import Detection

/// What Sigma's value modifiers make of a text: other texts, or several of which any may match.
enum ValueTransform {
    typealias Pieces = [TextPattern.Piece]

    /// Texts that one value may become.
    static let mostPatterns = 3_125
    static let mostBytes = 1 << 20

    enum Failure: Error, Equatable {
        /// Base64 of a text that is not known to the byte.
        case wildcard
        case tooMany
    }

    /// The patterns of a value after some steps, in order; empty texts, which would match anything,
    /// are left out.
    static func patterns(
        _ pieces: Pieces, _ steps: [Modifiers.Step]
    ) throws(Failure) -> [Pieces] {
        var all = [pieces]
        for step in steps {
            var next: [Pieces] = []
            for pieces in all {
                next += try apply(step, to: pieces)
                if next.count > mostPatterns { throw .tooMany }
            }
            all = next
        }
        return all
    }

    private static func apply(
        _ step: Modifiers.Step, to pieces: Pieces
    ) throws(Failure) -> [Pieces] {
        switch step {
        case .affix(let affix): return [open(pieces, affix)]
        case .base64:
            let bytes = try literal(pieces)
            return [[.literal(base64(bytes))]]
        case .base64Offset:
            let bytes = try literal(pieces)
            return base64Offsets(bytes).filter { !$0.isEmpty }.map { [.literal($0)] }
        case .utf16(let bigEndian, let hasMark):
            return [utf16(pieces, bigEndian: bigEndian, hasMark: hasMark)]
        case .windash: return try windash(pieces)
        }
    }

    private static func literal(_ pieces: Pieces) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in pieces {
            guard case .literal(let part) = piece else { throw .wildcard }
            bytes += part
        }
        return bytes
    }

    static func open(_ pieces: Pieces, _ affix: Matcher.Affix) -> Pieces {
        var pieces = pieces
        if affix == .contains || affix == .endswith, pieces.first != .anyRun {
            pieces.insert(.anyRun, at: 0)
        }
        if affix == .contains || affix == .startswith, pieces.last != .anyRun {
            pieces.append(.anyRun)
        }
        return pieces
    }

    // MARK: - Base64 (RFC 4648, section 4)

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes.count - index
            let second = rest > 1 ? UInt32(bytes[index + 1]) : 0
            let third = rest > 2 ? UInt32(bytes[index + 2]) : 0
            let word = UInt32(bytes[index]) << 16 | second << 8 | third
            text.append(alphabet[Int(word >> 18)])
            text.append(alphabet[Int(word >> 12 & 63)])
            text.append(rest > 1 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "="))
            text.append(rest > 2 ? alphabet[Int(word & 63)] : UInt8(ascii: "="))
            index += 3
        }
        return text
    }

    /// The characters that stand for a text wherever it begins in what is encoded: those that share
    /// bits with a neighbour are cut off at both ends.
    static func base64Offsets(_ bytes: [UInt8]) -> [[UInt8]] {
        (0..<3).map { offset in
            let encoded = base64([UInt8](repeating: 0x20, count: offset) + bytes)
            let front = [0, 2, 3][offset]
            let back = [0, 3, 2][(bytes.count + offset) % 3]
            return Array(encoded.dropFirst(front).dropLast(back))
        }
    }

    // MARK: - UTF-16

    private static func utf16(_ pieces: Pieces, bigEndian: Bool, hasMark: Bool) -> Pieces {
        var wide: Pieces = []
        for piece in pieces {
            switch piece {
            case .literal(let bytes): wide.append(.literal(utf16(bytes, bigEndian: bigEndian)))
            case .anyRun: wide.append(.anyRun)
            case .anyByte: wide += [.anyByte, .anyByte]
            }
        }
        guard hasMark else { return wide }
        let mark: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
        if case .literal(let bytes)? = wide.first {
            wide[0] = .literal(mark + bytes)
        } else {
            wide.insert(.literal(mark), at: 0)
        }
        return wide
    }

    private static func utf16(_ bytes: [UInt8], bigEndian: Bool) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return bigEndian ? [high, low] : [low, high]
        }
    }

    // MARK: - Dashes

    private static let dashes: [Unicode.Scalar] = ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"]

    /// Every way to write the dashes that begin a word: `-`, `/`, en dash, em dash, horizontal bar.
    private static func windash(_ pieces: Pieces) throws(Failure) -> [Pieces] {
        var all: [Pieces] = [[]]
        for piece in pieces {
            guard case .literal(let bytes) = piece else {
                all = all.map { $0 + [piece] }
                continue
            }
            let text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
            let texts = try permutations(text)
            if all.count * texts.count > mostPatterns { throw .tooMany }
            all = all.flatMap { before in texts.map { before + [.literal($0)] } }
        }
        return all
    }

    private static func permutations(_ text: [Unicode.Scalar]) throws(Failure) -> [[UInt8]] {
        var all: [[UInt8]] = [[]]
        for (index, scalar) in text.enumerated() {
            let begins = dashes.contains(scalar) && index + 1 < text.count
                && isWord(text[index + 1]) && (index == 0 || !isWord(text[index - 1]))
            let choices = (begins ? dashes : [scalar]).map { Array(String($0).utf8) }
            if all.count * choices.count > mostPatterns
                || choices.count > 1 && all.count * text.count > mostBytes
            {
                throw .tooMany
            }
            all = choices.count == 1
                ? all.map { $0 + choices[0] }
                : all.flatMap { before in choices.map { before + $0 } }
        }
        return all
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
