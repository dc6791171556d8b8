public import AuditModel
public import EventStore
internal import WireFormat

/// Asks that people hear nothing of some alerts for a while.
public struct SilenceRequest: StoreDecision, Equatable {
    /// As the control socket has it.
    public static let word = "alerts.silence"
    /// How long a silence may last, nanoseconds: 90 days.
    public static let longest: Int64 = 90 * 86_400_000_000_000
    /// Silences at once.
    public static let mostActive = 1_000
    private static let mostPrefixes = 100
    private static let mostPattern = 200

    /// Patterns as ``Silence`` has them; nil for every alert.
    public var rule: String?
    public var client: String?
    public var subject: String?
    public var tenant: String?
    /// Addresses or prefixes.
    public var attackers: [String] = []
    /// The name of the greatest severity that is silenced.
    public var most: String
    /// How long, nanoseconds; or else ``until`` says when it ends.
    public var duration: Int64?
    /// Nanoseconds UTC.
    public var until: Int64?
    /// Who wants it.
    public var actor: String
    /// Why, in words.
    public var reason: String

    /// Asks for a silence of all alerts up to a severity, until patterns are set.
    public init(most: Severity, actor: String, reason: String) {
        self.most = most.name
        self.actor = actor
        self.reason = reason
    }

    /// Why a silence is refused.
    private struct Refusal: Error {
        var reason: String
    }

    /// Makes the silence.
    public func perform(
        on store: EventStore, at time: Int64, by user: ControlPeer? = nil
    ) throws(StoreError) -> SilenceAnswer {
        let active = try store.silences(includingEnded: false).count { $0.until > time }
        if active >= Self.mostActive {
            return SilenceAnswer(
                error: "\(active) silences are active and no more can be; take some back with "
                    + "`grantrail alerts unsilence`")
        }
        var silence: Silence
        do throws(Refusal) {
            silence = try terms(at: time)
        } catch {
            return SilenceAnswer(error: error.reason)
        }
        silence.id = try store.lastSilence() + 1
        var commit = LiveCommit()
        commit.silences = [silence]
        commit.controls = [
            .about("silence.created", at: time, in: store) { writer in
                writer.member("silence", silence.id)
                silence.appendTerms(to: &writer)
                user?.append(to: &writer)
            }
        ]
        try store.commit(commit)
        return SilenceAnswer(silence, at: time, changed: true)
    }

    // MARK: - What is asked for

    private func terms(at time: Int64) throws(Refusal) -> Silence {
        guard DecisionText.isUsable(actor), DecisionText.isUsable(reason) else {
            throw Refusal(
                reason: "who silences alerts and why is said with 1 to \(DecisionText.most) bytes "
                    + "each; give --by and --reason")
        }
        guard let most = Severity(name: most) else {
            throw Refusal(
                reason: "'\(most.prefix(40))' is no severity; there are: "
                    + Severity.names.joined(separator: ", "))
        }
        var silence = Silence(
            id: 0, most: most, actor: actor, reason: reason, created: time,
            until: try end(from: time))
        (silence.rule, silence.client) = (try pattern(rule), try pattern(client))
        (silence.subject, silence.tenant) = (try pattern(subject), try pattern(tenant))
        silence.attackers = try prefixes()
        if [rule, client, subject, tenant].allSatisfy({ $0 == nil }), attackers.isEmpty {
            throw Refusal(
                reason: "a silence without a condition would hide every alert; name at least one "
                    + "of --rule, --client, --subject, --tenant and --attacker")
        }
        return silence
    }

    private func end(from time: Int64) throws(Refusal) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(duration ?? 0)
        let end = until ?? sum
        let (span, isFar) = end.subtractingReportingOverflow(time)
        guard !overflow, !isFar, span > 0, (until == nil) != (duration == nil) else {
            throw Refusal(
                reason: "a silence needs an end that is yet to come; give one of --for 8h and "
                    + "--until TIME")
        }
        guard span <= Self.longest else {
            throw Refusal(
                reason: "a silence lasts 90 days at most; what is to be quiet for good belongs "
                    + "into a rule's overlay or a sink's routing")
        }
        return end
    }

    private func pattern(_ text: String?) throws(Refusal) -> String? {
        guard let text else { return nil }
        if !text.isEmpty, text.utf8.count <= Self.mostPattern { return text }
        throw Refusal(reason: "a condition has 1 to \(Self.mostPattern) bytes; shorten it with *")
    }

    private func prefixes() throws(Refusal) -> [IPPrefix] {
        if attackers.count > Self.mostPrefixes {
            throw Refusal(
                reason: "\(attackers.count) addresses are too many; name up to "
                    + "\(Self.mostPrefixes), or prefixes that hold them")
        }
        var prefixes: [IPPrefix] = []
        for text in attackers {
            switch IPPrefix.read(text) {
            case .success(let prefix): prefixes.append(prefix)
            case .failure(.notAPrefix):
                throw Refusal(
                    reason: "'\(text.prefix(60))' is neither address nor prefix; write it like "
                        + "192.0.2.7 or 2001:db8::/32")
            case .failure(.hostBits(let meant)):
                throw Refusal(
                    reason: "'\(text.prefix(60))' has bits set beyond its length; did you mean "
                        + "\(meant)?")
            }
        }
        return prefixes
    }
}

/// Takes a silence back before its end.
public struct UnsilenceRequest: StoreDecision, Equatable {
    /// As the control socket has it.
    public static let word = "alerts.unsilence"

    /// The silence's number.
    public var id: Int64
    /// Who takes it back.
    public var actor: String

    public init(id: Int64, actor: String) {
        self.id = id
        self.actor = actor
    }

    /// Ends the silence, unless it has ended.
    public func perform(
        on store: EventStore, at time: Int64, by user: ControlPeer? = nil
    ) throws(StoreError) -> SilenceAnswer {
        guard DecisionText.isUsable(actor) else {
            return SilenceAnswer(
                error: "who takes a silence back is named with 1 to \(DecisionText.most) bytes; "
                    + "give a name with --by")
        }
        guard var silence = try store.silence(id: id) else { return SilenceAnswer(unknown: id) }
        if silence.status(at: time) != .active {
            return SilenceAnswer(silence, at: time, changed: false)
        }
        silence.ended = time
        silence.endedBy = actor
        var commit = LiveCommit()
        commit.silences = [silence]
        commit.controls = [
            .about("silence.removed", at: time, in: store) { writer in
                writer.member("silence", id)
                writer.member("actor", actor)
                writer.member("held", silence.held)
                user?.append(to: &writer)
            }
        ]
        try store.commit(commit)
        return SilenceAnswer(silence, at: time, changed: true)
    }
}

/// What became of a silence.
public struct SilenceAnswer: DecisionAnswer, Equatable {
    public var id: Int64?
    /// `active`, `expired` or `removed`; `unknown` when there is no silence of this id.
    public var status: String?
    public var changed = false
    /// When it ends or ended, RFC 3339.
    public var end: String?
    /// Who took it back.
    public var actor: String?
    /// Why nothing was done at all: what could not be done, why, what to do.
    public var error: String?

    /// Nothing was done.
    public init(error: String) { self.error = error }

    init(unknown id: Int64) {
        self.id = id
        status = "unknown"
    }

    init(_ silence: Silence, at time: Int64, changed: Bool) {
        id = silence.id
        status = silence.status(at: time).rawValue
        self.changed = changed
        end = TimeText.string(silence.ended ?? silence.until, precision: 0)
        actor = silence.endedBy.isEmpty ? nil : silence.endedBy
    }
}
