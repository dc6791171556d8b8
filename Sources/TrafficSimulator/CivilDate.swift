internal import WireFormat

/// The date of a day, as server logs write it.
enum CivilDate {
    /// `yyyy-MM-dd` of a day counted from 1970-01-01.
    static func text(day: Int64) -> String {
        let date = TimeText.civil(fromDays: day)
        let month = date.month < 10 ? "0\(date.month)" : "\(date.month)"
        let dayOfMonth = date.day < 10 ? "0\(date.day)" : "\(date.day)"
        return "\(date.year)-\(month)-\(dayOfMonth)"
    }
}
