internal import CCurl

/// The `Retry-After` of an answer (RFC 9110 §10.2.3).
enum RetryAfter {
    /// Nanoseconds from now until the time the header names: a number of seconds or a date. Nil
    /// if it is neither.
    ///
    /// - Parameter now: nanoseconds UTC.
    static func wait(_ text: String, now: Int64) -> Int64? {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let bytes = text.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        let trimmed = String(decoding: Array(bytes), as: UTF8.self)
        guard let first = trimmed.utf8.first, trimmed.utf8.count <= 64 else { return nil }
        if first &- 0x30 < 10 {
            guard trimmed.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            return nanoseconds(Int64(trimmed) ?? .max)
        }
        // A date begins with the name of its day; libcurl would also read other things.
        guard (first | 0x20) &- 0x61 < 26 else { return nil }
        let date = Int64(curl_getdate(trimmed, nil))
        guard date >= 0 else { return nil }
        return max(0, nanoseconds(date).adding(-now))
    }

    private static func nanoseconds(_ seconds: Int64) -> Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product
    }
}
