internal import AuditModel
internal import WireFormat

/// Log lines as JSON: what Quarkus and WildFly write with their JSON formatters, plain or in the
/// terms of ECS, with the event as text in `message` or by field in the context (`event.*`); and
/// lines that a container runtime or a shipper has put into `log` or `message`.
extension KeycloakDecoder {
    /// A line of the server's log, or of another program's beside it.
    mutating func decodeLogLine(
        _ parts: Parts, _ record: Int, _ at: Int64, level: Int, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        guard let message = text(parts.message) else { return ignore() }
        let stamp = text(parts.stamp) ?? text(parts.time)
        guard let logger = text(parts.logger) else {
            unwrap(message, stamp, record, at, level: level, &batch, &issues)
            return
        }
        let replay = KeycloakCodeLine(category: logger, message)
        guard replay != nil || Self.isEventCategory(logger) else { return ignore() }
        guard let moment = stamped(stamp, record, &issues) else { return }
        if let replay {
            emit(replay, moment, record: record, at: at, &batch, &issues)
        } else if keepMessage(message, record, &issues) {
            emit(moment, nativeID: nil, record: record, at: at, &batch, &issues)
        }
    }

    private func text(_ index: Int) -> UnsafeRawBufferPointer? {
        guard index >= 0, document[index].kind == .string else { return nil }
        return document.value(document[index])
    }

    private mutating func stamped(
        _ stamp: UnsafeRawBufferPointer?, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> RecordTime? {
        guard let stamp else {
            fail(.fieldMissing, record, "timestamp", &issues)
            return nil
        }
        var fault = IssueCode.timeInvalid
        if let moment = RecordTime(stamp, settings.timeZone, &fault) { return moment }
        fail(fault, record, "timestamp", &issues)
        return nil
    }

    /// Decodes the line that a text of the record holds. Its bytes move, since the document is used
    /// for what is in them.
    private mutating func unwrap(
        _ line: UnsafeRawBufferPointer, _ stamp: UnsafeRawBufferPointer?, _ record: Int,
        _ at: Int64, level: Int, _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        if let time = stamp.flatMap(TimeText.parse), !time.isLocal { carrierTime = time.time }
        var end = line.count
        while end > 0, line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
        let content = UnsafeRawBufferPointer(rebasing: line[..<end])
        switch level {
        case 0:
            wrapped.truncate(to: 0)
            wrapped.append(content)
            decode(wrapped.bytes, record, at, level: 1, &batch, &issues)
        case 1:
            wrappedTwice.truncate(to: 0)
            wrappedTwice.append(content)
            decode(wrappedTwice.bytes, record, at, level: 2, &batch, &issues)
        default: ignore()
        }
    }

    // MARK: - Events by field in the context

    /// Whether a member is a context that holds an event.
    func isContext(_ index: Int) -> Bool {
        guard index >= 0, document[index].kind == .object else { return false }
        let end = Int(document[index].next)
        var child = index + 1
        while child < end {
            let node = document[child]
            if ByteSearch.equals(document.key(node), "event.realmId") { return true }
            child = Int(node.next)
        }
        return false
    }

    /// An event whose fields are `event.*`, its details JSON in a text of `event.detailsJson`.
    mutating func decodeContext(
        _ context: Int, _ record: Int, _ at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        beginEvent()
        var time = -1
        let end = Int(document[context].next)
        var index = context + 1
        while index < end {
            let node = document[index]
            let key = document.key(node)
            if ByteSearch.starts(key, "event."), node.kind == .string || node.kind == .number {
                let name = UnsafeRawBufferPointer(rebasing: key[6...])
                if ByteSearch.equals(name, "time") {
                    time = index
                } else {
                    keepContext(name, document.value(node), record, &issues)
                }
            }
            index = Int(node.next)
        }
        guard namesType else {
            fail(.fieldMissing, record, "type", &issues)
            return
        }
        guard time >= 0 else {
            fail(.fieldMissing, record, "time", &issues)
            return
        }
        guard let moment = milliseconds(document.value(document[time]), record, &issues) else {
            return
        }
        emit(moment, nativeID: fields.take(.id), record: record, at: at, &batch, &issues)
    }

    private mutating func keepContext(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ record: Int,
        _ issues: inout [DecodeIssue]
    ) {
        if ByteSearch.equals(name, "class") { return }
        if ByteSearch.equals(name, "detailsJson") {
            keepInnerDetails(value, record, &issues)
            return
        }
        let slot = table.index(of: name, hash: KeyHash.of(name))
        let isOwn = slot.map { $0 < KeycloakField.firstDetail } ?? false
        keep(isOwn ? slot : nil, name, value, record, &issues)
    }

    private mutating func keepInnerDetails(
        _ text: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        do throws(JSONError) {
            try innerDocument.read(
                text,
                limits: JSONLimits(
                    maximumDepth: settings.maximumDepth, maximumLength: Int(Int32.max)))
        } catch {
            note(error.code, record, "detailsJson", &issues)
            return
        }
        guard innerDocument[0].kind == .object else { return }
        var index = 1
        while index < innerDocument.count {
            let node = innerDocument[index]
            let key = innerDocument.key(node)
            let slot = table.index(of: key, hash: node.keyHash)
            let isDetail = slot.map { $0 >= KeycloakField.firstDetail } ?? false
            if node.kind != .null {
                keep(isDetail ? slot : nil, key, innerDocument.value(node), record, &issues)
            }
            index = Int(node.next)
        }
    }
}
