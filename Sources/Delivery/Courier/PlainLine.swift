/// Text from outside as part of a line that is shown.
enum PlainLine {
    /// At most so many characters of printable ASCII; a question mark stands for any other.
    static func bounded(_ text: String, _ most: Int = 200) -> String {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars.prefix(most) {
            let value = scalar.value
            bytes.append((0x20...0x7E).contains(value) ? UInt8(truncatingIfNeeded: value) : 0x3F)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
