import ArgumentParser
import AuditModel
import Configuration
import Delivery
import EventStore
import Pipeline
import TokenScan

/// From the configuration's webhooks to hooks that deliver.
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
        hooks = configuration.sinks.compactMap { sink in
            guard case .webhook(let webhook) = sink.kind else { return nil }
            return LiveHook(
                name: sink.name, groupsIncidents: webhook.group == .incident,
                takes: sink.routing.takes)
        }
        if hooks.isEmpty {
            courier = nil
            return
        }
        // The service looks for outcomes in every cycle, twenty times a second.
        courier = Courier(
            hooks: carried, transport: CurlTransport(wall: ServiceClock.system.wall),
            version: Grantrail.configuration.version, onOutcome: {})
    }

    /// All webhooks as the courier wants them.
    static func carried(
        _ configuration: ServiceConfiguration, store: ID128, key: FingerprintKey
    ) throws(HookError) -> [CourierHook] {
        var carried: [CourierHook] = []
        for sink in configuration.sinks {
            guard case .webhook(let webhook) = sink.kind else { continue }
            let writer = writer(webhook, store: store, key: key)
            carried.append(
                CourierHook(settings: try settings(webhook, sink.name)) { delivery in
                    writer.render(delivery.body, sequence: delivery.sequence)
                })
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
            name: name, url: webhook.url.text, body: HookBody(rawValue: webhook.body.rawValue)
                ?? .grantrail, secrets: secrets, timeout: webhook.timeout,
            inFlight: webhook.inFlight, maxAge: webhook.maxAge,
            allowPrivate: webhook.allowsPrivate, allowHTTP: webhook.allowsHTTP,
            authorities: webhook.authorities)
    }

    private static func writer(
        _ webhook: WebhookConfiguration, store: ID128, key: FingerprintKey
    ) -> BodyWriter {
        BodyWriter(
            kind: HookBody(rawValue: webhook.body.rawValue) ?? .grantrail,
            context: BodyContext(
                store: store.uuidText, version: Grantrail.configuration.version,
                pii: PIIProfile(rawValue: webhook.persons.rawValue) ?? .none,
                routingKey: webhook.routingKey?.secret?.revealText() ?? "",
                pseudonymKey: key.pseudonymKey, groupsIncidents: webhook.group == .incident))
    }
}
