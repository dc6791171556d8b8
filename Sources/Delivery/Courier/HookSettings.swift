public import WireFormat

/// One webhook as the configuration has it.
public struct HookSettings: Sendable {
    public let pace: HookPace
    public let url: WebhookURL
    public let body: HookBody
    /// What messages are signed with: the current secret and, while it is rotated, the previous
    /// one. Empty: messages are not signed.
    public let secrets: [WebhookSecret]
    /// Whether it may connect to addresses that are not public.
    public let allowPrivate: Bool
    /// A PEM file with the authorities to trust in place of the system's.
    public let authorities: String?

    public init(
        pace: HookPace, url: String, body: HookBody = .grantrail, secrets: [WebhookSecret] = [],
        allowPrivate: Bool = false, allowHTTP: Bool = false, authorities: String? = nil
    ) throws(HookError) {
        switch WebhookURL.read(url) {
        case .success(let read): self.url = read
        case .failure(let fault):
            throw HookError(.url, "hook \(pace.name): cannot use the URL: it \(fault.reason)")
        }
        if !self.url.isEncrypted, !allowHTTP {
            throw HookError(
                .insecure, "hook \(pace.name): cannot use the URL: alerts would cross the network "
                    + "unencrypted; write https://, or set allow_http")
        }
        guard secrets.count <= 2 else {
            throw HookError(
                .secret, "hook \(pace.name): cannot sign with \(secrets.count) secrets: a hook has "
                    + "a current and a previous one; remove the others")
        }
        self.pace = pace
        self.body = body
        self.secrets = secrets
        self.allowPrivate = allowPrivate
        self.authorities = authorities
    }
}
