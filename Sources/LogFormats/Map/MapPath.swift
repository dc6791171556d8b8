internal import WireFormat

/// Where a member of a record is: names from the event inwards, and at most one index of an array.
///
/// Written `user.id`, `labels.app\.kubernetes\.io/name` (a name with dots) and `targets[0].id`.
public struct MapPath: Sendable, Hashable {
    /// The most names in one path.
    public static let longest = FieldTree.longestPath

    /// The path as written.
    public let text: String
    /// Names up to the end or the index.
    let names: [String]
    /// The index from 0; nil for none.
    let element: Int?
    /// Names behind the index.
    let tail: [String]

    /// Whether the path is names alone.
    public var isPlain: Bool { element == nil }

    /// The name of the member that the path ends at; of an array for one of its elements.
    public var lastName: String { tail.last ?? names.last ?? "" }

    /// Nil for what is no path: an empty name, more than ``longest`` names, two indexes, or one
    /// that is no number below 1000.
    public init?(_ text: String) {
        var parts: [[Character]] = [[]]
        var isEscaped = false
        for character in text {
            if isEscaped || character != "." && character != "\\" {
                if isEscaped, character != "." { parts[parts.count - 1].append("\\") }
                parts[parts.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                parts.append([])
            }
        }
        var names = parts.map { String($0) }
        guard !isEscaped, names.count <= Self.longest else { return nil }
        var element: Int?
        var tail: [String] = []
        if let place = names.firstIndex(where: { $0.hasSuffix("]") && $0.contains("[") }) {
            guard let open = names[place].firstIndex(of: "["),
                let number = Int(names[place][open...].dropFirst().dropLast()),
                (0..<1000).contains(number)
            else { return nil }
            element = number
            tail = Array(names[(place + 1)...])
            names = names[..<place] + [String(names[place][..<open])]
        }
        guard names.allSatisfy({ !$0.isEmpty }),
            tail.allSatisfy({ !$0.isEmpty && !$0.hasSuffix("]") })
        else { return nil }
        self.text = text
        self.names = names
        self.element = element
        self.tail = tail
    }
}

/// The paths of a map, each member that they name once.
struct MapPlaces: Sendable {
    /// One path: a field of the tree, and what follows behind it.
    struct Place: Sendable, RawRepresentable, Equatable {
        /// The field of the tree.
        var rawValue: Int
        /// An index into `tails`; -1 for a path of names alone.
        var tail = -1

        init(rawValue: Int) { self.rawValue = rawValue }
    }

    private struct Tail: Sendable, Equatable {
        var element: Int
        var names: [String]
    }

    private(set) var fields: [[String]] = []
    private var tails: [Tail] = []

    mutating func place(_ path: MapPath) -> Place {
        var place = Place(rawValue: fields.firstIndex(of: path.names) ?? fields.count)
        if place.rawValue == fields.count { fields.append(path.names) }
        guard let element = path.element else { return place }
        let tail = Tail(element: element, names: path.tail)
        place.tail = tails.firstIndex(of: tail) ?? tails.count
        if place.tail == tails.count { tails.append(tail) }
        return place
    }

    /// The node at a path of the event at hand; nil when it is absent or null.
    @inline(__always)
    func node(_ place: Place, _ fields: borrowing JSONFields) -> Int? {
        guard let node = fields.node(place) else { return nil }
        return place.tail < 0 ? node : follow(tails[place.tail], node, fields)
    }

    private func follow(_ tail: Tail, _ node: Int, _ fields: borrowing JSONFields) -> Int? {
        guard let element = JSONWalk.element(fields.document, node, tail.element),
            let end = JSONWalk.node(fields.document, element, tail.names),
            fields.document[end].kind != .null
        else { return nil }
        return end
    }

    /// The text at a path; nil when it is absent, empty, a list or an object.
    @inline(__always)
    func text(_ place: Place, _ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        node(place, fields).flatMap { fields.text(at: $0) }
    }
}
