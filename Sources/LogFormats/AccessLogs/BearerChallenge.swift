/// The parameters of a `WWW-Authenticate` header that speaks of a token (RFC 6750 §3,
/// RFC 9449 §7.1).
struct BearerChallenge {
    /// Its `error`; nil where the request only lacked a token.
    var error: UnsafeRawBufferPointer?
    var description: UnsafeRawBufferPointer?

    /// Nil for a header of other schemes.
    init?(_ header: UnsafeRawBufferPointer?) {
        guard let header,
            ByteSearch.containsFolded(header, "bearer") || ByteSearch.containsFolded(header, "dpop")
        else { return nil }
        error = Self.parameter("error", in: header)
        description = Self.parameter("error_description", in: header)
    }

    func isError(_ code: StaticString) -> Bool {
        error.map { ByteSearch.equals($0, code) } ?? false
    }

    /// The value of `name=value` or `name="value"`; nil for none and for an empty one.
    private static func parameter(
        _ name: StaticString, in header: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        let length = name.utf8CodeUnitCount
        var at = 0
        while at + length < header.count {
            let isBegin = at == 0 || header[at - 1] == 0x20 || header[at - 1] == 0x2C
            let rest = UnsafeRawBufferPointer(rebasing: header[at...])
            if isBegin, header[at + length] == 0x3D, ByteSearch.startsFolded(rest, name) {
                return value(header, from: at + length + 1)
            }
            // What is quoted is no parameter.
            if header[at] == 0x22 { at = closingQuote(header, from: at + 1) }
            at += 1
        }
        return nil
    }

    private static func value(
        _ header: UnsafeRawBufferPointer, from start: Int
    ) -> UnsafeRawBufferPointer? {
        guard start < header.count else { return nil }
        let isQuoted = header[start] == 0x22
        let begin = isQuoted ? start + 1 : start
        let end =
            isQuoted
            ? closingQuote(header, from: begin)
            : header[begin...].firstIndex { $0 == 0x20 || $0 == 0x2C } ?? header.count
        return end > begin ? UnsafeRawBufferPointer(rebasing: header[begin..<end]) : nil
    }

    private static func closingQuote(_ header: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at < header.count, header[at] != 0x22 { at += header[at] == 0x5C ? 2 : 1 }
        return min(at, header.count)
    }
}
