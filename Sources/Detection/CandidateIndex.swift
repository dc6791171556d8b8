internal import AuditModel
internal import GrantLedger

/// Finds the rules that an event may concern by the values it has, so that a rule about one client
/// costs nothing on the events of all others.
///
/// A rule enters under its pivots: predicates of which at least one must hold. Plain texts are
/// found in a dictionary, texts with wildcards by a run of four bytes that they must contain. For
/// columns of few values the answer is remembered by value.
struct CandidateIndex: Sendable {
    /// The pivots of one field.
    private struct Postings: Sendable {
        let field: RuleField
        let column: SmallColumn?
        let idColumn: IDColumn?
        /// Index of the field's value in the predicate table; -1 for a column of few values.
        let slot: Int
        /// The kinds of event that any of its rules asks for: bit by raw value.
        var kinds: UInt128 = 0
        /// Rules by folded plain text.
        var exact: [String: [Int32]] = [:]
        /// Rules by the bits of an address, which its text is read back from.
        var addresses: [ID128: [Int32]] = [:]
        /// Rules by four folded bytes of their pattern's longest literal.
        var grams: [UInt32: [(rule: Int32, pattern: TextPattern)]] = [:]
        /// What codes and ids were found to match, in ``lists``.
        var lists: ContiguousArray<ContiguousArray<Int32>> = [[]]
        /// By code, once asked for: the rules that may match it, one more than the index of their
        /// list.
        var byCode: ContiguousArray<Int32> = []
        /// The same for ids, each in the one place that its bits give it.
        var byID: ContiguousArray<(id: ID128, list: Int32)> = []

        func waiting(for gram: UInt32) -> Int { grams[gram]?.count ?? 0 }

        /// Whether any of its rules looks at the text.
        var hasTexts: Bool { !exact.isEmpty || !grams.isEmpty }
    }

    private var postings: [Postings] = []
    private var seen: ContiguousArray<UInt64>
    private var stamp: UInt64 = 0

    init(rules: Int) {
        seen = ContiguousArray(repeating: 0, count: rules)
    }

    static let gramBytes = 4

    /// Whether a predicate can be looked up by value.
    static func canServe(_ predicate: Predicate) -> Bool {
        guard !predicate.isNegated else { return false }
        switch predicate.field {
        case .event(.kind), .ledger, .anyText, .time: return false
        case .event, .payload: break
        }
        return predicate.matchers.allSatisfy { matcher in
            guard case .text(let pattern) = matcher else { return false }
            return pattern.plainText != nil || pattern.longestLiteral.count >= gramBytes
        }
    }

    /// How much a pivot is likely to cost: columns of few values are nearly free, plain
    /// texts cheap.
    static func cost(_ predicate: Predicate) -> Int {
        let isCoded = SmallColumn(predicate.field) != nil
        let plain = predicate.matchers.allSatisfy {
            if case .text(let pattern) = $0 { pattern.plainText != nil } else { false }
        }
        let field = if universalFields.contains(predicate.field) { 20 } else if !isCoded { 10 }
            else { commonFields.contains(predicate.field) ? 4 : 1 }
        return field * (plain ? 1 : 3) + predicate.matchers.count / 16
    }

    /// Fields of a value or two that nearly all events share.
    private static let universalFields: Set<RuleField> = [.event(.outcome), .event(.ipRole)]

    /// Fields of few values, each of which many events share.
    private static let commonFields: Set<RuleField> = [
        .event(.dialect), .event(.source), .event(.issuer), .event(.tenant), .event(.grantType),
        .event(.scopes), .event(.audience), .event(.reason),
    ]

