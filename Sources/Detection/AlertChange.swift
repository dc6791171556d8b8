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

/// Which alerts of a desk changed since somebody asked. Never longer than the desk.
struct AlertChanges: Sendable {
    private enum Mark: UInt8 {
        case none = 0
        case counted, notable
    }

    /// By index of the alert.
    private var marks: ContiguousArray<Mark> = []
    /// Those with a mark.
    private var indexes: ContiguousArray<Int32> = []

    mutating func note(_ index: Int, isNotable: Bool) {
        while marks.count <= index { marks.append(.none) }
        if marks[index] == .none { indexes.append(Int32(index)) }
        if isNotable {
            marks[index] = .notable
        } else if marks[index] == .none {
            marks[index] = .counted
        }
    }

    /// All that changed, each once; then nothing has.
    mutating func take() -> [(index: Int, isNotable: Bool)] {
        let changes = indexes.map { (index: Int($0), isNotable: marks[Int($0)] == .notable) }
        for index in indexes { marks[Int(index)] = .none }
        indexes.removeAll()
        return changes
    }
}
