/// One thing that a live run tells its operator.
public struct LiveLogLine: Sendable {
    /// How much it matters.
    public enum Level: String, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        public static func < (left: Level, right: Level) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    public var level: Level
    /// A stable name such as `run.started`.
    public var code: String
    /// One line for people, without secrets.
    public var message: String

    public init(_ level: Level, _ code: String, _ message: String) {
        self.level = level
        self.code = code
        self.message = message
    }
}
