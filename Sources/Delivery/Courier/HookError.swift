/// Why a hook's settings cannot be used.
public struct HookError: Error, Equatable, Sendable {
    /// Stable names for output.
    public enum Code: String, Sendable {
        /// The URL is none that can be posted to.
        case url = "hook.url"
        /// The URL is not encrypted, and nothing allows that.
        case insecure = "hook.insecure"
        /// A secret is too short, too long or no base64.
        case secret = "hook.secret"
        /// A topic's settings are none that a producer can have.
        case kafka = "hook.kafka"
        /// A number is out of its range.
        case range = "hook.range"
    }

    public let code: Code
    /// What could not be done: why; what to do. One line that quotes neither URL nor secret.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The exit status the command line promises.
    public var exitStatus: Int32 { 78 }
}
