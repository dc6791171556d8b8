internal import AuditModel

/// Secrets in short texts that are no records: names of files, messages about them.
public enum SecretText {
    /// The text with every secret as `«TAG»`, the same with any key. Text without secrets comes
    /// back as it is.
    public static func redacted(_ text: String) -> String {
        var plain = Array(text.utf8)
        defer { wipe(&plain) }
        return plain.withUnsafeBytes { all -> String? in
            guard let bytes = LenientBytes(all) else { return nil }
            var check = CandidateCheck()
            for place in 0..<bytes.count { check.look(bytes, at: place) }
            if check.spans.isEmpty { return nil }
            var output: [UInt8] = []
            var written = 0
            for span in check.spans {
                output += all[written..<span.range.lowerBound]
                output += "«\(span.kind.tag)»".utf8
                written = span.range.upperBound
            }
            output += all[written...]
            return String(decoding: output, as: UTF8.self)
        } ?? text
    }
}
