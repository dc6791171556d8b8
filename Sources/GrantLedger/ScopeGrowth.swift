internal import AuditModel

/// Whether a refresh was granted more than the original grant: RFC 6749 §6. Scopes are sets of
/// space-separated words (§3.3).
///
/// Nearly every refresh has the very text of its grant, which costs one comparison. Other pairs are
/// split once and remembered, each in the one place its codes allow, so that memory is bounded.
struct ScopeGrowth: Sendable {
    private static let places = 1024

    /// `original << 32 | granted`; 0 is free.
    private var pairs = ContiguousArray<UInt64>(repeating: 0, count: places)
    private var results = ContiguousArray<Bool>(repeating: false, count: places)

    /// Whether `granted` has a scope that `original` lacks. False where one of them is unknown.
    @inline(__always)
    mutating func isGrown(from original: UInt32, to granted: UInt32, _ pool: StringPool) -> Bool {
        if original == granted || original == 0 || granted == 0 { return false }
        return look(original, granted, pool)
    }

    private mutating func look(_ original: UInt32, _ granted: UInt32, _ pool: StringPool) -> Bool {
        let pair = UInt64(original) << 32 | UInt64(granted)
        let place = Int((pair &* 0x9E37_79B9_7F4A_7C15) >> 54)
        if pairs[place] == pair { return results[place] }
        guard Int(original) < pool.count, Int(granted) < pool.count else { return false }
        let known = Set(pool.text(original).split(separator: " "))
        let isGrown = pool.text(granted).split(separator: " ").contains { !known.contains($0) }
        pairs[place] = pair
        results[place] = isGrown
        return isGrown
    }
}
