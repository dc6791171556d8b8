/// One alert as a message of Kafka.
struct TopicMessage {
    /// The header with the alert's id, `.` and its revision: equal on every attempt.
    static let idHeader = "grantrail-id"

    let key: String
    let headers: [(name: String, value: String)]
    let value: [UInt8]

    init(id: String, _ rendered: RenderedBody) {
        key = rendered.partitionKey
        headers = [(Self.idHeader, id)] + rendered.headers
        value = rendered.bytes
    }
}
