/// The run of base64 that was decoded last, so that one without secrets costs its length a few
/// times at most.
struct WrappedRun {
    private static let mostAttempts = 4

    private var end = -1
    private var attempts = 0

    mutating func mayTry(at place: Int, end: @autoclosure () -> Int) -> Bool {
        if place >= self.end {
            self.end = end()
            attempts = 0
        }
        attempts += 1
        return attempts <= Self.mostAttempts
    }
}

extension LenientBytes {
    private static let fewestWrappedBytes = 24
    private static let mostWrappedBytes = 64 << 10

    /// A run of base64 around `place` that decodes to text with a secret in it.
    ///
    /// What stands at `place` says where in a group of four characters it stands: `ZXl` and `X3R`
    /// start one, `V5S` is at its third character, `leU`, `90b` and `fdG` stand one further.
    func wrappedSecret(at place: Int, _ run: inout WrappedRun) -> SecretSpan? {
        guard run.mayTry(at: place, end: wrapEnd(place)) else { return nil }
        let offset =
            switch (raw(place), raw(place + 1)) {
            case (0x5A, _), (0x58, _): 0
            case (0x56, _), (0x39, _): 2
            default: 3
            }
        var start = place
        while start > 0, place - start < Self.mostWrappedBytes, isWrapByte(raw(start - 1)) {
            start -= 1
        }
        // The first whole group.
        start += (place - offset - start) & 3
        let end = wrapEnd(place)
        guard start <= place, end - start >= Self.fewestWrappedBytes,
            end - start <= Self.mostWrappedBytes
        else { return nil }
        var kind: TokenKind?
        WrappedSecret.unwrap(self, start..<end) { span, _ in kind = span.kind }
        return kind.map { SecretSpan(range: start..<end, kind: $0, isWrapped: true) }
    }

    private func wrapEnd(_ place: Int) -> Int {
        var end = place
        while end < count, end - place < Self.mostWrappedBytes, isWrapByte(raw(end)) { end += 1 }
        for _ in 0..<2 where raw(end) == 0x3D { end += 1 }
        return end
    }

    private func isWrapByte(_ byte: UInt8) -> Bool {
        ByteClass.isBase64URL(byte) || byte == 0x2B || byte == 0x2F
    }
}

/// Secrets inside of base64.
enum WrappedSecret {
    /// Decodes a range and gives the first secret in it, and the bytes it stands in, to `body`.
    static func unwrap(
        _ bytes: LenientBytes, _ range: Range<Int>, _ body: (SecretSpan, LenientBytes) -> Void
    ) {
        var decoded: [UInt8] = []
        defer { wipe(&decoded) }
        let text = UnsafeRawBufferPointer(start: bytes.base + range.lowerBound, count: range.count)
        if !Base64.append(text, to: &decoded) {
            // A last group of one character is none: it may belong to what follows.
            decoded.removeAll(keepingCapacity: true)
            guard Base64.append(UnsafeRawBufferPointer(rebasing: text.dropLast()), to: &decoded)
            else { return }
        }
        decoded.withUnsafeBytes { plain in
            guard let inner = LenientBytes(plain) else { return }
            var check = CandidateCheck(unwraps: false)
            for place in 0..<inner.count { check.look(inner, at: place) }
            if let span = check.spans.first { body(span, inner) }
        }
    }
}
