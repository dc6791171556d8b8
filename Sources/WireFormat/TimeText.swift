/// Event times as text: RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits.
///
/// Times are nanoseconds since 1970-01-01T00:00:00Z in an `Int64`, which reaches the year 2262.
public enum TimeText {
    public static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// Appends `yyyy-MM-ddTHH:mm:ss[.fff]Z`.
    ///
    /// - Parameter precision: fraction digits to write; digits beyond it that are not zero are
    ///   written all the same, in groups of three, so that the text is exact.
    public static func append(_ time: Int64, precision: UInt8, to bytes: inout [UInt8]) {
        let (seconds, nanoseconds) = split(time)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        let date = civil(fromDays: days)
        append(date.year, width: 4, to: &bytes)
        bytes.append(0x2D)
        append(Int64(date.month), width: 2, to: &bytes)
        bytes.append(0x2D)
        append(Int64(date.day), width: 2, to: &bytes)
        bytes.append(0x54)
        append(secondOfDay / 3600, width: 2, to: &bytes)
        bytes.append(0x3A)
        append(secondOfDay / 60 % 60, width: 2, to: &bytes)
        bytes.append(0x3A)
        append(secondOfDay % 60, width: 2, to: &bytes)
        let digits = fractionDigits(nanoseconds, atLeast: precision)
        if digits > 0 {
            bytes.append(0x2E)
            let scale: Int64 = digits == 3 ? 1_000_000 : digits == 6 ? 1_000 : 1
            append(nanoseconds / scale, width: digits, to: &bytes)
        }
        bytes.append(0x5A)
    }

    /// RFC 3339 text, see ``append(_:precision:to:)``.
    public static func string(_ time: Int64, precision: UInt8 = 0) -> String {
        var bytes: [UInt8] = []
        append(time, precision: precision, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nanoseconds since 1970 of a date and time of day in UTC; nil for one that does not exist
    /// or lies outside the range of an `Int64`. Second 60 counts as the next minute's first.
    public static func time(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64,
        nanosecond: Int64
    ) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let days = daysFromCivil(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        let (product, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
        if overflow { return nil }
        let (sum, carry) = product.addingReportingOverflow(nanosecond)
        return carry ? nil : sum
    }

    /// Days since 1970-01-01 of a proleptic Gregorian date.
    public static func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date of a day counted from 1970-01-01.
    public static func civil(fromDays days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static func split(_ time: Int64) -> (seconds: Int64, nanoseconds: Int64) {
        floorDivide(time, nanosecondsPerSecond)
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let quotient = number / divisor
        let rest = number % divisor
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    private static func fractionDigits(_ nanoseconds: Int64, atLeast precision: UInt8) -> Int {
        let exact =
            nanoseconds == 0
            ? 0 : nanoseconds % 1_000_000 == 0 ? 3 : nanoseconds % 1_000 == 0 ? 6 : 9
        let wanted = precision == 0 ? 0 : precision <= 3 ? 3 : precision <= 6 ? 6 : 9
        return max(exact, wanted)
    }

    private static func append(_ number: Int64, width: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number.magnitude
        var written = 0
        while written < width || rest > 0 {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
            written += 1
        }
        bytes[start...].reverse()
    }
}
