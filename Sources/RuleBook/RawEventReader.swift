internal import AuditModel
enum RawEventReader {
    static func row(_ event: RawEvent, _ report: inout RuleText) -> EventRow? { nil }
}
