internal import MarkedText
internal import WireFormat

/// What the settings of a sink must be together.
extension SettingReader {
    mutating func checkSinks(_ sinks: [SettingSection]) {
        var files: [String: String] = [:]
        for sink in sinks {
            let name = sink.text("name") ?? ""
            switch sink.text("type") {
            case "webhook": checkWebhook(sink, "sink '\(name)'")
            case "file":
                guard let path = sink.text("path") else { continue }
                if let other = files[path] {
                    refuse(
                        .conflict, "path", of: sink,
                        "sink '\(other)' writes to this file already",
                        remedy: "give each a file of its own")
                }
                files[path] = name
            default: break
            }
        }
    }

    private mutating func checkWebhook(_ sink: SettingSection, _ what: String) {
        guard let body = sink.text("body").flatMap(WebhookConfiguration.Body.init(rawValue:))
        else { return }
        checkURL(sink, body)
        checkSignature(sink, body, what)
        if body == .pagerduty, isMissing("routing_key", of: sink) {
            refuse(
                .missingKey, nil, of: sink, "\(what) has no 'routing_key'",
                remedy: "PagerDuty shows it with the service's Events API v2 integration: "
                    + "routing_key: {secret_env: VARIABLE}")
        } else if body != .pagerduty, sink["routing_key"] != nil {
            refuse(
                .conflict, "routing_key", of: sink, "routing_key belongs to body: pagerduty",
                remedy: "leave it out, or write body: pagerduty")
        }
    }

    private mutating func checkURL(
        _ sink: SettingSection, _ body: WebhookConfiguration.Body
    ) {
        guard let text = sink.urlText else { return }
        switch WebhookURL.read(text) {
        case .failure(let fault):
            refuse(.missingSecret, "url", of: sink, "the secret is no URL: it \(fault.reason)")
        case .success(let url):
            if !url.isEncrypted, !sink.truth("allow_http") {
                refuse(
                    .unsafeURL, "url", of: sink, "alerts would travel unencrypted",
                    remedy: "write https, or set allow_http: true")
            }
            if body == .slack, sink.text("url") != nil {
                refuse(
                    .literalSecret, "url", of: sink,
                    "whoever knows a Slack URL may post: it is a secret",
                    remedy: "write {secret_env: VARIABLE} or {secret_file: PATH}", .warning)
            }
        }
    }

    private mutating func checkSignature(
        _ sink: SettingSection, _ body: WebhookConfiguration.Body, _ what: String
    ) {
        for setting in ["secret", "previous_secret"] {
            guard let secret = sink.secret(setting)?.secret,
                secret.revealText().map(WebhookSecretText.isSecret) != true
            else { continue }
            refuse(
                .missingSecret, setting, of: sink,
                "the secret is neither \(WebhookSecretText.prefix) and base64 of 24 to 64 bytes "
                    + "nor another text of at least 24",
                remedy: WebhookSecretText.remedy)
        }
        guard isMissing("secret", of: sink) else { return }
        if body.wantsSignature {
            refuse(
                .missingKey, nil, of: sink,
                "\(what) has no 'secret': its receiver could not tell alerts from anybody's",
                remedy: WebhookSecretText.remedy
                    + "; name its place: secret: {secret_env: VARIABLE}")
        } else if sink["previous_secret"] != nil {
            refuse(
                .conflict, "previous_secret", of: sink,
                "there is a previous_secret and no secret",
                remedy: "while secrets change requests are signed with both")
        }
    }

    /// Whether nothing was written; a value that could not be used has been refused already.
    func isMissing(_ setting: String, of sink: SettingSection) -> Bool {
        sink[setting] == nil && !sink.written.contains(setting)
    }

    /// - Parameter setting: the one that is to blame; nil for the section as a whole.
    mutating func refuse(
        _ code: ConfigurationCode, _ setting: String?, of section: SettingSection,
        _ message: String, remedy: String? = nil, _ severity: DiagnosticSeverity = .error
    ) {
        let entry = setting.flatMap { section[$0] }
        var place = entry?.place ?? section.place
        if entry == nil { place.length = 1 }
        switch entry?.origin {
        case .variable(let name), .flag(let name):
            outside.append(
                ConfigurationDiagnostic(
                    severity: severity, code: code, path: name, message: message,
                    remedy: remedy))
        default:
            if severity == .error {
                report.error(code, place, message, remedy: remedy)
            } else {
                report.warning(code, place, message, remedy: remedy)
            }
        }
    }
}
