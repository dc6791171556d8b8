internal import AuditModel
internal import GrantLedger

/// Where the window of an event begins: events at or before that time are outside.
struct WindowClock: Sendable {
    let window: Operation.Window

    func start(at time: Int64, _ transition: Transition?) -> Int64 {
        let (sliding, overflow) = time.subtractingReportingOverflow(window.span)
        let bounded = overflow ? Int64.min : sliding
        switch window.shape {
        case .sliding, .session: return bounded
        case .tumbling:
            let place = time % window.span
            return time - (place < 0 ? place + window.span : place) - 1
        case .sinceGrant: return max(bounded, Self.before(transition?.grantStart))
        case .sinceRotation: return max(bounded, Self.before(transition?.rotationStart))
        }
    }

    /// Events at or before this are in no later window of any event; `.min` for a session, whose
    /// events stay until it ends.
    func horizon(at time: Int64) -> Int64 {
        if window.shape == .session { return .min }
        let (bounded, overflow) = time.subtractingReportingOverflow(window.span)
        return overflow ? .min : bounded
    }

    /// Whether an event opens a new session after the one whose last event was at `last`.
    func opensSession(at time: Int64, after last: Int64?) -> Bool {
        guard window.shape == .session else { return false }
        guard let last else { return true }
        let (gap, overflow) = time.subtractingReportingOverflow(last)
        return overflow || gap > window.span
    }

    /// `60 s`, or `60 s (session)`.
    var text: String {
        let span = DurationText.text(window.span)
        return window.shape == .sliding ? span : "\(span) (\(window.shape.rawValue))"
    }

    private static func before(_ time: Int64?) -> Int64 {
        guard let time, time > .min else { return .min }
        return time - 1
    }
}

extension Operation.Bound {
    func holds(_ figure: Int) -> Bool {
        PredicateTest.compare(comparison, figure, limit)
    }
}

extension [Operation.Bound] {
    /// `>= 10`, for explanations.
    func text(_ figure: (Int) -> String) -> String {
        map { bound in
            let sign =
                switch bound.comparison {
                case .equal: "="
                case .notEqual: "!="
                case .greater: ">"
                case .greaterOrEqual: ">="
                case .less: "<"
                case .lessOrEqual: "<="
                }
            return "\(sign) \(figure(bound.limit))"
        }.joined(separator: " and ")
    }
}
