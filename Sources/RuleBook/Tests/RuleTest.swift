internal import AuditModel
internal import MarkedText

/// A test that stands beside a rule: a story, events or both, and the alerts they must give.
public struct RuleTest: Sendable, Equatable {
    public var name: String
    public var line: Int
    var column: Int
    var script: Script
    var expectation: Expectation
    /// What the client's rotation policy is known to be, as in the ledger's field `rotation`.
    var rotation: String?

    /// Everything that happens in the test; its parts are mixed by time.
    struct Script: Sendable, Equatable {
        var story: StoryText?
        var events: [RawEvent] = []
    }

    /// The alerts of the test's own rule and of every rule named must be exactly those described.
    struct Expectation: Sendable, Equatable {
        var alerts: [ExpectedAlert] = []
        /// Rules that must stay silent, beside those described.
        var silent: [String] = []
    }
}

/// What a test says about one alert; nil says nothing.
struct ExpectedAlert: Sendable, Equatable {
    /// Nil is the rule in whose file the test stands.
    var rule: String?
    var level: Severity?
    var branch: String?
    var verdict: String?
    var count: ClosedRange<Int>?
    /// When the first hit was, nanoseconds since 1970.
    var first: ClosedRange<Int64>?
    /// Members of the alert's keys by name.
    var keys: [String: String] = [:]
    /// A part of the message.
    var message: String?
}

/// A story as written: its lines with their places.
struct StoryText: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        var text: String
        var place: Place
    }

    var lines: [Line]
}

/// One event written out field by field, or as its server's own record; perhaps many times.
struct RawEvent: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        var name: String
        var values: [String]
        var keyPlace: Place
        var place: Place

        /// The member with the running number of a repetition in its values.
        func numbered(_ number: Int) -> Member {
            guard values.contains(where: { $0.contains("{n}") }) else { return self }
            var member = self
            member.values = values.map { $0.replacing("{n}", with: "\(number)") }
            return member
        }
    }

    /// A record as a server writes it, without its time.
    struct Record: Sendable, Equatable {
        var dialect: String
        var text: String
        var isJSON: Bool
        /// Texts of the members of a JSON record, those one level below included.
        var members: [String: String] = [:]
        var place: Place
    }

    /// How often and when.
    enum Plan: Sendable, Equatable {
        case times(StoryRepeat)
        /// So many an hour, each somewhere in its share of it.
        case rhythm(perHour: Int, days: Int, hours: Range<Int>)
    }

    var place: Place
    /// Nanoseconds since 1970 of the first one.
    var start: Int64 = 0
    var plan = Plan.times(.once)
    var members: [Member] = []
    var record: Record?
    /// Canonical JSON.
    var payload: String = ""
    /// A story's place, such as `berlin/telekom`.
    var whereText: String?
}

extension RawEvent {
    private static let hour: Int64 = 3_600_000_000_000

    /// The times of all of them, in order.
    var times: [Int64] {
        switch plan {
        case .times(let plan):
            return (0..<plan.times).map { start + Int64(plan.offset($0)) * 1_000_000 }
        case .rhythm(let perHour, let days, let hours):
            let share = Self.hour / Int64(perHour)
            var times: [Int64] = []
            times.reserveCapacity(days * hours.count * perHour)
            for hour in 0..<(days * 24) where hours.contains(hour % 24) {
                for index in 0..<perHour {
                    let slot = start + Int64(hour) * Self.hour + Int64(index) * share
                    times.append(slot + Self.scatter(times.count) % share)
                }
            }
            return times
        }
    }

    /// A number that looks like chance and is the same every time.
    private static func scatter(_ index: Int) -> Int64 {
        var bits = UInt64(truncatingIfNeeded: index) &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        let milliseconds = Int64((bits ^ bits >> 31) >> 24)
        return milliseconds &* 1_000_000 & Int64.max
    }
}
