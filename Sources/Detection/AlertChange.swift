public import AuditModel

/// An alert that was raised or revised.
public struct AlertChange: Sendable, Equatable {
    /// As it stands now.
    public var alert: Alert
    /// Whether people should hear of it: it is new, or became worse, or other branches of its
    /// lineage act. False for a mere recount: `count`, `lastSeen`, `evidence`.
    public var isNotable: Bool

    public init(alert: Alert, isNotable: Bool) {
        self.alert = alert
        self.isNotable = isNotable
    }
}

/// Which alerts of a desk changed since somebody asked, and those of them that left it since.
/// Bounded: the former by the desk, the latter by a number of their own.
struct AlertChanges: Sendable {
    private enum Mark: UInt8 {
        case none = 0
        case counted, notable
    }

    /// By index of the alert.
    private var marks: ContiguousArray<Mark> = []
    /// Those with a mark.
    private var indexes: ContiguousArray<Int32> = []
    /// As they stood when they left, the oldest first.
    private var departed: [AlertChange] = []
    /// So many of the last to leave are kept, and up to as many again.
    private let mostDeparted: Int
    /// Those that nobody asked for before others took their room.
    private(set) var untold = 0

    init(mostDeparted: Int) { self.mostDeparted = mostDeparted }

    mutating func note(_ index: Int, isNotable: Bool) {
        while marks.count <= index { marks.append(.none) }
        if marks[index] == .none { indexes.append(Int32(index)) }
        if isNotable {
            marks[index] = .notable
        } else if marks[index] == .none {
            marks[index] = .counted
        }
    }

    /// Keeps an alert that leaves its slot to another, if it has changed. The other must be noted.
    mutating func depart(_ alert: Alert, from index: Int) {
        guard index < marks.count, marks[index] != .none else { return }
        if departed.count == 2 * mostDeparted {
            departed.removeFirst(mostDeparted)
            untold += mostDeparted
        }
        departed.append(AlertChange(alert: alert, isNotable: marks[index] == .notable))
    }

    /// All that changed, each once; then nothing has.
    mutating func take(from alerts: [Alert]) -> [AlertChange] {
        var changes = departed
        changes.reserveCapacity(departed.count + indexes.count)
        for index in indexes {
            let alert = alerts[Int(index)]
            let isNotable = marks[Int(index)] == .notable
            marks[Int(index)] = .none
            // One that late events made vanish is none.
            if !alert.id.isNone { changes.append(AlertChange(alert: alert, isNotable: isNotable)) }
        }
        departed.removeAll()
        indexes.removeAll()
        return changes
    }
}