    mutating func add(
        _ rule: Int, _ pivots: [Predicate], kinds: [Bool]?, _ predicates: inout PredicateTable
    ) {
        for pivot in pivots {
            let index = posting(of: pivot.field, &predicates)
            for kind in EventKind.names.indices where kinds?[kind] ?? true {
                postings[index].kinds |= 1 << UInt128(kind)
            }
            for matcher in pivot.matchers {
                guard case .text(let pattern) = matcher else { continue }
                if pivot.field == .event(.ip), let text = pattern.plainText {
                    guard let address = IPAddress(text) else { continue }
                    postings[index].addresses[address.bits, default: []].append(Int32(rule))
                } else if let text = pattern.plainText {
                    postings[index].exact[text.asciiLowercased, default: []].append(Int32(rule))
                } else {
                    let literal = pattern.longestLiteral
                    // The one that fewest other rules wait for.
                    let grams = (0...(literal.count - Self.gramBytes)).map {
                        Self.gram(literal, at: $0)
                    }
                    let gram = grams.min {
                        postings[index].waiting(for: $0) < postings[index].waiting(for: $1)
                    }
                    guard let gram else { continue }
                    postings[index].grams[gram, default: []].append((Int32(rule), pattern))
                }
            }
        }
    }

    /// Appends the rules that an event may concern, each once, in no particular order.
    mutating func find(
        _ batch: EventBatch, _ row: Int, _ transition: Transition?, _ pool: StringPool,
        _ predicates: inout PredicateTable, into found: inout ContiguousArray<Int32>
    ) {
        stamp &+= 1
        let kind: UInt128 = 1 &<< UInt128(batch.kind[row].rawValue)
        for index in postings.indices where postings[index].kinds & kind != 0 {
            if let column = postings[index].column {
                let code = column.code(batch, row, transition)
                let list = knownList(code, index) ?? learnList(
                    code, index, FieldReader.value(
                        postings[index].field, batch, row, transition, pool))
                noteList(list, index, &found)
            } else if let column = postings[index].idColumn, batch.hasOwnText(column, row) {
                let id = batch.id(column, row)
                if id.isNone { continue }
                if !postings[index].addresses.isEmpty,
                    let rules = postings[index].addresses[id]
                {
                    note(ContiguousArray(rules), into: &found)
                }
                if postings[index].hasTexts {
                    noteList(list(of: id, column, batch, row, index), index, &found)
                }
            } else {
                let value = predicates.value(
                    postings[index].slot, batch, row, transition, pool)
                note(rules(matching: value, index), into: &found)
            }
        }
    }

    /// The list of rules that a value of a column may match, if it was asked for before.
    private func knownList(_ code: Int, _ index: Int) -> Int? {
        postings.withUnsafeBufferPointer { postings in
            postings[index].byCode.withUnsafeBufferPointer { lists in
                code < lists.count && lists[code] != 0 ? Int(lists[code]) - 1 : nil
            }
        }
    }

    private mutating func learnList(_ code: Int, _ index: Int, _ value: FieldValue) -> Int {
        let missing = code + 1 - postings[index].byCode.count
        if missing > 0 {
            postings[index].byCode.append(contentsOf: repeatElement(0, count: missing))
        }
        let list = keep(rules(matching: value, index), index)
        postings[index].byCode[code] = Int32(list) + 1
        return list
    }

    /// The list of rules that the text of an id may match.
    private mutating func list(
        of id: ID128, _ column: IDColumn, _ batch: EventBatch, _ row: Int, _ index: Int
    ) -> Int {
        if postings[index].byID.isEmpty {
            postings[index].byID = ContiguousArray(
                repeating: (.none, 0), count: Self.rememberedIDs)
        }
        let place = Int(truncatingIfNeeded: id.tableHash) & (Self.rememberedIDs - 1)
        let known = postings[index].byID[place]
        if known.id == id { return Int(known.list) }
        let list = keep(rules(matching: batch.text(column, row: row) ?? "", index), index)
        postings[index].byID[place] = (id, Int32(list))
        return list
    }

    /// Ids of one field whose rules are remembered; a power of two.
    private static let rememberedIDs = 32_768
    /// Different lists of rules that are remembered for one field.
    private static let mostLists = 65_536

