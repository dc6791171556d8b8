internal import Glibc

/// What a courier knows of the world.
public struct CourierEnvironment: Sendable {
    /// The time, nanoseconds UTC.
    public var wall: @Sendable () -> Int64
    /// Nanoseconds of a clock that never jumps.
    public var steady: @Sendable () -> Int64
    /// A random number from 0 to 1.
    public var chance: @Sendable () -> Double

    public init(
        wall: @escaping @Sendable () -> Int64, steady: @escaping @Sendable () -> Int64,
        chance: @escaping @Sendable () -> Double
    ) {
        self.wall = wall
        self.steady = steady
        self.chance = chance
    }

    /// The system's clocks and random numbers.
    public static let system = CourierEnvironment(
        wall: { read(CLOCK_REALTIME) }, steady: { read(CLOCK_MONOTONIC) },
        chance: { Double.random(in: 0...1) })

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
