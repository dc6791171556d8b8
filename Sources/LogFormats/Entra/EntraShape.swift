internal import AuditModel
internal import WireFormat

/// Writes a flat record in the shape of Event Hub: an envelope, and `properties`.
///
/// Log Analytics has both side by side as columns in PascalCase, some of them JSON in a text; the
/// Graph API has objects that are the `properties` alone. What both leave out of the envelope is
/// which log it is, which the table's name or the members tell.
struct EntraShape: ~Copyable {
    /// A column of Log Analytics, and how it is written.
    private struct Column {
        var column: String
        var name: String
        var isOuter = false
        /// It may be JSON in a text.
        var isNested = false

        init(_ column: String, _ name: String? = nil, outer: Bool = false, nested: Bool = false) {
            self.column = column
            self.name = name ?? column.prefix(1).lowercased() + column.dropFirst()
            isOuter = outer
            isNested = nested
        }
    }

    private static let columns: [Column] = outer + renamed + nestedTexts

    private static let outer: [Column] =
        [
            "OperationName", "OperationVersion", "ResultType", "ResultSignature",
            "ResultDescription", "DurationMs", "CorrelationId", "Identity", "Level", "ResourceId",
            "CallerIpAddress",
        ].map { Column($0, outer: true) }

    private static let renamed: [Column] = [
        Column("TimeGenerated", "time", outer: true),
        Column("AADTenantId", "tenantId", outer: true),
        Column("AadTenantId", "tenantId", outer: true),
        Column("CallerIPAddress", "callerIpAddress", outer: true),
        Column("IPAddress", "ipAddress"), Column("ID", "id"),
        Column("ResourceIdentity", "resourceId"),
        Column("LocationDetails", "location", nested: true),
    ]

    private static let nestedTexts: [Column] =
        [
            "Status", "DeviceDetail", "MfaDetail", "InitiatedBy", "TargetResources",
            "AdditionalDetails", "AuthenticationDetails", "AuthenticationProcessingDetails",
            "AuthenticationRequirementPolicies", "ConditionalAccessPolicies",
            "AppliedConditionalAccessPolicies", "NetworkLocationDetails",
            "SessionLifetimePolicies", "TokenProtectionStatusDetails", "RiskEventTypes",
        ].map { Column($0, nested: true) }

    private static let table = NameTable(columns.map(\.column))
    /// By column: where its name is in ``names``, and what is so of it.
    private static let nameIndexes = columns.map { uniqueNames.firstIndex(of: $0.name) ?? 0 }
    private static let areOuter = columns.map(\.isOuter)
    private static let areNested = columns.map(\.isNested)
    private static let uniqueNames = Array(Set(columns.map(\.name))).sorted()
    private static let names = NameTable(uniqueNames)

    private var nested = JSONDocument()
    private var category = EntraCategory()

    /// - Parameter text: gets one JSON object.
    mutating func write(_ fields: borrowing JSONFields, into text: inout ByteBuffer) {
        let name = category.find(fields)
        writeKey("category", separator: 0x7B, &text)
        text.appendJSON(name.text)
        writeMembers(outer: true, name, fields, &text)
        writeKey("properties", separator: 0x2C, &text)
        let start = text.count
        writeMembers(outer: false, name, fields, &text)
        if text.count == start { text.append(0x7B) }
        text.append(0x7D)
        text.append(0x7D)
    }

    private mutating func writeMembers(
        outer: Bool, _ name: EntraCategory.Name, _ fields: borrowing JSONFields,
        _ text: inout ByteBuffer
    ) {
        var separator: UInt8 = outer ? 0x2C : 0x7B
        let end = Int(fields.document[fields.root].next)
        var child = fields.root + 1
        while child < end {
            let node = fields.document[child]
            if node.kind != .null, child != name.node {
                writeMember(node, outer: outer, &separator, fields.document, &text)
            }
            child = Int(node.next)
        }
    }

    private mutating func writeMember(
        _ node: JSONNode, outer: Bool, _ separator: inout UInt8,
        _ document: borrowing JSONDocument, _ text: inout ByteBuffer
    ) {
        let key = document.key(node)
        let value = document.value(node)
        let index = Self.table.index(of: key, hash: node.keyHash)
        let isPlace = index == nil && ByteSearch.equals(key, "Location")
        let isObject = node.kind == .object || (isPlace && isJSON(node, document))
        let isOuter = isPlace ? !isObject : index.map { Self.areOuter[$0] } ?? false
        guard isOuter == outer else { return }
        text.append(separator)
        separator = 0x2C
        if let index {
            text.appendJSON(Self.names.name(Self.nameIndexes[index]))
        } else {
            Self.writeCamel(key, &text)
        }
        text.append(0x3A)
        let isNested = isPlace || index.map { Self.areNested[$0] } ?? false
        if node.kind == .string, !(isNested && isJSON(node, document)) {
            text.appendJSON(value)
        } else {
            text.append(value)
        }
    }

    /// Whether a text is an object or a list.
    private mutating func isJSON(_ node: JSONNode, _ document: borrowing JSONDocument) -> Bool {
        guard node.kind == .string else { return false }
        let text = document.value(node)
        return JSONFraming.isJSON(text) && (try? nested.read(text)) != nil
    }

    private func writeKey(_ key: StaticString, separator: UInt8, _ text: inout ByteBuffer) {
        text.append(separator)
        text.appendJSON(UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        text.append(0x3A)
    }

    /// `AppId` as `appId`; a name that is no word as it is.
    private static func writeCamel(_ key: UnsafeRawBufferPointer, _ text: inout ByteBuffer) {
        guard let first = key.first, first &- 0x41 < 26, key.allSatisfy(isWordByte) else {
            return text.appendJSON(key)
        }
        text.append(0x22)
        text.append(first | 0x20)
        text.append(UnsafeRawBufferPointer(rebasing: key.dropFirst()))
        text.append(0x22)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x5F
    }
}
