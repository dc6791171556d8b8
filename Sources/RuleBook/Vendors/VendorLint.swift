internal import AuditModel
internal import LogFormats
internal import MarkedText

/// Holds test events against what their server could have written: a test on an event that cannot
/// be proves nothing.
enum VendorLint {
    // MARK: - Canonical events

    /// An event under canonical names that says which server wrote it.
    static func check(_ event: RawEvent, _ report: inout RuleText) {
        guard let dialect = event.members.first(where: { $0.name == "dialect" }),
            let vendor = dialect.values.first.flatMap(Vendor.named)
        else { return }
        guard let member = event.members.first(where: { $0.name == "vendor_type" }),
            let name = member.values.first
        else {
            report.error(
                .impossibleEvent, dialect.place,
                "an event of \(vendor.name) has a vendor_type", remedy: types(vendor))
            return
        }
        guard let type = vendor.types[name] else {
            unknownType(name, member.place, vendor, &report)
            return
        }
        for member in event.members {
            if member.name == "kind" {
                check(kind: member, type, name, vendor, &report)
            } else if let field = field(member.name),
                !type.fields.union(vendor.fields).union(Vendor.everywhere).contains(field)
            {
                report.error(
                    .impossibleEvent, member.keyPlace,
                    "\(vendor.name)'s \(name) says nothing of '\(member.name)'",
                    remedy: "it may have: " + fields(type, vendor))
            }
        }
    }

    private static func field(_ name: String) -> Field? {
        name == "issued_access" ? .issued : Field(rawValue: name)
    }

    private static func fields(_ type: VendorType, _ vendor: Vendor) -> String {
        type.fields.union(vendor.fields).map(\.name).sorted().joined(separator: ", ")
    }

    private static func check(
        kind member: RawEvent.Member, _ type: VendorType, _ name: String, _ vendor: Vendor,
        _ report: inout RuleText
    ) {
        guard let kind = member.values.first.flatMap({ EventKind(name: $0) }),
            !type.kinds.contains(kind)
        else { return }
        report.error(
            .impossibleEvent, member.place, "\(vendor.name)'s \(name) is never \(kind.name)",
            remedy: "it is \(type.kinds.map(\.name).sorted().joined(separator: " or "))")
    }

    private static func types(_ vendor: Vendor) -> String {
        "such as \(vendor.types.keys.sorted().prefix(8).joined(separator: ", ")), …"
    }

    private static func unknownType(
        _ name: String, _ place: Place, _ vendor: Vendor, _ report: inout RuleText
    ) {
        let nearest = Suggestion.phrase(for: name, among: vendor.types.keys)
        report.error(
            .impossibleEvent, place,
            "\(vendor.name) has no event type '\(name.prefix(60))'\(nearest)",
            remedy: types(vendor))
    }

    // MARK: - Records

    /// A record in its server's own form.
    static func check(_ record: RawEvent.Record, _ report: inout RuleText) {
        guard FormatRegistry.named(record.dialect) != nil else {
            report.unknown(
                .unknownValue, "dialect", record.dialect, record.place,
                allowed: FormatRegistry.all.map(\.name))
            return
        }
        if let vendor = Vendor.named(record.dialect), record.isJSON {
            let errors = report.errorCount
            checkMembers(record, vendor, &report)
            guard report.errorCount == errors else { return }
        }
        var records = VendorRecords()
        records.add(record, number: 1, at: TestTimeline.time(0))
        let decoded = records.decode()
        for issue in decoded.issues {
            report.error(
                .impossibleEvent, record.place,
                "\(record.dialect) cannot read the record: \(issue)")
        }
        if decoded.issues.isEmpty, decoded.batches.reduce(0, { $0 + $1.count }) != 1 {
            report.error(
                .impossibleEvent, record.place, "the record is no event of \(record.dialect)")
        }
    }

    private static func checkMembers(
        _ record: RawEvent.Record, _ vendor: Vendor, _ report: inout RuleText
    ) {
        guard let name = record.members[vendor.typeMember] else {
            report.error(
                .impossibleEvent, record.place,
                "a record of \(vendor.name) has a \(vendor.typeMember)", remedy: types(vendor))
            return
        }
        guard let type = vendor.types[name] else {
            unknownType(name, record.place, vendor, &report)
            return
        }
        let missing = type.members.filter { record.members[$0] == nil }
        if !missing.isEmpty {
            report.error(
                .impossibleEvent, record.place,
                "\(vendor.name)'s \(name) always has \(missing.joined(separator: ", "))",
                remedy: "add it as the server writes it")
        }
    }
}
