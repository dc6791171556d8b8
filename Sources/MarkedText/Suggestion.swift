/// The nearest of some names to a misspelt one.
public enum Suggestion {
    /// The candidate within a third of the word's length in edits; nil when none is that near.
    /// Ties go to the first in alphabetical order.
    public static func nearest(
        to word: String, among candidates: some Sequence<String>
    ) -> String? {
        let typed = Array(word.lowercased().utf8.prefix(longest))
        let allowed = max(1, (typed.count + 1) / 3)
        var best: (distance: Int, name: String)?
        for name in candidates.sorted() {
            let other = Array(name.lowercased().utf8)
            guard other.count <= longest, abs(other.count - typed.count) <= allowed
            else { continue }
            let distance = distance(typed, other)
            if distance <= allowed, distance < best?.distance ?? .max { best = (distance, name) }
        }
        return best?.name
    }

    /// `; did you mean 'x'?`, or nothing.
    public static func phrase(
        for word: String, among candidates: some Sequence<String>
    ) -> String {
        nearest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
    }

    private static let longest = 64

    /// Damerau's distance for adjacent swaps: insertions, deletions, replacements, swaps.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
