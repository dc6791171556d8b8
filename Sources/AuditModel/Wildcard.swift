/// Patterns in which `*` stands for any text, also none; everything else for itself.
public enum Wildcard {
    /// Whether a text is what a pattern says; upper and lower case differ. In time of the product
    /// of both lengths at most.
    public static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        var (place, step) = (0, 0)
        // Where the last star stands, and what it covers so far.
        var star: Int?
        var covered = 0
        while place < text.count {
            if step < pattern.count, pattern[step] == 0x2A {
                star = step
                covered = place
                step += 1
            } else if step < pattern.count, pattern[step] == text[place] {
                place += 1
                step += 1
            } else if let star {
                covered += 1
                place = covered
                step = star + 1
            } else {
                return false
            }
        }
        return pattern[step...].allSatisfy { $0 == 0x2A }
    }
}
