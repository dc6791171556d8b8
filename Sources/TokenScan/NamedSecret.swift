/// A member of JSON whose value is a secret, under a name that somebody told.
public struct NamedSecret: Sendable {
    let name: [UInt8]
    let kind: TokenKind

    public init(_ name: String, _ kind: TokenKind) {
        self.name = Array(name.utf8)
        self.kind = kind
    }
}

extension LenientBytes {
    /// The values of some members, and those of the secrets found already that lie in none of
    /// them, by place.
    func spans(of members: [NamedSecret], and found: [SecretSpan]) -> [SecretSpan] {
        var spans: [SecretSpan] = []
        for member in members {
            var index = 0
            while let end = endOfName(member.name, from: index) {
                index = end
                guard let separator = separator(at: end), separator.symbol == 0x3A,
                    let span = freeValue(separator, member.kind)
                else { continue }
                index = max(end, span.range.upperBound)
                if !spans.contains(where: { $0.range.overlaps(span.range) }) { spans.append(span) }
            }
        }
        // A part of a value that was recognised by itself is hidden with the whole of it.
        let others = found.filter { other in
            !spans.contains { $0.range.overlaps(other.range) }
        }
        return (spans + others).sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Where the next member of a name has its closing quote.
    private func endOfName(_ name: [UInt8], from start: Int) -> Int? {
        guard let first = name.first else { return nil }
        var index = max(start, 1)
        while index + name.count < count {
            if raw(index) == first, raw(index - 1) == 0x22,
                (1..<name.count).allSatisfy({ raw(index + $0) == name[$0] }),
                step(index + name.count).byte == 0x22
            {
                return index + name.count
            }
            index += 1
        }
        return nil
    }
}
