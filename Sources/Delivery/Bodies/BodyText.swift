/// Log text for receivers: harmless, and as short as they want it.
enum BodyText {
    private static let style = TextStyle(isColoured: false)

    /// Text without control, bidirectional and other format characters, at most `limit` UTF-16
    /// units long; what is cut ends in `…`.
    static func plain(_ text: String, limit: Int) -> String {
        fit(style.escape(text, limit: max(limit, 0)), limit: limit) { String($0) }
    }

    /// The same for Slack: `&`, `<` and `>` as entities, links taken apart, and nobody called.
    static func slack(_ text: String, limit: Int) -> String {
        let harmless = style.escape(text, limit: max(limit, 0))
        return fit(withoutCalls(harmless, breakingLinks: true), limit: limit, entity)
    }

    /// A command for Slack: nil when it would have to be cut or changed, because that would be
    /// another command.
    static func slackCommand(_ command: String, limit: Int) -> String? {
        let harmless = withoutCalls(style.escape(command, limit: limit), breakingLinks: false)
        guard harmless.utf8.elementsEqual(command.utf8) else { return nil }
        let shown = fit(command, limit: limit, entity)
        return shown.hasSuffix("…") ? nil : shown
    }

    private static func entity(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        default: String(scalar)
        }
    }

    /// Whole lines, as many as fit; the last one says how many do not.
    static func lines(_ lines: [String], limit: Int) -> String {
        var kept: [String] = []
        var units = 0
        // Room for the line that counts the others.
        let room = limit - 24
        for line in lines {
            units += line.utf16.count + 1
            if units > room { break }
            kept.append(line)
        }
        if kept.count < lines.count { kept.append("and \(lines.count - kept.count) more") }
        return kept.joined(separator: "\n")
    }

    /// Text, piece by piece, as long as the pieces fit.
    private static func fit(
        _ text: String, limit: Int, _ piece: (Unicode.Scalar) -> String
    ) -> String {
        var result = ""
        var units = 0
        // Where the mark of a cut would still fit.
        var cut = 0
        for scalar in text.unicodeScalars {
            let added = piece(scalar)
            units += added.utf16.count
            if units > limit {
                return String(decoding: Array(result.utf8.prefix(cut)), as: UTF8.self) + "…"
            }
            result += added
            if units < limit { cut = result.utf8.count }
        }
        return result
    }

    private static let calls = ["channel", "here", "everyone"].map { Array($0.utf8) }

    /// A wide sign before the words that would call a whole channel, and no scheme in front of
    /// what looks like a link.
    private static func withoutCalls(_ text: String, breakingLinks: Bool) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        for (at, byte) in bytes.enumerated() {
            if byte == 0x40, calls.contains(where: { follows($0, bytes, at + 1) }) {
                result += "＠".utf8
            } else if breakingLinks, byte == 0x3A, follows([0x2F, 0x2F], bytes, at + 1) {
                result += "[:]".utf8
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether these bytes stand there, in letters of either case.
    private static func follows(_ word: [UInt8], _ bytes: [UInt8], _ at: Int) -> Bool {
        at + word.count <= bytes.count
            && zip(word, bytes[at...]).allSatisfy { $0 == $1 || $0 == $1 | 0x20 }
    }
}
