/// Counts by minute, and their sums over some windows that end in the current minute.
struct MinuteRing: Sendable {
    static let mostMinutes = 1_440

    var buckets: ContiguousArray<UInt16>
    var sums: ContiguousArray<Int32>
    var current = 0

    /// - Parameter windows: in minutes.
    init(_ windows: ContiguousArray<Int>) {
        buckets = ContiguousArray(repeating: 0, count: max(1, windows.max() ?? 1))
        sums = ContiguousArray(repeating: 0, count: windows.count)
    }

    /// Whether every window is empty.
    var isEmpty: Bool { sums.allSatisfy { $0 == 0 } }

    mutating func add() {
        guard buckets[current] < .max else { return }
        buckets[current] += 1
        for index in sums.indices { sums[index] += 1 }
    }

    /// Begins a new minute.
    mutating func turn(_ windows: ContiguousArray<Int>) {
        current = (current + 1) % buckets.count
        for index in sums.indices {
            let leaving = (current - windows[index] + buckets.count) % buckets.count
            sums[index] -= Int32(buckets[leaving])
        }
        buckets[current] = 0
    }
}
