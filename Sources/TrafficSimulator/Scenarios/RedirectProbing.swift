internal import AuditModel

extension AttackScenario {
    /// Redirect URIs that are not registered are tried one after another.
    public static let redirectProbing = AttackScenario(
        "A23", "unregistered redirect URIs tried one after another",
        expect: ["COD-06", "VAL-01"], events: { _ in 9 },
        act: { engine, number, time in engine.probeRedirect(number, at: time) })

    /// What is tried, by ``SimulatedEvent/variant`` counted from 1.
    static let probes: [StaticString] = [
        "https://evil.example/callback", "https://shop.acme.example.evil.example/callback",
        "https://shop.acme.example/callback/../redirect", "https://shop-acme.example/callback",
        "https://shop.acme.example@evil.example/", "http://localhost:8080/callback",
        "https://shop.acme.example/callback?next=https://evil.example",
        "https://old.acme.example/callback", "https://shop.acme.example%2eevil.example/callback",
    ]
}

extension Engine {
    fileprivate mutating func probeRedirect(_ number: Int, at time: Int64) {
        if thieves[number].acts == 0 { chooseTarget(number, [.browser]) }
        var refused = theftEvent(.loginError, number, at: time)
        refused.failure = .redirectURI
        refused.variant = UInt8(clamping: thieves[number].acts + 1)
        events.append(refused)
        _ = goOn(number, of: AttackScenario.probes.count, within: 7 * 60_000, at: time)
    }
}
