internal import AuditModel

/// Rewrites one record: every recognised secret, and every piece of one that recurs anywhere in
/// the record in any encoding, becomes a placeholder.
struct Redactor {
    /// A part of a record to be replaced.
    private struct Cut {
        var range: Range<Int>
        var secret: Int
        /// Bytes of the token in this part, encodings undone.
        var length: Int
    }

    /// A recognised secret with its encodings undone, in `secretBytes`.
    private struct Secret {
        var bytes: Range<Int>
        var kind: TokenKind
        var fingerprint: ID128
    }

    private let fingerprinter: Fingerprinter
    private var secretBytes: [UInt8] = []
    private var secrets: [Secret] = []
    private var grams = GramTable()
    /// The record with its encodings undone, and where each byte of that starts in the record.
    private var view: [UInt8] = []
    private var places: [Int32] = []
    private var cuts: [Cut] = []

    init(fingerprinter: Fingerprinter) {
        self.fingerprinter = fingerprinter
    }

    /// Appends the record with placeholders to `output`, and one sighting for every span.
    mutating func redact(
        _ record: LenientBytes, index: Int, spans: [SecretSpan], to output: inout [UInt8],
        sightings: inout [TokenSighting]
    ) {
        defer { wipeBuffers() }
        for span in spans { sightings.append(sighting(of: span, record, index)) }
        replace(record, spans, to: &output) { secret, length, output in
            output.append(contentsOf: "«\(secret.kind.tag):fp=".utf8)
            output.append(contentsOf: secret.fingerprint.hex.utf8)
            output.append(contentsOf: ",len=\(length)»".utf8)
        }
    }

    /// Gives one sighting for every span, and the record's digest with its secrets left out, if
    /// `wantsDigest` says so of them. That digest is the same with any key.
    mutating func describe(
        _ record: LenientBytes, index: Int, spans: [SecretSpan],
        wantsDigest: ([TokenSighting]) -> Bool
    ) -> (sightings: [TokenSighting], digest: ID128) {
        defer { wipeBuffers() }
        let sightings = spans.map { sighting(of: $0, record, index) }
        guard wantsDigest(sightings) else { return (sightings, .none) }
        var output: [UInt8] = []
        replace(record, spans, to: &output) { secret, _, output in
            output.append(contentsOf: "«\(secret.kind.tag)»".utf8)
        }
        let digest = output.withUnsafeBytes { RecordBatch.digest(of: $0) }
        return (sightings, digest)
    }

    /// The ids under which a store may know the token in a span: its fingerprint as whatever it
    /// may have been used as, and what it would be if it were no secret there.
    func aliases(of span: SecretSpan, in record: LenientBytes) -> [ID128] {
        var token: [UInt8] = []
        defer { wipe(&token) }
        if span.isWrapped {
            WrappedSecret.unwrap(record, span.range) { $1.append($0.range, to: &token) }
        } else {
            record.append(span.range, to: &token)
        }
        return token.withUnsafeBytes { bytes in
            var ids = TokenKind.allCases.map { fingerprinter.fingerprint(bytes, kind: $0) }
            if let plain = ID128.pack(bytes)?.id { ids.append(plain) }
            return ids
        }
    }

    private mutating func replace(
        _ record: LenientBytes, _ spans: [SecretSpan], to output: inout [UInt8],
        _ appendPlaceholder: (Secret, Int, inout [UInt8]) -> Void
    ) {
        findAgain(record, spans)
        var written = 0
        for cut in cuts {
            Self.copy(record, written..<cut.range.lowerBound, to: &output)
            appendPlaceholder(secrets[cut.secret], cut.length, &output)
            written = cut.range.upperBound
        }
        Self.copy(record, written..<record.count, to: &output)
    }

    private static func copy(_ record: LenientBytes, _ range: Range<Int>, to output: inout [UInt8])
    {
        output.append(
            contentsOf: UnsafeRawBufferPointer(
                start: record.base + range.lowerBound, count: range.count
            ).assumingMemoryBound(to: UInt8.self))
    }

    private mutating func wipeBuffers() {
        wipe(&secretBytes)
        wipe(&view)
        secrets.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        cuts.removeAll(keepingCapacity: true)
    }