    /// The index of a list of rules, the first one for none.
    private mutating func keep(_ rules: ContiguousArray<Int32>, _ index: Int) -> Int {
        if rules.isEmpty { return 0 }
        if let known = postings[index].lists.suffix(16).lastIndex(of: rules) { return known }
        if postings[index].lists.count == Self.mostLists {
            // Asked for anew; the tables keep their sizes.
            postings[index].lists = [[]]
            for code in postings[index].byCode.indices { postings[index].byCode[code] = 0 }
            for place in postings[index].byID.indices { postings[index].byID[place] = (.none, 0) }
        }
        postings[index].lists.append(rules)
        return postings[index].lists.count - 1
    }

    private mutating func noteList(
        _ list: Int, _ index: Int, _ found: inout ContiguousArray<Int32>
    ) {
        if list == 0 { return }
        for rule in postings[index].lists[list] where seen[Int(rule)] != stamp {
            seen[Int(rule)] = stamp
            found.append(rule)
        }
    }

    private func rules(matching value: FieldValue, _ index: Int) -> ContiguousArray<Int32> {
        switch value {
        case .absent: []
        case .texts(let texts): ContiguousArray(texts.flatMap { rules(matching: $0, index) })
        // Numbers and truths are compared as texts as well.
        case .number, .truth: rules(matching: value.text, index)
        }
    }

    private func rules(matching text: String, _ index: Int) -> ContiguousArray<Int32> {
        var rules: ContiguousArray<Int32> = []
        let folded = text.asciiLowercased
        if let exact = postings[index].exact[folded] { rules.append(contentsOf: exact) }
        if !postings[index].grams.isEmpty {
            let bytes = Array(folded.utf8)
            for start in 0..<max(0, bytes.count - Self.gramBytes + 1) {
                for (rule, pattern) in postings[index].grams[Self.gram(bytes, at: start)] ?? []
                where pattern.matches(text) {
                    rules.append(rule)
                }
            }
        }
        return rules
    }

    private mutating func note(
        _ rules: ContiguousArray<Int32>, into found: inout ContiguousArray<Int32>
    ) {
        for rule in rules where seen[Int(rule)] != stamp {
            seen[Int(rule)] = stamp
            found.append(rule)
        }
    }

    private mutating func posting(
        of field: RuleField, _ predicates: inout PredicateTable
    ) -> Int {
        if let index = postings.firstIndex(where: { $0.field == field }) { return index }
        let column = SmallColumn(field)
        var idColumn: IDColumn?
        if case .event(let name) = field { idColumn = FieldReader.idColumn(name) }
        let slot = column == nil ? predicates.slot(of: field) : -1
        postings.append(
            Postings(field: field, column: column, idColumn: idColumn, slot: slot))
        return postings.count - 1
    }

    private static func gram(_ bytes: [UInt8], at start: Int) -> UInt32 {
        UInt32(bytes[start]) << 24 | UInt32(bytes[start + 1]) << 16
            | UInt32(bytes[start + 2]) << 8 | UInt32(bytes[start + 3])
    }
}

extension EventBatch {
    /// Whether the bits of an id alone give its text.
    fileprivate func hasOwnText(_ column: IDColumn, _ row: Int) -> Bool {
        texts.isEmpty || column == .ip || column == .event
            || texts.index(column, row: row) == nil
    }
}

extension TextPattern {
    /// The text of a pattern without wildcards.
    var plainText: String? {
        guard pieces.count == 1, case .literal(let bytes) = pieces[0] else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The longest run of bytes that every match contains, ASCII capitals folded.
    var longestLiteral: [UInt8] {
        var longest: [UInt8] = []
        for case .literal(let bytes) in pieces where bytes.count > longest.count {
            longest = bytes
        }
        return longest.map(\.asciiLowercased)
    }
}
