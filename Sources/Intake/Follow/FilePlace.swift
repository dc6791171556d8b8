internal import AuditModel

/// What a resume position keeps beside the offset, to find a file again.
///
/// As text: `1 device inode framing state head-length head steps tail-length tail path`, numbers
/// in hexadecimal, separated by single spaces; the path comes last and may hold spaces. Framing
/// is `l` (lines), `a` (in an array) or `b` (behind one); state is `o` (open) or `e` (ended).
struct FilePlace: Equatable {
    var identity: FileIdentity
    var framing: Framing
    var isEnded: Bool
    var mark: FileMark
    /// Where the file was when its stream began.
    var path: String

    init(
        identity: FileIdentity, framing: Framing, isEnded: Bool, mark: FileMark, path: String
    ) {
        self.identity = identity
        self.framing = framing
        self.isEnded = isEnded
        self.mark = mark
        self.path = path
    }

    var text: String {
        let letter =
            switch framing {
            case .lines: "l"
            case .array: "a"
            case .afterArray: "b"
            }
        let steps = mark.steps.map { step in
            let digits = String(step, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        return [
            "1", String(identity.device, radix: 16), String(identity.inode, radix: 16), letter,
            isEnded ? "e" : "o", String(mark.headLength, radix: 16), mark.head.hex,
            steps.isEmpty ? "-" : steps.joined(), String(mark.tailLength, radix: 16),
            mark.tail.hex, path,
        ].joined(separator: " ")
    }

    /// Nil for anything that ``text`` does not give.
    init?(_ text: String) {
        let words = text.split(
            separator: " ", maxSplits: 10, omittingEmptySubsequences: false
        ).map(String.init)
        guard words.count == 11, words[0] == "1",
            let device = UInt64(words[1], radix: 16), let inode = UInt64(words[2], radix: 16),
            let framing = ["l": Framing.lines, "a": .array, "b": .afterArray][words[3]],
            words[4] == "o" || words[4] == "e",
            let headLength = Int(words[5], radix: 16), (0...FileMark.headBytes) ~= headLength,
            let head = ID128(hex: words[6]), let steps = Self.steps(words[7]),
            let tailLength = Int(words[8], radix: 16), (0...FileMark.tailBytes) ~= tailLength,
            let tail = ID128(hex: words[9])
        else { return nil }
        identity = FileIdentity(device: device, inode: inode)
        self.framing = framing
        isEnded = words[4] == "e"
        mark = FileMark()
        mark.headLength = headLength
        mark.head = head
        mark.steps = steps
        mark.tailLength = tailLength
        mark.tail = tail
        path = words[10]
    }

    private static func steps(_ text: String) -> [UInt32]? {
        if text == "-" { return [] }
        let digits = Array(text.utf8)
        guard digits.count % 8 == 0,
            digits.count / 8 <= FileMark.headBytes / FileMark.stepBytes
        else { return nil }
        var steps: [UInt32] = []
        for start in stride(from: 0, to: digits.count, by: 8) {
            let word = String(decoding: digits[start..<(start + 8)], as: UTF8.self)
            guard let step = UInt32(word, radix: 16) else { return nil }
            steps.append(step)
        }
        return steps
    }
}
