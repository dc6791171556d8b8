import AuditModel
import GrantLedger

@testable import Detection

/// One event of a random timeline, as plain values: what the reference interpreter reads.
struct ReferenceEvent {
    var number = 0
    var time: Int64 = 0
    var kind = EventKind.authnFailed
    var outcome = Outcome.failure
    var reason = Reason.none
    var issuer: String?
    var client: String?
    var subject: String?
    var userAgent: String?
    var scopes: [String] = []
    var session = 0
    var presented = 0
    var issued = 0
    var ip: String?
    var asn = 0
    /// Members of the payload; a path may have several values.
    var payload: [(path: String, values: [String])] = []

    var id: ID128 { ID128(high: 7, low: UInt64(number + 1)) }
    static let second: Int64 = 1_000_000_000

    /// Appends it to a batch.
    func append(to batch: inout EventBatch) {
        var row = EventRow()
        row.id = id
        row.time = time
        row.kind = kind
        row.outcome = outcome
        row.reason = reason
        row.issuer = batch.pool.code(of: issuer ?? "")
        row.client = batch.pool.code(of: client ?? "")
        row.subject = batch.pool.code(of: subject ?? "")
        row.userAgent = batch.pool.code(of: userAgent ?? "")
        row.scopes = batch.pool.code(of: scopes.joined(separator: " "))
        row.session = session == 0 ? .none : ID128(high: 1 << 32, low: UInt64(session))
        row.presented = presented == 0 ? .none : ID128(high: 2 << 32, low: UInt64(presented))
        row.issuedRefresh = issued == 0 ? .none : ID128(high: 2 << 32, low: UInt64(issued))
        row.ip = ip.flatMap { IPAddress($0) } ?? .none
        row.ipRole = .holder
        row.asn = UInt32(asn)
        json.utf8.withContiguousStorageIfAvailable { bytes in
            batch.append(row, payload: UnsafeRawBufferPointer(bytes))
        } ?? batch.append(row)
    }

    private var json: String {
        if payload.isEmpty { return "" }
        let members = payload.map { path, values in
            let list = values.map { "\"\($0)\"" }.joined(separator: ",")
            let value = values.count == 1 ? list : "[\(list)]"
            let names = path.split(separator: ".")
            return names.dropLast().map { "\"\($0)\":{" }.joined() + "\"\(names.last ?? "")\":"
                + value + String(repeating: "}", count: names.count - 1)
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// The UUID text of the session, as alerts name it.
    var sessionText: String? {
        session == 0 ? nil : ID128(high: 1 << 32, low: UInt64(session)).uuidText
    }
}

/// A value as rules see it.
enum ReferenceValue: Equatable {
    case none
    case texts([String])
    /// Hundredths.
    case number(Int)
    case truth(Bool)

    /// One text for each value.
    var texts: [String] {
        switch self {
        case .none: []
        case .texts(let texts): texts
        case .number(let number): [Self.decimal(number)]
        case .truth(let truth): [truth ? "true" : "false"]
        }
    }

    static func decimal(_ hundredths: Int) -> String {
        let sign = hundredths < 0 ? "-" : ""
        let rest = abs(hundredths) % 100
        let digits = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10
            ? ".0\(rest)" : ".\(rest)"
        return sign + String(abs(hundredths) / 100) + digits
    }

    /// Hundredths of a decimal text.
    static func hundredths(_ text: String) -> Int? {
        guard let number = Double(text), text.allSatisfy({ "-.0123456789".contains($0) })
        else { return nil }
        return Int((number * 100).rounded(.towardZero))
    }

    var number: Int? {
        switch self {
        case .number(let number): number
        case .texts(let texts): texts.first.flatMap(Self.hundredths)
        case .none, .truth: nil
        }
    }
}

extension ReferenceEvent {
    /// What a field holds (docs/RULES.md, "Fields of events", "Facts of the ledger").
    func value(_ field: RuleField, _ transition: Transition?) -> ReferenceValue {
        func texts(_ texts: [String]) -> ReferenceValue {
            texts.isEmpty ? .none : .texts(texts)
        }
        func text(_ text: String?) -> ReferenceValue { texts(text.map { [$0] } ?? []) }
        switch field {
        case .event(.kind): return text(kind.name)
        case .event(.outcome): return text(outcome.name)
        case .event(.reason): return reason == .none ? .none : text(reason.name)
        case .event(.issuer): return text(issuer)
        case .event(.client): return text(client)
        case .event(.subject): return text(subject)
        case .event(.userAgent): return text(userAgent)
        case .event(.scopes): return texts(scopes)
        case .event(.session): return text(sessionText)
        case .event(.ip): return text(ip)
        case .event(.asn): return asn == 0 ? .none : .number(asn * 100)
        case .payload(let path): return texts(payload.filter { $0.path == path }.flatMap(\.values))
        case .anyText: return texts(allTexts)
        case .time(.minute): return .number(Self.minute(time) * 100)
        case .ledger(.fact): return texts(transition?.facts.names ?? [])
        case .ledger(.refused):
            return transition.map { .truth($0.isRefused) } ?? .none
        case .ledger(.generation):
            return transition.flatMap { $0.generation < 0 ? nil : Int($0.generation) }
                .map { .number($0 * 100) } ?? .none
        default: return .none
        }
    }

    private var allTexts: [String] {
        var result = [kind.name, outcome.name, "holder", id.hex]
        if reason != .none { result.append(reason.name) }
        result += [issuer, client, subject, userAgent, sessionText, ip].compactMap { $0 }
        result += scopes + payload.flatMap(\.values)
        for token in [presented, issued] where token != 0 {
            result.append(ID128(high: 2 << 32, low: UInt64(token)).uuidText)
        }
        return result
    }

    private static func minute(_ time: Int64) -> Int {
        let minute = 60 * second
        let inHour = (time % (60 * minute) + 60 * minute) % (60 * minute)
        return Int(inHour / minute)
    }
}
