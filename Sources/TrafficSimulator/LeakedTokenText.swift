internal import AuditModel

/// The compact form (RFC 7515 §7.1) of a token that an event leaks, as this server would sign it:
/// its `jti` is the id that the log shows where the token was issued. The signature is random.
enum LeakedTokenText {
    static func bytes(
        _ leak: LeakedToken, of event: SimulatedEvent, _ world: SimulatedWorld
    ) -> [UInt8] {
        let algorithm = leak.isRefreshToken ? "HS512" : "RS256"
        var random = SeededRandom(
            seed: world.seed, domain: 14, index: leak.id.high ^ leak.id.low)
        let header =
            "{\"alg\":\"\(algorithm)\",\"typ\":\"JWT\",\"kid\":\""
            + "\(world.realms[world.clients[event.client].realm].id.uuidText)\"}"
        let signature = (0..<(leak.isRefreshToken ? 64 : 256)).map { _ in
            UInt8(random.below(256))
        }
        return base64URL(Array(header.utf8)) + [0x2E]
            + base64URL(Array(claims(leak, of: event, world).utf8)) + [0x2E]
            + base64URL(signature)
    }

    private static func claims(
        _ leak: LeakedToken, of event: SimulatedEvent, _ world: SimulatedWorld
    ) -> String {
        let client = world.clients[event.client]
        let issued = leak.issued / 1000
        let realm = String(decoding: world.realms[client.realm].name, as: UTF8.self)
        let issuer = "https://sso.acme.example/realms/\(realm)"
        return "{\"exp\":\(issued + leak.lifetime),\"iat\":\(issued),\"jti\":\""
            + "\(identifier(leak, client, world))\",\"iss\":\"\(issuer)\",\"aud\":\""
            + "\(leak.isRefreshToken ? issuer : "account")\",\"sub\":\""
            + "\(world.subjectID(event.subject) ?? "")\",\"typ\":\""
            + "\(leak.isRefreshToken ? "Refresh" : "Bearer")\",\"azp\":\"\(client.name)\""
            + ",\"sid\":\"\(world.sessionText(leak.session))\",\"scope\":\"\(client.scope)\"}"
    }

    /// The id as the log writes it.
    private static func identifier(
        _ leak: LeakedToken, _ client: SimulatedClient, _ world: SimulatedWorld
    ) -> String {
        guard world.release == .later, !leak.isRefreshToken else { return leak.id.uuidText }
        return (client.isOffline ? "ofrt" : "onrt") + (leak.isFromCode ? "ac" : "rt") + ":"
            + leak.id.uuidText
    }

    /// Without padding, RFC 4648 §5.
    private static func base64URL(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let left = min(3, bytes.count - index)
            var word: UInt64 = 0
            for place in 0..<3 {
                word = word << 8 | (place < left ? UInt64(bytes[index + place]) : 0)
            }
            for place in 0...left {
                text.append(LineBuffer.urlSafeDigit(word >> UInt64(18 - 6 * place)))
            }
            index += 3
        }
        return text
    }
}
