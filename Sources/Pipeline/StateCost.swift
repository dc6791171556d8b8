public import AuditModel
public import Detection
public import EventStore
internal import Glibc
internal import GrantLedger

/// What it costs to store all detection state after a store's events, and to read it back: for
/// benchmarks.
public struct StateCost: Sendable {
    public var events = 0
    public var alerts = 0
    /// Refresh tokens that are remembered.
    public var tokens = 0
    /// Of the image.
    public var bytes = 0
    /// Seconds to give the image to the system, without waiting for the disk; then to check and
    /// read it.
    public var writeSeconds = 0.0
    public var readSeconds = 0.0
    /// The part of the reading that checks the digest.
    public var digestSeconds = 0.0
    /// Whether what was read gives the same image.
    public var isSame = false

    /// Runs rules over a store.
    public static func run(
        _ store: EventStore, rules: [Rule]
    ) throws(StoreError) -> DetectionRun {
        var run = DetectionRun(rules: rules)
        try StoreReplay(store).run { run.take($0, row: $1, pool: $2) }
        return run
    }

    /// Keeps the state in an unnamed file for as long as it takes.
    public static func measure(
        _ run: DetectionRun, rules: [Rule], codes: Int, directory: String
    ) throws(StateFault) -> StateCost {
        var cost = StateCost()
        cost.events = run.eventCount
        cost.alerts = run.alerts().count
        cost.tokens = run.ledger.tokenCount
        let key = DetectionRun.stateKey(rules: rules)
        var name = Array((directory + "/grantrail-state-XXXXXX").utf8CString)
        let file = mkstemp(&name)
        guard file >= 0 else { throw .unwritable("no file can be made in \(directory)") }
        unlink(name)
        defer { close(file) }
        let clock = ContinuousClock()
        var start = clock.now
        cost.bytes = try image(of: run, key) { piece throws(StateFault) in
            guard write(file, piece.baseAddress, piece.count) == piece.count else {
                throw .unwritable("the disk is full")
            }
        }
        cost.writeSeconds = seconds(clock.now - start)
        start = clock.now
        guard let map = mmap(nil, cost.bytes, PROT_READ, MAP_SHARED, file, 0), map != MAP_FAILED
        else { throw .unwritable("the file cannot be mapped") }
        defer { munmap(map, cost.bytes) }
        let bytes = UnsafeRawBufferPointer(start: map, count: cost.bytes)
        var reader = try StateReader(bytes, key: key)
        cost.digestSeconds = seconds(clock.now - start)
        let copy = try DetectionRun(rules: rules, codes: codes, from: &reader)
        try reader.finish()
        cost.readSeconds = seconds(clock.now - start)
        var place = 0
        var isSame = true
        _ = try image(of: copy, key) { piece throws(StateFault) in
            let end = min(bytes.count, place + piece.count)
            isSame = isSame
                && RawBytes.equal(piece, UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
            place = end
        }
        cost.isSame = isSame && place == bytes.count
        return cost
    }

    private static func image(
        of run: DetectionRun, _ key: ID128,
        _ flush: @escaping (UnsafeRawBufferPointer) throws(StateFault) -> Void
    ) throws(StateFault) -> Int {
        var writer = StateWriter(key: key, flush: flush)
        run.write(to: &writer)
        return try writer.finish()
    }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
