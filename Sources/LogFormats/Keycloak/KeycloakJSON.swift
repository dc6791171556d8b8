internal import AuditModel
internal import WireFormat

/// Events as JSON: `{id, time, type, realmId, …, details{}}`, one or an array of them.
extension KeycloakDecoder {
    mutating func decodeJSON(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ at: Int64,
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
            decodeObject(0, record, at, &batch, &issues)
            return
        }
        var index = 1
        while index < document.count {
            let node = document[index]
            let place = at &+ Int64(document.offset(node) ?? 0)
            if node.kind == .object {
                decodeObject(index, record, place, &batch, &issues)
            } else {
                fail(.fieldInvalid, record, "an element is no object", &issues)
            }
            index = Int(node.next)
        }
        if document.count == 1 { ignore() }
    }

    private mutating func decodeObject(
        _ root: Int, _ record: Int, _ at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        beginEvent()
        var timeNode = -1
        let end = Int(document[root].next)
        var index = root &+ 1
        while index < end {
            let node = document[index]
            let key = document.key(node)
            let slot = table.index(of: key, hash: node.keyHash)
            if slot == KeycloakField.time.rawValue {
                timeNode = index
            } else if slot == nil, node.kind == .object, ByteSearch.equals(key, "details") {
                keepDetails(index, record, &issues)
            } else {
                keepMember(index, slot, record, &issues)
            }
            index = Int(node.next)
        }
        guard fields.text(.type) != nil else {
            fail(.fieldMissing, record, "type", &issues)
            return
        }
        guard let moment = moment(timeNode, record, &issues) else { return }
        emit(moment, nativeID: fields.take(.id), record: record, at: at, &batch, &issues)
    }

    private mutating func keepDetails(
        _ details: Int, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
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
    ) -> Moment? {
        guard index >= 0 else {
            fail(.fieldMissing, record, "time", &issues)
            return nil
        }
        let node = document[index]
        guard node.kind == .number else {
            fail(.timeInvalid, record, "time", &issues)
            return nil
        }
        switch JSONNumber.integer(document.value(node)) {
        case .value(let milliseconds):
            guard milliseconds >= 0, milliseconds <= Int64.max / 1_000_000 else { break }
            return Moment(time: milliseconds * 1_000_000, precision: 3, flags: [])
        case .outOfRange: break
        case .notInteger:
            fail(.timeInvalid, record, "time", &issues)
            return nil
        }
        fail(.timeRange, record, "time", &issues)
        return nil
    }
}
