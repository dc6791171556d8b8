internal import CPCRE2

/// A Perl-compatible regular expression (Sigma's `re`), matched with bounded effort: an input that
/// would take longer does not match.
public final class RegexPattern: Sendable, Equatable {
    public let source: String
    public let options: Options
    /// Immutable after `init`; PCRE2 allows one compiled pattern in many threads.
    private nonisolated(unsafe) let code: OpaquePointer

    /// Sigma's sub-modifiers `i`, `m`, `s`.
    public struct Options: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let ignoresCase = Options(rawValue: 1)
        public static let multiline = Options(rawValue: 2)
        public static let dotMatchesLineEnds = Options(rawValue: 4)
    }

    /// What is wrong with an expression, and at which character.
    public struct SyntaxError: Error, Equatable {
        public var message: String
        public var offset: Int
    }

    /// Steps of matching after which a text counts as no match.
    static let mostSteps: UInt32 = 100_000

    public init(_ source: String, options: Options = []) throws(SyntaxError) {
        var flags: UInt32 = UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_INVALID_UTF)
            | UInt32(PCRE2_NEVER_BACKSLASH_C)
        if options.contains(.ignoresCase) { flags |= UInt32(PCRE2_CASELESS) }
        if options.contains(.multiline) { flags |= UInt32(PCRE2_MULTILINE) }
        if options.contains(.dotMatchesLineEnds) { flags |= UInt32(PCRE2_DOTALL) }
        var number: Int32 = 0
        var offset = 0
        var text = source
        let compiled = text.withUTF8 { bytes in
            pcre2_compile_8(bytes.baseAddress, bytes.count, flags, &number, &offset, nil)
        }
        guard let compiled else {
            let prefix = String(decoding: Array(source.utf8).prefix(offset), as: UTF8.self)
            throw SyntaxError(message: Self.message(number), offset: prefix.unicodeScalars.count)
        }
        code = compiled
        self.source = source
        self.options = options
    }

    deinit { pcre2_code_free_8(code) }

    /// Whether the expression matches anywhere in a text.
    func matches(_ text: String) -> Bool {
        guard let data = pcre2_match_data_create_8(1, nil),
            let context = pcre2_match_context_create_8(nil)
        else { return false }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_match_limit_8(context, Self.mostSteps)
        pcre2_set_depth_limit_8(context, Self.mostSteps)
        var text = text
        return text.withUTF8 { bytes in
            pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, 0, data, context) >= 0
        }
    }

    public static func == (left: RegexPattern, right: RegexPattern) -> Bool {
        left.source == right.source && left.options == right.options
    }

    private static func message(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(number, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, Int(count))), as: UTF8.self)
    }
}
