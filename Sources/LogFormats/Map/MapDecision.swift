internal import AuditModel
internal import WireFormat

/// A list of conditions, of which the first whose all hold decides.
struct MapTable: Sendable {
    private struct Condition: Sendable {
        /// Which of ``MapTable/places``.
        var place: Int
        var isAbsent: Bool
        /// In lower case.
        var patterns: [String]
    }

    /// The members that any row asks about, each once.
    let places: [MapPlaces.Place]
    private let rows: [[Condition]]

    var isEmpty: Bool { rows.isEmpty }

    init(_ rows: [[MapCondition]], _ all: inout MapPlaces) {
        var places: [MapPlaces.Place] = []
        self.rows = rows.map { row in
            row.map { condition in
                let place = all.place(condition.path)
                if !places.contains(place) { places.append(place) }
                let patterns = condition.values.compactMap { value -> String? in
                    if case .pattern(let text) = value { text.lowercased() } else { nil }
                }
                return Condition(
                    place: places.firstIndex(of: place) ?? 0,
                    isAbsent: condition.values.contains(.absent), patterns: patterns)
            }
        }
        self.places = places
    }

    /// The first row that fits some values of ``places``; -1 for none.
    func row(_ values: [String?]) -> Int {
        rows.firstIndex { row in
            row.allSatisfy { condition in
                guard let value = values[condition.place] else { return condition.isAbsent }
                return condition.patterns.contains { Wildcard.matches(value, $0) }
            }
        } ?? -1
    }
}

/// Asks a table about events, and remembers its answers by the values that they depend on: logs
/// have few of them, again and again.
struct MapDecision: ~Copyable {
    /// Answers remembered at once.
    private static let mostAnswers = 1024
    /// Values longer than this are looked up each time.
    private static let longestValue = 128

    private let table: MapTable
    private var key = ByteBuffer(capacity: 256)
    private var keys = StringPool()
    /// By the code of a key.
    private var answers: [Int32] = [-1]

    init(_ table: MapTable) { self.table = table }

    /// The row that fits the event at hand; -1 for none.
    @inline(__always)
    mutating func row(_ fields: borrowing JSONFields, _ places: borrowing MapPlaces) -> Int {
        if table.isEmpty { return -1 }
        // No byte of UTF-8 is 0xFD or above.
        key.truncate(to: 0)
        key.append(0xFD)
        for place in table.places {
            let text = places.text(place, fields)
            key.append(text == nil ? 0xFF : 0xFE)
            if let text {
                if text.count > Self.longestValue { return ask(fields, places) }
                key.append(text)
            }
        }
        if keys.count > Self.mostAnswers {
            keys.removeAll()
            answers.removeLast(answers.count - 1)
        }
        let code = Int(keys.code(of: key.bytes))
        if code < answers.count { return Int(answers[code]) }
        let row = ask(fields, places)
        answers.append(Int32(truncatingIfNeeded: row))
        return row
    }

    @inline(never)
    private func ask(_ fields: borrowing JSONFields, _ places: borrowing MapPlaces) -> Int {
        var values: [String?] = []
        for place in table.places {
            values.append(
                places.text(place, fields).map { String(decoding: $0, as: UTF8.self).lowercased() })
        }
        return table.row(values)
    }
}
