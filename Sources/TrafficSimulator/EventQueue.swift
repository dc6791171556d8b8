/// What an actor does when its time comes.
enum Action: UInt8, Sendable {
    case open, login, redeem, refresh, again, restore, logout, userInfo, introspect, exchange
    case tabLogin, tabRedeem, machine, attack
    case failures, failure
}

/// One planned act.
struct PlannedAct: Comparable, Sendable {
    /// Milliseconds since 1970 UTC.
    var time: Int64
    var actor: UInt32
    /// Counts the acts an actor ever planned, so that equal times keep their order.
    var sequence: UInt32
    var action: Action
    /// Which of an application's lineages.
    var slot: UInt8
    /// The state of the application this act belongs to; an act of an earlier state is dropped.
    var epoch: UInt32

    static func < (left: PlannedAct, right: PlannedAct) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.actor != right.actor { return left.actor < right.actor }
        return left.sequence < right.sequence
    }
}

/// The acts to come, earliest first: a binary heap.
struct EventQueue<Act: Comparable & Sendable>: Sendable {
    private var heap: ContiguousArray<Act> = []

    var count: Int { heap.count }

    /// The earliest act, which stays.
    var first: Act? { heap.first }

    mutating func push(_ act: Act) {
        heap.append(act)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard act < heap[parent] else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = act
    }

    mutating func pop() -> Act? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first }
        var hole = 0
        while true {
            var child = 2 * hole + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < last else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = last
        return first
    }
}
