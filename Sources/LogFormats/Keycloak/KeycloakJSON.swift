internal import AuditModel
internal import WireFormat

/// Events as JSON: `{id, time, type, realmId, …, details{}}`, admin events and those of webhooks
/// with `authDetails{}`, one or an array of them; and log lines that are JSON or in JSON.
extension KeycloakDecoder {
    /// Members of an object that are no fields of an event themselves.
    enum Part: Int {
        case details, authDetails
        /// Of a log line as JSON: its logger, its time, its message, its context.
        case logger, stamp, message, context
        /// Of a context whose members are the object's own.
        case flatContext
    }

    /// Where such members are; -1 for none.
    struct Parts {
        var time = -1
        var details = -1
        var authDetails = -1
        var logger = -1
        var stamp = -1
        var message = -1
        var context = -1
        var flatContext = -1

        /// Of several members for one part the first counts.
        mutating func set(_ part: Part, _ index: Int) {
            switch part {
            case .details: if details < 0 { details = index }
            case .authDetails: if authDetails < 0 { authDetails = index }
            case .logger: if logger < 0 { logger = index }
            case .stamp: if stamp < 0 { stamp = index }
            case .message: if message < 0 { message = index }
            case .context: if context < 0 { context = index }
            case .flatContext: if flatContext < 0 { flatContext = index }
            }
        }
    }

    private static let partNames: [(name: String, part: Part)] = [
        ("details", .details), ("authDetails", .authDetails), ("loggerName", .logger),
        ("log.logger", .logger), ("timestamp", .stamp), ("@timestamp", .stamp),
        ("message", .message), ("log", .message), ("mdc", .context),
        ("event.class", .flatContext), ("event.realmId", .flatContext),
    ]

    private static let partTable = NameTable(partNames.map(\.name))

    mutating func decodeJSON(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ at: Int64, level: Int,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        do throws(JSONError) {
            try document.read(
                content,
                limits: JSONLimits(
                    maximumDepth: settings.maximumDepth, maximumLength: Int(Int32.max)))
        } catch {
            fail(error.code, record, "at byte \(error.offset)", &issues)
            return
        }
        if document[0].kind == .object {
            decodeObject(0, record, at, level: level, &batch, &issues)
            return
        }
        var index = 1
        while index < document.count {
            let node = document[index]
            let place = at &+ Int64(document.offset(node) ?? 0)
            if node.kind == .object {
                // Elements are events: what one wraps would take the document of the others.
                decodeObject(index, record, place, level: 2, &batch, &issues)
            } else {
                fail(.fieldInvalid, record, "an element is no object", &issues)
            }
            index = Int(node.next)
        }
        if document.count == 1 { ignore() }
    }

    private mutating func decodeObject(
        _ root: Int, _ record: Int, _ at: Int64, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        beginEvent()
        let parts = keepMembers(root, record, &issues)
        if parts.flatContext >= 0 || isContext(parts.context) {
            let context = parts.flatContext >= 0 ? root : parts.context
            decodeContext(context, record, at, &batch, &issues)
        } else if isLogLine(parts) {
            decodeLogLine(parts, record, at, level: level, &batch, &issues)
        } else if namesType {
            decodeEvent(parts, record, at, &batch, &issues)
        } else {
            fail(.fieldMissing, record, "type", &issues)
        }
    }

    /// Whether the fields that were kept say what happened.
    var namesType: Bool {
        fields.text(.type) != nil
            || (fields.text(.operationType) != nil && fields.text(.resourceType) != nil)
    }

