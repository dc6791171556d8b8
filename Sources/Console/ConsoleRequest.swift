/// What a client asks for: `GET`, or `HEAD`, which is answered like it without a body.
public struct ConsoleRequest: Sendable, Equatable {
    /// As the client wrote it, from the first `/` to before a `?`.
    public var path: String
    /// What follows the `?`; empty when nothing does.
    public var query: String
    /// The header `Accept`, several of them joined by commas.
    public var accept: String?

    /// - Parameter accept: the header `Accept`.
    public init(path: String, query: String = "", accept: String? = nil) {
        self.path = path
        self.query = query
        self.accept = accept
    }

    /// Whether the query names something, with a value or without.
    public func asks(for name: String) -> Bool {
        query.split(separator: "&").contains { part in
            part.prefix { $0 != "=" } == name
        }
    }
}

/// What a client gets.
public struct ConsoleAnswer: Sendable, Equatable {
    /// An HTTP status, 200 to 599.
    public var status: Int
    public var contentType: String
    public var body: [UInt8]

    /// - Parameter contentType: a media type in ASCII without line ends.
    public init(status: Int = 200, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// Plain text.
    public static func text(_ text: String, status: Int = 200) -> ConsoleAnswer {
        ConsoleAnswer(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }
}

/// Bounds that keep strangers from using the process up.
public struct ConsoleLimits: Sendable {
    /// Clients that are answered at the same time; more get 503.
    public var connections = 32
    /// Bytes of a request with its headers.
    public var requestBytes = 8 << 10
    /// Milliseconds in which a request must be there.
    public var readMilliseconds = 5_000
    /// Milliseconds in which a client must take its answer.
    public var writeMilliseconds = 10_000

    public init() {}
}

/// Why pages cannot be served.
public struct ConsoleError: Error, Sendable, Equatable {
    /// A stable name.
    public enum Code: String, Sendable {
        case portTaken = "http.port_taken"
        case forbidden = "http.forbidden"
        case address = "http.address"
        case failed = "http.failed"
    }

    public var code: Code
    /// What could not be done: why; what to do.
    public var message: String
    /// What is wrong is in the configuration.
    public var exitStatus: Int32 { 78 }
}
