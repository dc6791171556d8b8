public import AuditModel

/// Every dialect there is. A new one is a folder and a line here.
public enum FormatRegistry {
    public static let all: [any LogFormat] = [
        KeycloakFormat(),
        Auth0Format(),
        OktaFormat(),
        CognitoFormat(),
        GoogleFormat(),
        GitHubFormat(),
        EntraFormat(),
        KongFormat(), EnvoyFormat(), NginxFormat(), OAuth2ProxyFormat(), ResourceServerFormat(),
        HydraFormat(),
        PingFederateFormat(),
    ]

    /// The dialect with this name; nil for an unknown one.
    public static func named(_ name: String) -> (any LogFormat)? {
        all.first { $0.name == name }
    }

    /// The first telling record of a batch, and the dialect it speaks for; nil if none tells.
    public static func detect(
        _ records: RecordBatch
    ) -> (format: any LogFormat, record: Int)? {
        records.bytes.withUnsafeBytes { bytes in
            for (index, record) in records.records.enumerated() {
                let start = record.offset
                let end = start + record.count
                guard start >= 0, record.count >= 0, end <= bytes.count else { continue }
                let content = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if let format = all.first(where: { $0.matches(content) }) {
                    return (format, index)
                }
            }
            return nil
        }
    }
}

extension FormatRegistry {
    /// Whether a text is in Grantrail's own JSON, which no server writes: its first line, or as a
    /// whole.
    public static func isCanonical(_ bytes: [UInt8]) -> Bool {
        func matches(_ bytes: some Sequence<UInt8>) -> Bool {
            let padded = Array(bytes) + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
            return padded.withUnsafeBytes { all in
                let end = all.count - RecordBatch.tailPadding
                return CanonicalFormat().matches(UnsafeRawBufferPointer(rebasing: all[..<end]))
            }
        }
        let line = bytes.drop { $0 == 0x0A || $0 == 0x20 }.prefix { $0 != 0x0A }
        return matches(line) || matches(bytes)
    }
}
