public import AuditModel

/// How many alerts of one tenant a hook is told one by one within 24 hours, before the rest is
/// gathered.
public struct NotificationBudget: Sendable, Equatable {
    /// Of severity high or critical.
    public var pages: Int
    /// Less severe ones.
    public var tickets: Int

    public init(pages: Int, tickets: Int) {
        self.pages = pages
        self.tickets = tickets
    }

    func limit(of kind: NotificationClass) -> Int { kind == .pages ? pages : tickets }
}

/// What a notification asks of people.
public enum NotificationClass: Int, Sendable, CaseIterable {
    /// To look at once.
    case pages = 0
    /// To look in working hours.
    case tickets

    public init(_ severity: Severity) {
        self = Self.pages.severities.contains(severity) ? .pages : .tickets
    }

    /// What the severities of its notifications are.
    var severities: ClosedRange<Severity> {
        self == .pages ? .high ... .critical : .info ... .medium
    }

    /// As configuration, metrics and status call it.
    public var name: String { self == .pages ? "pages" : "tickets" }
}

/// One revision of an alert as budgets see it.
struct BudgetNotice {
    /// The rule's name.
    var rule: String
    /// Empty when the alert names none.
    var tenant: String
    /// Empty when the alert names none.
    var client: String
    var severity: Severity
    var alert: ID128
    var revision: Int
    var isWithdrawal: Bool

    init(_ alert: Alert) {
        rule = alert.rule.name
        tenant = alert.tenant ?? ""
        client = alert.keys.client ?? ""
        severity = alert.severity
        self.alert = alert.id
        revision = alert.revision
        isWithdrawal = alert.state == .withdrawn
    }
}
