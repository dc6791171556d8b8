public import AuditModel
public import WireFormat

/// One place where alerts go.
public struct SinkConfiguration: Sendable {
    /// What it is, by kind.
    public enum Kind: Sendable {
        case standardOutput(StandardOutput)
        case file(FileSinkConfiguration)
        case webhook(WebhookConfiguration)
        case kafka(TopicConfiguration)
    }

    /// The form of alerts for people and programs that read lines.
    public enum Format: String, Sendable {
        case ndjson, text
    }

    /// Alerts on standard output.
    public struct StandardOutput: Sendable {
        public var format: Format
    }

    /// Unlike the name of every other sink.
    public var name: String
    public var kind: Kind
    public var routing: SinkRouting

    /// The least severity that is sent.
    public var least: Severity { routing.least }
}

/// Alerts in a file.
public struct FileSinkConfiguration: Sendable, Equatable {
    public var path: String
    public var format: SinkConfiguration.Format
    /// Bytes beyond which the file does not grow before it is put aside; 0 for never.
    public var rotate: Int64
    /// Files put aside that are kept.
    public var keep: Int
}

/// An HTTP endpoint that gets alerts.
public struct WebhookConfiguration: Sendable, Equatable {
    /// The form of a request's body.
    public enum Body: String, Sendable, CaseIterable {
        case grantrail, cloudevents
        case cloudeventsBinary = "cloudevents-binary"
        case ocsf, slack, pagerduty

        /// Whether only a signature can tell the receiver who sent it.
        var wantsSignature: Bool {
            switch self {
            case .grantrail, .cloudevents, .cloudeventsBinary: true
            case .ocsf, .slack, .pagerduty: false
            }
        }

        /// Whether programs read it from a topic: not what is made for one service's endpoint.
        var fitsTopics: Bool { self != .slack && self != .pagerduty }
    }

    /// What is said of persons.
    public enum Persons: String, Sendable {
        case full, pseudonym, none
    }

    /// What one message is about.
    public enum Group: String, Sendable {
        case alert, incident
    }

    /// Checked; may hold a secret: show ``shownURL``.
    public var url: WebhookURL
    /// Whether the URL came from a secret's place.
    public var isURLSecret: Bool
    public var body: Body
    public var group: Group
    public var secret: SecretReference?
    public var previousSecret: SecretReference?
    /// PagerDuty's.
    public var routingKey: SecretReference?
    public var persons: Persons
    public var allowsPrivate: Bool
    public var allowsHTTP: Bool
    /// Nil for the system's authorities.
    public var authorities: String?
    /// Nanoseconds that one request may take.
    public var timeout: Int64
    public var inFlight: Int
    /// Nanoseconds after which an alert that could not be delivered is dead.
    public var maxAge: Int64
    public var budget: BudgetConfiguration

    /// The URL as it may be shown: without its query, and no more than its host if the rest is a
    /// secret, as with Slack.
    public var shownURL: String { url.shown(isSecret: isURLSecret || body == .slack) }
}

/// How many alerts a webhook is told one by one within 24 hours.
public struct BudgetConfiguration: Sendable, Equatable {
    /// Of severity high or critical.
    public var pages: Int
    /// Less severe ones.
    public var tickets: Int
}

/// Which alerts a sink gets.
public struct SinkRouting: Sendable, Equatable {
    /// The least severity.
    public var least: Severity
    /// Names of rules; `*` stands for any text. Empty for all, as with the others.
    public var rules: [String]
    public var clients: [String]
    public var tenants: [String]

    public init(
        least: Severity, rules: [String] = [], clients: [String] = [], tenants: [String] = []
    ) {
        self.least = least
        self.rules = rules
        self.clients = clients
        self.tenants = tenants
    }

    /// Whether severity alone decides.
    public var isBySeverity: Bool { rules.isEmpty && clients.isEmpty && tenants.isEmpty }

    /// Whether an alert goes to the sink. One without a client meets only patterns that fit an
    /// empty text, such as `*`.
    ///
    /// - Parameter rule: the rule's name, such as `REF-01`.
    public func takes(rule: String, client: String?, tenant: String?, severity: Severity) -> Bool {
        func meets(_ text: String?, _ patterns: [String]) -> Bool {
            patterns.isEmpty || patterns.contains { Wildcard.matches(text ?? "", $0) }
        }
        return severity >= least && meets(rule, rules) && meets(client, clients)
            && meets(tenant, tenants)
    }
}
