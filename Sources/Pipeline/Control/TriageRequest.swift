internal import AuditModel
public import EventStore
internal import Foundation
internal import WireFormat

/// What somebody decides about alerts.
public struct TriageRequest: StoreDecision, Equatable {
    /// As the control socket has it.
    public static let word = "alerts.decide"

    /// What is decided.
    public enum Verb: String, Codable, Sendable, CaseIterable {
        case ack, close, reopen
    }

    /// Why an alert is closed: the verdicts of OCSF's incident profile.
    public static let reasons = [
        "true_positive", "false_positive", "benign", "test", "duplicate", "insufficient_data",
        "disregard",
    ]

    public var verb: Verb
    /// Alert ids, or the first digits of them that no other alert shares.
    public var ids: [String]
    /// Who decides.
    public var actor: String
    /// One of ``reasons`` when alerts are closed; empty otherwise.
    public var reason: String
    /// Free text.
    public var note: String

    public init(verb: Verb, ids: [String], actor: String, reason: String = "", note: String = "") {
        self.verb = verb
        self.ids = ids
        self.actor = actor
        self.reason = reason
        self.note = note
    }
}

/// What became of a request.
public struct TriageAnswer: DecisionAnswer, Equatable {
    /// One alert.
    public struct Result: Codable, Sendable, Equatable {
        public var id: String
        /// `acknowledged`, `closed`, `open`; `unknown` or `ambiguous` for an id that names none.
        public var status: String
        public var changed: Bool
        /// Who decided what stands, and when, RFC 3339.
        public var actor: String?
        public var time: String?
    }

    public var results: [Result]
    /// Why nothing was done at all: what could not be done, why, what to do.
    public var error: String?

    public init(results: [Result] = [], error: String? = nil) {
        self.results = results
        self.error = error
    }

    /// Nothing was done.
    public init(error: String) { self.init(results: [], error: error) }
}

extension TriageRequest {
    private static let mostIDs = 1000

    /// Decides, at a time. What somebody decided before stands: who acknowledges an alert that is
    /// acknowledged learns by whom.
    ///
    /// - Parameters:
    ///   - time: nanoseconds UTC.
    ///   - user: who asks, as the kernel says.
    public func perform(
        on store: EventStore, at time: Int64, by user: ControlPeer? = nil
    ) throws(StoreError) -> TriageAnswer {
        if let error { return TriageAnswer(results: [], error: error) }
        var commit = LiveCommit()
        var answer = TriageAnswer(results: [])
        for id in ids {
            let matches = try store.alertRecords(withIDPrefix: id.lowercased(), limit: 2)
            guard let record = matches.first, matches.count == 1 else {
                let status = matches.isEmpty ? "unknown" : "ambiguous"
                answer.results.append(.init(id: id, status: status, changed: false))
                continue
            }
            // One that is named twice is decided about once.
            let decided = commit.triages.first { $0.alert == record.id }
            let before: Triage? =
                if let decided { decided } else { try store.triage(of: record.id) }
            if let before, stands(before) {
                answer.results.append(Self.result(before, isChanged: false))
                continue
            }
            let triage = decision(about: record, at: time)
            if before == nil, verb == .reopen {
                answer.results.append(Self.result(triage, isChanged: false))
                continue
            }
            commit.triages.append(triage)
            commit.controls.append(control(triage, at: time, in: store, user))
            answer.results.append(Self.result(triage, isChanged: true))
        }
        if !commit.isEmpty { try store.commit(commit) }
        return answer
    }

    private var error: String? {
        if ids.isEmpty || ids.count > Self.mostIDs {
            return "cannot decide about \(ids.count) alerts; name 1 to \(Self.mostIDs)"
        }
        if let id = ids.first(where: { $0.isEmpty || $0.contains { !$0.isHexDigit } }) {
            return "'\(id)' is no alert id; `grantrail alerts list` shows them"
        }
        if !DecisionText.isUsable(actor) || note.utf8.count > DecisionText.most {
            return "who decides is named with 1 to \(DecisionText.most) bytes, as is the note; "
                + "give a name with --by"
        }
        if verb == .close, !Self.reasons.contains(reason) {
            return "'\(reason)' is no reason to close an alert; reasons are: "
                + Self.reasons.joined(separator: ", ")
        }
        return nil
    }

    private var status: Triage.Status {
        switch verb {
        case .ack: .acknowledged
        case .close: .closed
        case .reopen: .open
        }
    }

    /// Whether a decision that stands already says so, or more.
    private func stands(_ before: Triage) -> Bool {
        switch verb {
        case .ack: before.status != .open
        case .close: before.status == .closed
        case .reopen: before.status == .open
        }
    }

    private func decision(about record: AlertRecord, at time: Int64) -> Triage {
        Triage(
            alert: record.id, status: status, actor: actor, reason: verb == .close ? reason : "",
            note: note, time: time, severity: record.severity)
    }

    private static func result(_ triage: Triage, isChanged: Bool) -> TriageAnswer.Result {
        TriageAnswer.Result(
            id: triage.alert.hex, status: triage.status.rawValue, changed: isChanged,
            actor: triage.actor, time: TimeText.string(triage.time, precision: 0))
    }

    private func control(
        _ triage: Triage, at time: Int64, in store: EventStore, _ user: ControlPeer?
    ) -> ControlRecord {
        .about("alert.\(triage.status.rawValue)", at: time, in: store) { writer in
            writer.member("alert", triage.alert.hex)
            writer.member("actor", triage.actor)
            if !triage.reason.isEmpty { writer.member("reason", triage.reason) }
            if !triage.note.isEmpty { writer.member("note", triage.note) }
            user?.append(to: &writer)
        }
    }
}

/// Requests and answers of the control socket as one line of JSON.
public enum ControlJSON {
    /// Without line ends.
    public static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // What is encoded here has only texts, numbers and truth values.
        guard let data = try? encoder.encode(value) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Nil for what is no such value.
    public static func value<Value: Decodable>(_ type: Value.Type, _ text: Substring) -> Value? {
        try? JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
