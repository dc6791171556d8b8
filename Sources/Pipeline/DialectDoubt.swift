/// A stream whose dialect is not clear from its records.
public struct DialectDoubt: Sendable, Equatable {
    /// What people call the stream.
    public var source: String
    /// The dialect it is read in; nil for none.
    public var taken: String?
    /// The dialects that it might be in, or, if one is taken, might be in as well.
    public var candidates: [String]

    /// For people: what to do about it.
    public var text: String {
        let names = candidates.joined(separator: " or ")
        guard let first = candidates.first else {
            return "\(source): no dialect recognised; if it is a server's log, name its format "
                + "with --dialect, or write a map of its fields: --dialect map:FILE"
        }
        guard let taken else {
            return "\(source): no dialect recognised; it might be \(names): pass --dialect \(first)"
        }
        return "\(source): read as \(taken); it might be \(names): if so pass --dialect \(first)"
    }
}