    private mutating func sighting(
        of span: SecretSpan, _ record: LenientBytes, _ index: Int
    ) -> TokenSighting {
        let start = secretBytes.count
        record.append(span.range, to: &secretBytes)
        let range = start..<secretBytes.count
        var sighting = TokenSighting(
            record: index, kind: span.kind, fingerprint: .none, anyFingerprint: .none,
            offset: span.range.lowerBound, length: 0)
        sighting.isVendors = span.isVendors
        if span.isWrapped {
            WrappedSecret.unwrap(record, span.range) { inner, bytes in
                var token: [UInt8] = []
                bytes.append(inner.range, to: &token)
                token.withUnsafeBytes { describe($0, &sighting) }
                wipe(&token)
            }
        } else {
            secretBytes.withUnsafeBytes { all in
                describe(UnsafeRawBufferPointer(rebasing: all[range]), &sighting)
            }
        }
        cuts.append(Cut(range: span.range, secret: secrets.count, length: range.count))
        secrets.append(Secret(bytes: range, kind: span.kind, fingerprint: sighting.fingerprint))
        return sighting
    }

    private func describe(_ token: UnsafeRawBufferPointer, _ sighting: inout TokenSighting) {
        sighting.fingerprint = fingerprinter.fingerprint(token, kind: sighting.kind)
        sighting.anyFingerprint = fingerprinter.fingerprint(token)
        sighting.length = token.count
        sighting.claims = TokenClaims(token)
        if !sighting.isVendors, let bytes = LenientBytes(token) {
            sighting.isVendors = bytes.isVendorToken
        }
    }

    /// Adds a cut for every recurrence outside the recognised spans, then orders all cuts.
    private mutating func findAgain(_ record: LenientBytes, _ spans: [SecretSpan]) {
        buildView(record)
        grams.removeAll(expecting: secretBytes.count)
        secretBytes.withUnsafeBytes { bytes in
            for secret in secrets { grams.add(secret.bytes, kind: secret.kind, in: bytes) }
        }
        var found: [Cut] = []
        var span = 0
        var index = 0
        let end = view.count
        secretBytes.withUnsafeBytes { secretBytes in
            view.withUnsafeBytes { view in
                guard let base = view.baseAddress, let known = secretBytes.baseAddress else {
                    return
                }
                while index < end {
                    let place = Int(places[index])
                    while span < spans.count, spans[span].range.upperBound <= place { span += 1 }
                    let limit = span < spans.count ? spans[span].range.lowerBound : record.count
                    if place >= limit {
                        index += 1
                        continue
                    }
                    guard let hit = grams.find(base + index, readable: end - index, in: known)
                    else {
                        index += 1
                        continue
                    }
                    let length = runLength(from: index, hit.length, base, known)
                    let stop = min(Int(places[index + length]), limit)
                    found.append(
                        Cut(range: place..<stop, secret: secret(at: hit.place), length: length))
                    index += length
                }
            }
        }
        if found.isEmpty { return }
        cuts.append(contentsOf: found)
        cuts.sort { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// How far pieces overlap from a first one on.
    private func runLength(
        from start: Int, _ first: Int, _ base: UnsafeRawPointer, _ known: UnsafeRawPointer
    ) -> Int {
        var end = start + first
        var index = start + 1
        while index < end {
            if let hit = grams.find(base + index, readable: view.count - index, in: known) {
                end = max(end, index + hit.length)
            }
            index += 1
        }
        return end - start
    }

    private func secret(at place: Int) -> Int {
        var low = 0
        var high = secrets.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if secrets[middle].bytes.lowerBound <= place { low = middle } else { high = middle }
        }
        return low
    }

    private mutating func buildView(_ record: LenientBytes) {
        view.reserveCapacity(record.count)
        places.reserveCapacity(record.count + 1)
        var index = 0
        while index < record.count {
            let (byte, next) = record.step(index)
            view.append(byte)
            places.append(Int32(truncatingIfNeeded: index))
            index = next
        }
        places.append(Int32(truncatingIfNeeded: index))
    }
}
