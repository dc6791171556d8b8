internal import AuditModel
internal import GrantLedger

/// Finds the rules that an event may concern by the values it has, so that a rule about one client
/// costs nothing on the events of all others.
///
/// A rule enters under its pivots: predicates of which at least one must hold. Plain texts are
/// found in a dictionary, texts with wildcards by a run of four bytes that they must contain. For
/// coded columns the answer is remembered by code.
struct CandidateIndex: Sendable {
    /// The pivots of one field.
    private struct Postings: Sendable {
        let field: RuleField
        let column: CodedColumn?
        /// Index of the field's value in the predicate table; -1 for a coded column.
        let slot: Int
        /// The kinds of event that any of its rules asks for, by raw value.
        var kinds = [Bool](repeating: false, count: EventKind.names.count)
        /// Rules by folded plain text.
        var exact: [String: [Int32]] = [:]
        /// Rules by the first four folded bytes of their longest literal.
        var grams: [UInt32: [Int32]] = [:]
        /// By code, once asked for: the rules that may match it.
        var byCode: ContiguousArray<ContiguousArray<Int32>?> = []
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

    /// How much a pivot is likely to cost: coded fields are nearly free, plain texts cheap.
    static func cost(_ predicate: Predicate) -> Int {
        let isCoded =
            if case .event(let field) = predicate.field {
                FieldReader.codedColumn(field) != nil
            } else {
                false
            }
        let plain = predicate.matchers.allSatisfy {
            if case .text(let pattern) = $0 { pattern.plainText != nil } else { false }
        }
        let isCommon = commonFields.contains(predicate.field)
        return (isCoded ? isCommon ? 4 : 1 : 10) * (plain ? 1 : 3) + predicate.matchers.count / 16
    }

    /// Fields of few values, each of which many events share.
    private static let commonFields: Set<RuleField> = [
        .event(.dialect), .event(.source), .event(.issuer), .event(.tenant), .event(.grantType),
        .event(.scopes), .event(.audience),
    ]

    mutating func add(
        _ rule: Int, _ pivots: [Predicate], kinds: [Bool]?, _ predicates: inout PredicateTable
    ) {
        for pivot in pivots {
            let index = posting(of: pivot.field, &predicates)
            for kind in postings[index].kinds.indices where kinds?[kind] ?? true {
                postings[index].kinds[kind] = true
            }
            for matcher in pivot.matchers {
                guard case .text(let pattern) = matcher else { continue }
                if let text = pattern.plainText {
                    postings[index].exact[text.asciiLowercased, default: []].append(Int32(rule))
                } else {
                    let gram = Self.gram(pattern.longestLiteral, at: 0)
                    postings[index].grams[gram, default: []].append(Int32(rule))
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
        let kind = Int(batch.kind[row].rawValue)
        for index in postings.indices where postings[index].kinds[kind] {
            guard let column = postings[index].column else {
                let value = predicates.value(
                    postings[index].slot, batch, row, transition, pool)
                guard case .texts(let texts) = value else {
                    // Numbers and truths are compared as texts as well.
                    if case .absent = value { continue }
                    note(rules(matching: value.text, index), into: &found)
                    continue
                }
                for text in texts { note(rules(matching: text, index), into: &found) }
                continue
            }
            let code = Int(batch.code(column, row))
            if code == 0 { continue }
            if code < postings[index].byCode.count, let rules = postings[index].byCode[code] {
                if !rules.isEmpty { note(rules, into: &found) }
                continue
            }
            let rules = remember(code, column, index, pool)
            note(rules, into: &found)
        }
    }

    private mutating func remember(
        _ code: Int, _ column: CodedColumn, _ index: Int, _ pool: StringPool
    ) -> ContiguousArray<Int32> {
        let text = pool.text(UInt32(code))
        // A list of scopes is matched scope by scope.
        let parts = column == .scopes ? text.split(separator: " ").map(String.init) : [text]
        var rules: ContiguousArray<Int32> = []
        for part in parts { rules.append(contentsOf: self.rules(matching: part, index)) }
        let missing = code + 1 - postings[index].byCode.count
        if missing > 0 {
            postings[index].byCode.append(contentsOf: repeatElement(nil, count: missing))
        }
        postings[index].byCode[code] = rules
        return rules
    }

    private func rules(matching text: String, _ index: Int) -> ContiguousArray<Int32> {
        var rules: ContiguousArray<Int32> = []
        let folded = text.asciiLowercased
        if let exact = postings[index].exact[folded] { rules.append(contentsOf: exact) }
        if !postings[index].grams.isEmpty {
            let bytes = Array(folded.utf8)
            for start in 0..<max(0, bytes.count - Self.gramBytes + 1) {
                if let some = postings[index].grams[Self.gram(bytes, at: start)] {
                    rules.append(contentsOf: some)
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
        var column: CodedColumn?
        if case .event(let name) = field { column = FieldReader.codedColumn(name) }
        let slot = column == nil ? predicates.slot(of: field) : -1
        postings.append(Postings(field: field, column: column, slot: slot))
        return postings.count - 1
    }

    private static func gram(_ bytes: [UInt8], at start: Int) -> UInt32 {
        UInt32(bytes[start]) << 24 | UInt32(bytes[start + 1]) << 16
            | UInt32(bytes[start + 2]) << 8 | UInt32(bytes[start + 3])
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
        return longest.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }
}
