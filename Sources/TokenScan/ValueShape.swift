/// What a value looks like, to tell secrets from the ids, dates and words of harmless records.
struct ValueShape {
    private(set) var count = 0
    private var digits = 0
    private var lowerCase = 0
    private var upperCase = 0
    private var underscores = 0
    private var dashes = 0
    private var hexadecimals = 0
    private var others = 0
    private var first: UInt8 = 0
    private var isUniform = true
    private var dashPlaces: UInt64 = 0

    mutating func add(_ byte: UInt8) {
        if count == 0 { first = byte }
        if byte != first { isUniform = false }
        if Hexadecimal.value(byte) != nil { hexadecimals += 1 }
        switch byte {
        case 0x30...0x39: digits += 1
        case 0x61...0x7A: lowerCase += 1
        case 0x41...0x5A: upperCase += 1
        case 0x5F: underscores += 1
        case 0x2D:
            dashes += 1
            if count < 64 { dashPlaces |= 1 << UInt64(count) }
        default: others += 1
        }
        count += 1
    }

    /// `8-4-4-4-12` hexadecimal digits.
    var isUUID: Bool {
        count == 36 && dashes == 4 && hexadecimals == 32
            && dashPlaces == 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23
    }

    /// Starts as `2026-01-31`.
    var isDate: Bool {
        count >= 10 && dashPlaces & 0x3FF == 1 << 4 | 1 << 7 && digits >= 8 && lowerCase == 0
            && upperCase <= 2
    }

    var isNumber: Bool { digits == count }

    /// Digits alone, or letters of one case alone, and more of them than ids and words have.
    var isLongRun: Bool { count >= 20 && (digits == count || lowerCase + upperCase == count) }

    /// As random letters are, and hexadecimal digits are not.
    var hasBothCases: Bool { lowerCase > 0 && upperCase > 0 }

    /// One character again and again, as masks are.
    var isMask: Bool { isUniform }

    /// A name of the sort `unauthorized_client` or `UPDATE_PASSWORD`, or a path of such names.
    var isWords: Bool {
        digits == 0 && (lowerCase == 0 || upperCase == 0)
    }

    /// A constant of the sort `UPDATE_PASSWORD`.
    var isConstant: Bool { lowerCase == 0 && digits == 0 && others == 0 && underscores > 0 }
}
