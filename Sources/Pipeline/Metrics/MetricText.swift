/// Texts and numbers as metrics pages take them.
enum MetricText {
    /// Bytes of a label's value at most: a Kafka topic's name and its partition fit.
    static let mostBytes = 300

    /// A text that is short and has no control characters. One that had to be changed ends with a
    /// digest of what it was, so that two that differ stay two.
    static func bounded(_ text: String) -> String {
        var short = ""
        var size = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 && scalar != "\n" || scalar.value == 0x7F
            let kept: Unicode.Scalar = isControl ? "\u{FFFD}" : scalar
            size += String(kept).utf8.count
            if size > mostBytes { break }
            short.unicodeScalars.append(kept)
        }
        if Array(short.utf8) == Array(text.utf8) { return text }
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        return short + "~" + String(hash, radix: 16)
    }

    /// A label's value between its quotes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func number(_ number: MetricDefinition.Number) -> String {
        switch number {
        case .whole(let whole): String(whole)
        case .real(let real) where real.isNaN: "NaN"
        case .real(let real) where real.isInfinite: real > 0 ? "+Inf" : "-Inf"
        case .real(let real): real.description
        }
    }

    /// In lower case, without blanks around it.
    static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = text.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { start[...$0] } ?? start[start.endIndex...]
        return end.lowercased()
    }
}