    private mutating func keepMembers(
        _ root: Int, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Parts {
        var parts = Parts()
        let end = Int(document[root].next)
        var index = root &+ 1
        while index < end {
            let node = document[index]
            let key = document.key(node)
            let slot = table.index(of: key, hash: node.keyHash)
            if slot == KeycloakField.time.rawValue {
                parts.time = index
            } else if slot == nil, let part = Self.partTable.index(of: key, hash: node.keyHash) {
                keepPart(Self.partNames[part].part, index, &parts)
            } else {
                keepMember(index, slot, record, &issues)
            }
            index = Int(node.next)
        }
        return parts
    }

    private func keepPart(_ part: Part, _ index: Int, _ parts: inout Parts) {
        guard part == .message, document[index].kind == .object else {
            parts.set(part, index)
            return
        }
        // What was indexed as ECS has the logger in an object.
        let end = Int(document[index].next)
        var child = index + 1
        while child < end {
            let node = document[child]
            if ByteSearch.equals(document.key(node), "logger") { parts.set(.logger, child) }
            child = Int(node.next)
        }
    }

    private func isLogLine(_ parts: Parts) -> Bool {
        parts.message >= 0 && fields.text(.realmId) == nil && fields.text(.realmName) == nil
            && parts.details < 0
    }

    private mutating func decodeEvent(
        _ parts: Parts, _ record: Int, _ at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        for index in [parts.logger, parts.stamp, parts.message, parts.context] where index >= 0 {
            keepMember(index, nil, record, &issues)
        }
        keepDetails(parts.details, record, &issues)
        keepActor(parts.authDetails, record, &issues)
        takeWebhookType()
        guard let moment = moment(parts.time, record, &issues) else { return }
        emit(moment, nativeID: fields.take(.id), record: record, at: at, &batch, &issues)
    }

    private mutating func keepDetails(
        _ details: Int, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        guard details >= 0 else { return }
        guard document[details].kind == .object else {
            keepMember(details, nil, record, &issues)
            return
        }
        let end = Int(document[details].next)
        var index = details &+ 1
        while index < end {
            let node = document[index]
            let slot = table.index(of: document.key(node), hash: node.keyHash)
            let isDetail = slot.map { $0 >= KeycloakField.firstDetail } ?? false
            keepMember(index, isDetail ? slot : nil, record, &issues)
            index = Int(node.next)
        }
    }

    /// Who acted, and where: `authDetails` of admin events and of webhooks.
    private mutating func keepActor(
        _ actor: Int, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        guard actor >= 0 else { return }
        guard document[actor].kind == .object else {
            keepMember(actor, nil, record, &issues)
            return
        }
        let end = Int(document[actor].next)
        var index = actor &+ 1
        while index < end {
            let node = document[index]
            let name = table.index(of: document.key(node), hash: node.keyHash)
            let slot: KeycloakField? =
                switch name.flatMap(KeycloakField.init(rawValue:)) {
                case .realmId: .authRealmId
                case .realmName: .authRealmName
                case .clientId: .authClientId
                case .userId: .authUserId
                case .ipAddress: .authIpAddress
                case .sessionId: .authSessionId
                default: nil
                }
            keepMember(index, slot?.rawValue, record, &issues)
            index = Int(node.next)
        }
    }

    /// Webhooks put `access.` before the type of an event, and its parties where admin events have
    /// who acted; the realm's name in place of its id.
    private mutating func takeWebhookType() {
        guard let type = fields.text(.type), ByteSearch.starts(type, "access.") else { return }
        fields.replace(.type, UnsafeRawBufferPointer(rebasing: type[7...]))
        fields.move(.authClientId, to: .clientId)
        fields.move(.authUserId, to: .userId)
        fields.move(.authSessionId, to: .sessionId)
        fields.move(.authIpAddress, to: .ipAddress)
        fields.move(.authRealmId, to: .realmName)
    }

    @inline(__always)
    private mutating func keepMember(
        _ index: Int, _ slot: Int?, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        let node = document[index]
        switch node.kind {
        case .string: keep(slot, document.key(node), document.value(node), record, &issues)
        case .null: break
        default:
            if let slot {
                note(.fieldInvalid, record, KeycloakField.names[slot], &issues)
            }
            payload.add(document.key(node), document.value(node), node: index)
        }
    }

    /// The event time: milliseconds since 1970; nil, with an issue, for anything else.
    private mutating func moment(
        _ index: Int, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> RecordTime? {
        guard index >= 0 else {
            fail(.fieldMissing, record, "time", &issues)
            return nil
        }
        let node = document[index]
        guard node.kind == .number else {
            fail(.timeInvalid, record, "time", &issues)
            return nil
        }
        return milliseconds(document.value(node), record, &issues)
    }

    /// A time in milliseconds since 1970; nil, with an issue, for anything else.
    mutating func milliseconds(
        _ text: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> RecordTime? {
        switch JSONNumber.integer(text) {
        case .value(let milliseconds):
            guard milliseconds >= 0, milliseconds <= Int64.max / 1_000_000 else { break }
            return RecordTime(time: milliseconds * 1_000_000, precision: 3)
        case .outOfRange: break
        case .notInteger:
            fail(.timeInvalid, record, "time", &issues)
            return nil
        }
        fail(.timeRange, record, "time", &issues)
        return nil
    }
}
