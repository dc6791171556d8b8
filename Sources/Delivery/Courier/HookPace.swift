/// When a hook's deliveries are tried again. Times are nanoseconds.
public struct RetryPolicy: Sendable, Equatable {
    /// The waits after the first failed attempt, the second and so on; the last one repeats.
    public var waits: [Int64]
    /// The share by which a wait is made longer or shorter at random, 0 to 1.
    public var jitter: Double
    /// So many failures without a success between them open the circuit breaker.
    public var failuresToOpen: Int
    /// An open breaker lets one attempt through in so long.
    public var probeInterval: Int64
    /// A receiver that asks for a longer pause than this gets this one.
    public var longestPause: Int64

    public init(
        waits: [Int64], jitter: Double, failuresToOpen: Int, probeInterval: Int64,
        longestPause: Int64
    ) {
        self.waits = waits
        self.jitter = jitter
        self.failuresToOpen = failuresToOpen
        self.probeInterval = probeInterval
        self.longestPause = longestPause
    }

    /// At once, then after 1 s, 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, 10 h and every 14 h, ± 20 %;
    /// five failures open the breaker, which probes every 5 s; pauses of at most a day.
    public static let standard = RetryPolicy(
        waits: [1, 5, 30, 300, 1800, 7200, 18_000, 36_000, 50_400].map { $0 * second },
        jitter: 0.2, failuresToOpen: 5, probeInterval: 5 * second, longestPause: 86_400 * second)

    static let second: Int64 = 1_000_000_000
}

/// How many attempts a hook gets and when: what all kinds of hooks have.
public struct HookPace: Sendable {
    /// The hook's name, unique among hooks.
    public let name: String
    /// Nanoseconds that one attempt may take as a whole.
    public let timeout: Int64
    /// Attempts that may run at the same time.
    public let inFlight: Int
    /// Nanoseconds after its commit at which a delivery is given up.
    public let maxAge: Int64
    public var policy: RetryPolicy

    /// - Parameters:
    ///   - timeout: 1 s to 120 s in nanoseconds.
    ///   - inFlight: 1 to 64.
    ///   - maxAge: nanoseconds, not negative.
    public init(
        name: String, timeout: Int64 = 15_000_000_000, inFlight: Int = 4,
        maxAge: Int64 = 259_200_000_000_000, policy: RetryPolicy = .standard
    ) throws(HookError) {
        func check(_ isRight: Bool, _ what: String) throws(HookError) {
            if !isRight {
                throw HookError(.range, "hook \(name): cannot use it: \(what); change it")
            }
        }
        let second = RetryPolicy.second
        try check((second...120 * second).contains(timeout), "timeout is not 1 s to 120 s")
        try check((1...64).contains(inFlight), "in_flight is not 1 to 64")
        try check(maxAge >= 0, "max_age is negative")
        self.name = name
        self.timeout = timeout
        self.inFlight = inFlight
        self.maxAge = maxAge
        self.policy = policy
    }
}
