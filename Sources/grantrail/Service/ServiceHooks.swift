import ArgumentParser
import AuditModel
import Configuration
import Delivery
import EventStore
import KafkaAccess
import Pipeline
import TokenScan
import WireFormat

/// From the configuration's webhooks and topics to hooks that deliver.
struct ServiceHooks {
    let hooks: [LiveHook]
    let courier: Courier?

    /// - Parameters:
    ///   - store: the store's identity, the source of what is sent.
    ///   - key: makes pseudonyms.
    init(
        _ configuration: ServiceConfiguration, store: ID128, key: FingerprintKey
    ) throws(HookError) {
        let carried = try Self.carried(configuration, store: store, key: key)
        let names = Set(carried.map(\.pace.name))
        hooks = configuration.sinks.filter { names.contains($0.name) }.map { sink in
            LiveHook(
                name: sink.name, groupsIncidents: Self.groupsIncidents(sink),
                budget: Self.budget(sink), takes: sink.routing.takes)
        }
        // The service looks for outcomes in every cycle, twenty times a second.
        courier = carried.isEmpty ? nil : Courier(hooks: carried, onOutcome: {})
    }

    private static func groupsIncidents(_ sink: SinkConfiguration) -> Bool {
        guard case .webhook(let webhook) = sink.kind else { return false }
        return webhook.group == .incident
    }

    /// The budget of a webhook; programs that read topics are not flooded.
    private static func budget(_ sink: SinkConfiguration) -> NotificationBudget? {
        guard case .webhook(let webhook) = sink.kind else { return nil }
        return NotificationBudget(webhook.budget)
    }

    /// All webhooks and topics as the courier wants them.
    static func carried(
        _ configuration: ServiceConfiguration, store: ID128, key: FingerprintKey
    ) throws(HookError) -> [CourierHook] {
        let transport = CurlTransport(wall: ServiceClock.system.wall)
        var carried: [CourierHook] = []
        for sink in configuration.sinks {
            switch sink.kind {
            case .standardOutput, .file: break
            case .webhook(let webhook):
                let settings = try settings(webhook, sink.name)
                var context = context(webhook.persons, webhook.routingKey, store, key)
                context.groupsIncidents = webhook.group == .incident
                let writer = BodyWriter(kind: kind(webhook.body), context: context)
                let carrier = WebhookCarrier(
                    settings, transport: transport, version: Grantrail.configuration.version,
                    groupsIncidents: context.groupsIncidents,
                    render: { writer.render($0.body, sequence: $0.sequence) })
                carried.append(CourierHook(pace: settings.pace, carrier: carrier))
            case .kafka(let topic):
                let settings = try settings(topic, sink.name)
                let writer = BodyWriter(
                    kind: kind(topic.body), context: context(topic.persons, nil, store, key),
                    binding: .kafka)
                let carrier = TopicCarrier(settings) {
                    writer.render($0.body, sequence: $0.sequence)
                }
                carried.append(CourierHook(pace: settings.pace, carrier: carrier))
            }
        }
        return carried
    }

    private static func settings(
        _ webhook: WebhookConfiguration, _ name: String
    ) throws(HookError) -> HookSettings {
        var secrets: [WebhookSecret] = []
        for reference in [webhook.secret, webhook.previousSecret] {
            guard let text = reference?.secret?.reveal() else { continue }
            secrets.append(try WebhookSecret(text))
        }
        return try HookSettings(
            pace: HookPace(
                name: name, timeout: webhook.timeout, inFlight: webhook.inFlight,
                maxAge: webhook.maxAge),
            url: webhook.url.text, body: kind(webhook.body), secrets: secrets,
            allowPrivate: webhook.allowsPrivate, allowHTTP: webhook.allowsHTTP,
            authorities: webhook.authorities)
    }

    private static func settings(
        _ topic: TopicConfiguration, _ name: String
    ) throws(HookError) -> TopicSettings {
        try TopicSettings(
            pace: HookPace(
                name: name, timeout: topic.timeout, inFlight: topic.inFlight,
                maxAge: topic.maxAge),
            cluster: KafkaCluster(topic.cluster), topic: topic.topic)
    }

    private static func kind(_ body: WebhookConfiguration.Body) -> HookBody {
        HookBody(rawValue: body.rawValue) ?? .grantrail
    }

    private static func context(
        _ persons: WebhookConfiguration.Persons, _ routingKey: SecretReference?, _ store: ID128,
        _ key: FingerprintKey
    ) -> BodyContext {
        BodyContext(
            store: store.uuidText, version: Grantrail.configuration.version,
            pii: PIIProfile(rawValue: persons.rawValue) ?? .none,
            routingKey: routingKey?.secret?.revealText() ?? "", pseudonymKey: key.pseudonymKey)
    }
}

extension NotificationBudget {
    init(_ budget: BudgetConfiguration) {
        self.init(pages: budget.pages, tickets: budget.tickets)
    }
}
