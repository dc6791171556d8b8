/// The form in which a hook gets alerts.
public enum HookBody: String, Sendable, CaseIterable {
    /// Grantrail's own alert inside the envelope of Standard Webhooks 1.0.
    case grantrail
    /// CloudEvents 1.0, structured content mode.
    case cloudevents
    /// CloudEvents 1.0, binary content mode.
    case cloudeventsBinary = "cloudevents-binary"
    /// OCSF 1.8.0 Detection Finding (class 2004).
    case ocsf
    /// Slack incoming webhook.
    case slack
    /// PagerDuty Events API v2.
    case pagerduty
}

/// What carries a body, where forms differ by it.
public enum BodyBinding: Sendable {
    /// A request over HTTP.
    case web
    /// A message of Kafka.
    case kafka
}

/// What is sent: the bytes, and the headers that belong to them.
public struct RenderedBody: Sendable, Equatable {
    /// Names in lower case, with `content-type`. Values are printable ASCII, or with Kafka text
    /// without control characters.
    public var headers: [(name: String, value: String)]
    public var bytes: [UInt8]
    /// The grant of the alert, or else the alert: what belongs together has it in common.
    public var partitionKey: String

    public init(
        headers: [(name: String, value: String)], bytes: [UInt8], partitionKey: String = ""
    ) {
        self.headers = headers
        self.bytes = bytes
        self.partitionKey = partitionKey
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.bytes == right.bytes && left.partitionKey == right.partitionKey
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}
