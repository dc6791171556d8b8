public import AuditModel

/// Brings deliveries to one receiver, each in one attempt. Any thread may call it, and several at
/// a time do.
public protocol HookCarrier: Sendable {
    /// What a delivery keeps its order with: of one lane only one is under way at a time, and they
    /// go out in the order of their sequences. Its alert unless said otherwise.
    func lane(of delivery: HookDelivery) -> ID128

    /// Tries once and waits for the answer.
    ///
    /// - Parameter flag: once raised, the attempt breaks off.
    /// - Returns: nil if it was broken off: whether the receiver has the message is not known.
    func carry(_ delivery: HookDelivery, _ flag: AbandonFlag) -> HookAnswer?

    /// Lets go of connections; nothing is carried afterwards.
    func close()
}

extension HookCarrier {
    /// The delivery's alert.
    public func lane(of delivery: HookDelivery) -> ID128 { delivery.alert }

    /// Does nothing.
    public func close() {}
}

/// Posts deliveries to a webhook.
public struct WebhookCarrier: HookCarrier {
    private let settings: HookSettings
    private let transport: any HookTransport
    private let version: String
    private let groupsIncidents: Bool
    private let wall: @Sendable () -> Int64
    private let render: @Sendable (HookDelivery) -> RenderedBody?

    /// - Parameters:
    ///   - version: of the program, for the `user-agent`.
    ///   - groupsIncidents: whether the receiver sees incidents, which then keep an order each.
    ///   - wall: the time, nanoseconds UTC.
    ///   - render: the message for a delivery; nil if there is none, which makes it dead.
    public init(
        _ settings: HookSettings, transport: any HookTransport, version: String,
        groupsIncidents: Bool = false,
        wall: @escaping @Sendable () -> Int64 = CourierEnvironment.system.wall,
        render: @escaping @Sendable (HookDelivery) -> RenderedBody?
    ) {
        self.settings = settings
        self.transport = transport
        self.version = version
        self.groupsIncidents = groupsIncidents
        self.wall = wall
        self.render = render
    }

    /// The delivery's alert, or its incident: the one that it was told under first, whatever that
    /// became part of.
    public func lane(of delivery: HookDelivery) -> ID128 {
        guard groupsIncidents, let incident = AlertNotice.incident(of: delivery.body)
        else { return delivery.alert }
        return ID128(high: incident.bits, low: 0)
    }

    /// See ``HookCarrier``.
    public func carry(_ delivery: HookDelivery, _ flag: AbandonFlag) -> HookAnswer? {
        guard let rendered = render(delivery),
            let request = HookRequest(
                settings, messageID: delivery.messageID, rendered: rendered, time: wall(),
                version: version)
        else { return .unsendable }
        return transport.send(request, flag)
    }
}
