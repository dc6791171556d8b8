/// What a rule makes of the events that meet its condition, over time and by group key.
///
/// Windows are of event time, half open: an event at `t` closes the window `(t - span, t]`.
public struct Operation: Sendable, Equatable {
    public var kind: Kind
    public var window: Window
    /// What the figure must meet, all of them: a count as it is, a field's value in hundredths.
    public var bounds: [Bound]

    /// The figure, or the pattern in time.
    public enum Kind: Sendable, Equatable {
        /// Events (Sigma's `event_count`).
        case count
        /// Different values of some fields together (`value_count`).
        case distinct([RuleField])
        /// The sum, the mean (`value_sum`, `value_avg`) or the nearest-rank percentile
        /// (`value_percentile`, percent) of a number.
        case sum(RuleField)
        case average(RuleField)
        case percentile(RuleField, Int)
        /// Every input at least once (`temporal`), or one after another in the order of
        /// ``Rule/inputs`` by different events (`temporal_ordered`).
        case temporal(ordered: Bool)
        case ratio(Ratio)
        case spike(Spike)
        case newValue(NewValue)
        case geoVelocity(GeoVelocity)
        case absence(Absence)
    }

    /// A stretch of event time.
    public struct Window: Sendable, Equatable {
        public var shape: Shape
        /// Nanoseconds; for a session the longest gap between its events.
        public var span: Int64

        /// Where a window begins and ends.
        public enum Shape: String, Sendable, CaseIterable {
            /// The time before each event.
            case sliding
            /// Stretches one after another, from 1970-01-01T00:00Z on.
            case tumbling
            /// From the first event to the first gap.
            case session
            /// From the birth of the grant, or from the lineage's last rotation, at most `span`.
            case sinceGrant = "since_grant"
            case sinceRotation = "since_rotation"
        }

        public init(_ shape: Shape = .sliding, span: Int64) {
            self.shape = shape
            self.span = span
        }
    }

    /// One comparison of a figure.
    public struct Bound: Sendable, Equatable {
        public var comparison: Matcher.Comparison
        public var limit: Int

        public init(_ comparison: Matcher.Comparison, _ limit: Int) {
            self.comparison = comparison
            self.limit = limit
        }
    }

    /// Inputs that a rule may have, and events that one of them may ask for
    /// (``Rule/Input/least``); more are not looked at.
    public static let mostInputs = 32
    public static let largestLeast = 1_000

    public init(_ kind: Kind, window: Window, bounds: [Bound] = []) {
        self.kind = kind
        self.window = window
        self.bounds = bounds
    }

    /// The names of what operations find out, for texts of rules: `{count}` and so on.
    public static let figures = [
        "count", "distinct", "sum", "average", "percentile", "ratio", "expected", "window",
        "distance_km", "speed_kmh", "from_place", "to_place", "value", "silence",
        "times",
    ]
}

extension Operation {
    /// The share of input 0 among input 1, whole window.
    public struct Ratio: Sendable, Equatable {
        /// In hundredths of one: 50 is a half.
        public var atLeast: Int
        /// Events of input 1 below which nothing is said.
        public var minimum: Int

        public init(atLeast: Int, minimum: Int) {
            self.atLeast = atLeast
            self.minimum = minimum
        }
    }

    /// More events than the key's own rhythm explains: a negative-binomial tail over an
    /// hour-of-week baseline, at several window lengths; input 1, if any, is the attempts that a
    /// rise must not be explained by.
    public struct Spike: Sendable, Equatable {
        /// Nanoseconds, ascending.
        public var windows: [Int64]
        /// A key gets no verdict from its baseline before it is this old, in nanoseconds, and has
        /// this many events.
        public var learn: Int64
        public var learnEvents: Int
        /// Fewest events, and fewest multiple of the expectation in hundredths, for a verdict.
        public var floorCount: Int
        public var floorRatio: Int
        /// The largest tail probability that is a spike, as its negative decimal exponent in
        /// hundredths: 900 is 1e-9.
        public var tail: Int
        /// Fires without a baseline: for reasons that name an attack.
        public var absolute: Absolute?

        /// So many events, of so many different values, in one window, against a quiet past.
        public struct Absolute: Sendable, Equatable {
            /// The selection that names the attack; nil takes every event of the condition.
            public var selection: Int?
            public var window: Int64
            public var count: Int
            public var fields: [RuleField]
            public var distinct: Int

            public init(
                selection: Int?, window: Int64, count: Int, fields: [RuleField], distinct: Int
            ) {
                self.selection = selection
                self.window = window
                self.count = count
                self.fields = fields
                self.distinct = distinct
            }
        }

        public init(
            windows: [Int64], learn: Int64, learnEvents: Int, floorCount: Int, floorRatio: Int,
            tail: Int, absolute: Absolute?
        ) {
            self.windows = windows
            self.learn = learn
            self.learnEvents = learnEvents
            self.floorCount = floorCount
            self.floorRatio = floorRatio
            self.tail = tail
            self.absolute = absolute
        }
    }

    /// A value the key never had in the window's span.
    public struct NewValue: Sendable, Equatable {
        /// Together one value.
        public var fields: [RuleField]
        /// The key must be known for this long first, in nanoseconds.
        public var learn: Int64
        /// Other keys of the same issuer that have the value make it no news; 0 asks nobody.
        public var peers: Int

        public init(fields: [RuleField], learn: Int64, peers: Int) {
            self.fields = fields
            self.learn = learn
            self.peers = peers
        }
    }

    /// Two places of one key that nobody travels between in time. The figure is a score; points are
    /// whole numbers in hundredths.
    public struct GeoVelocity: Sendable, Equatable {
        public var speedKmh: Int
        /// Between the nearest points of both circles of uncertainty.
        public var distanceKm: Int
        /// What contexts foreign to the key add to the score.
        public var foreign: [Foreign]
        /// A network the subject used on this many days is no news, nor one that this many other
        /// subjects use; 0 switches either off.
        public var knownDays: Int
        public var peers: Int

        /// What about the presenter can be foreign to a key.
        public enum Context: String, Sendable, CaseIterable {
            case country, asn, hosting, userAgent = "user_agent", tls
        }

        /// The points of one context.
        public struct Foreign: Sendable, Equatable {
            public var context: Context
            public var hundredths: Int

            public init(_ context: Context, hundredths: Int) {
                self.context = context
                self.hundredths = hundredths
            }
        }

        public init(
            speedKmh: Int, distanceKm: Int, foreign: [Foreign], knownDays: Int, peers: Int
        ) {
            self.speedKmh = speedKmh
            self.distanceKm = distanceKm
            self.foreign = foreign
            self.knownDays = knownDays
            self.peers = peers
        }
    }

    /// Input 1 did not come within the window's span after input 0; or, without input 1, the key
    /// fell silent for longer than its own rhythm explains.
    public struct Absence: Sendable, Equatable {
        /// For the key's own rhythm, as in ``Spike/tail``.
        public var tail: Int

        public init(tail: Int) { self.tail = tail }
    }
}
