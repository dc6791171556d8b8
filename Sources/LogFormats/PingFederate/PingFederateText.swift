internal import AuditModel
internal import WireFormat

/// Takes a line of PingFederate apart, whichever pattern it was written by, and writes its fields
/// under the names of the pattern.
struct PingFederateTranslator: ~Copyable {
    /// How far into a line its date may stand, behind what a shipper put before it.
    private static let longestPrefix = 256
    /// The most columns of a line.
    private static let maximumColumns = 64

    var members = TextMembers()
    var columns: ContiguousArray<UnsafeRawBufferPointer> = []
    var scratch = ByteBuffer(capacity: 4096)

    /// See ``JSONMapping/rewrite(_:into:)``.
    mutating func rewrite(
        _ record: UnsafeRawBufferPointer, into json: inout ByteBuffer
    ) -> Rewriting {
        members.removeAll()
        let line = record.trimmed()
        if line.isEmpty { return .none }
        if let header = Self.header(line) {
            return translateCEF(line, from: header, into: &json)
        }
        var start = 0
        while let date = LogDate(line, from: start, within: Self.longestPrefix) {
            start = date.end
            let rest = Self.rest(line, date)
            members.add("time", date.text)
            if let outcome = translate(rest, into: &json) { return outcome }
            members.removeAll()
        }
        return Self.isPart(line) ? .fault(.textSyntax, "part of an event") : .none
    }

    /// What follows a date, past the quotes around it if there were any.
    private static func rest(
        _ line: UnsafeRawBufferPointer, _ date: LogDate
    ) -> UnsafeRawBufferPointer {
        var end = date.end
        if end < line.count, line[end] == 0x22 { end += 1 }
        return UnsafeRawBufferPointer(rebasing: line[end...]).trimmed()
    }

    /// Nil if the date is not this server's own.
    private mutating func translate(
        _ rest: UnsafeRawBufferPointer, into json: inout ByteBuffer
    ) -> Rewriting? {
        guard let first = rest.first else { return nil }
        if first == 0x7C {
            translateColumns(rest)
        } else if TextPairs.startsPair(rest) {
            guard addPairs(rest) else { return .fault(.textSyntax, "not a list of pairs") }
        } else if !addServerLine(rest) {
            return nil
        }
        members.write(into: &json)
        return .object
    }

    /// Whether a line without a date has the marks of an audit event.
    private static func isPart(_ line: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.contains(line, "trackingid=\"") || ByteSearch.contains(line, "| tid:")
            || line.contains(0)
    }

    /// Whether a line is certainly this server's.
    static func speaks(_ record: UnsafeRawBufferPointer) -> Bool {
        let line = record.trimmed()
        if header(line) != nil { return true }
        var start = 0
        while let date = LogDate(line, from: start, within: longestPrefix) {
            start = date.end
            let rest = rest(line, date)
            guard let first = rest.first else { return false }
            if first == 0x7C {
                let columns = split(rest)
                if columns.prefix(4).contains(where: PingFederateTypes.isKnown) { return true }
            } else if TextPairs.startsPair(rest) {
                return ByteSearch.contains(rest, "event=")
                    && (ByteSearch.contains(rest, "trackingid=")
                        || ByteSearch.contains(rest, "connectionid="))
            } else if let line = ServerLine(rest), line.isOwn {
                return true
            }
        }
        return false
    }
}

// MARK: - Columns

extension PingFederateTranslator {
    private static func split(
        _ line: UnsafeRawBufferPointer
    ) -> ContiguousArray<UnsafeRawBufferPointer> {
        var columns: ContiguousArray<UnsafeRawBufferPointer> = []
        split(line, into: &columns)
        return columns
    }

    /// The trimmed texts behind each bar; the last one has the rest.
    private static func split(
        _ line: UnsafeRawBufferPointer, into columns: inout ContiguousArray<UnsafeRawBufferPointer>
    ) {
        columns.removeAll(keepingCapacity: true)
        var start = 1
        while start <= line.count {
            var end = start
            let isLast = columns.count == maximumColumns - 1
            while end < line.count, isLast || line[end] != 0x7C { end += 1 }
            columns.append(UnsafeRawBufferPointer(rebasing: line[start..<end]).trimmed())
            start = end + 1
        }
    }

    private mutating func translateColumns(_ line: UnsafeRawBufferPointer) {
        Self.split(line, into: &columns)
        guard let event = eventColumn() else {
            members.add("message", UnsafeRawBufferPointer(rebasing: line[1...]).trimmed())
            return
        }
        for index in 0..<event {
            let isTracking = columns[index].starts(with: "tid:".utf8) || index == 0 && event > 0
            members.add(isTracking ? "trackingid" : "transactionid", columns[index])
        }
        members.add("event", columns[event])
        addColumns(from: event + 1)
        addFurther(from: event + 1 + PingFederateField.columns.count)
    }

    /// Where the event's name stands: behind tracking and transaction id, of which older servers
    /// write one or none. An unknown one is known by what must follow it.
    private func eventColumn() -> Int? {
        let end = min(4, columns.count)
        for index in 0..<end where PingFederateTypes.isKnown(columns[index]) { return index }
        for index in 0..<end
        where PingFederateTypes.isName(columns[index]) && isPlausible(from: index + 1) {
            return index
        }
        return nil
    }

    /// Whether role and status are where they must be in columns that start here.
    private func isPlausible(from start: Int) -> Bool {
        start + 7 < columns.count && Self.isRole(columns[start + 6])
            && Self.isStatus(columns[start + 7])
    }

    private static func isRole(_ text: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.equals(text, "AS") || ByteSearch.equals(text, "IdP")
            || ByteSearch.equals(text, "SP")
    }

    private static func isStatus(_ text: UnsafeRawBufferPointer) -> Bool {
        text.isEmpty || ByteSearch.equals(text, "success") || ByteSearch.equals(text, "failure")
            || ByteSearch.equals(text, "inprogress")
    }

    /// The server does not escape bars, so that a name that somebody typed may shift or pose as
    /// columns. If only counting from the line's end makes sense, the subject has the bars in it.
    /// If both ways do, both readings of a field are kept, and neither counts.
    private mutating func addColumns(from start: Int) {
        let names = PingFederateField.columns
        let shift = columns.count - start - names.count
        let isShifted = shift > 0 && isPlausible(from: start + shift)
        let isPlain = !isShifted || isPlausible(from: start)
        for (index, name) in names.enumerated() where start + index < columns.count {
            let front = columns[start + index]
            guard isShifted else {
                members.add(name, front)
                continue
            }
            let back = columns[start + index + shift]
            if isPlain {
                members.add(name, front)
                if !RawBytes.equal(front, back) { members.add(name, back) }
            } else {
                members.add(name, index == 0 ? Self.joined(front, back) : back)
            }
        }
    }

    /// Everything from the start of one column to the end of a later one.
    private static func joined(
        _ first: UnsafeRawBufferPointer, _ last: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        guard let start = first.baseAddress, let end = last.baseAddress else { return first }
        return UnsafeRawBufferPointer(start: start, count: end - start + last.count)
    }

    /// What an administrator has appended to the pattern has no names in the line; a grant type
    /// speaks for itself.
    private mutating func addFurther(from start: Int) {
        for (index, column) in columns.enumerated().dropFirst(start) where !column.isEmpty {
            if PingFederateGrant.find(column) != nil {
                members.add("granttype", column)
            } else if index - start < Self.furtherNames.count {
                members.add(Self.furtherNames[index - start], column)
            }
        }
    }

    private static let furtherNames: [StaticString] = [
        "column1", "column2", "column3", "column4", "column5", "column6", "column7", "column8",
        "column9", "column10", "column11", "column12", "column13", "column14", "column15",
        "column16", "column17", "column18", "column19", "column20",
    ]
}

// MARK: - Pairs and other lines

extension PingFederateTranslator {
    /// The first event and tracking id count: both stand before anything that people type.
    private mutating func addPairs(_ text: UnsafeRawBufferPointer) -> Bool {
        var pairs = TextPairs(text)
        while let pair = pairs.next() {
            let keepsFirst = ByteSearch.equals(pair.key, "event")
                || ByteSearch.equals(pair.key, "trackingid")
                || ByteSearch.equals(pair.key, "time")
            members.add(pair.key, pair.value, keepsFirst: keepsFirst)
        }
        return !pairs.hasFault
    }

    private mutating func addServerLine(_ rest: UnsafeRawBufferPointer) -> Bool {
        guard let line = ServerLine(rest) else { return false }
        if !line.trackingID.isEmpty { members.add("trackingid", line.trackingID) }
        members.add("level", line.level)
        members.add("category", line.category)
        members.add("message", line.message)
        return true
    }
}

/// A line of `server.log` behind its date: `tid:… LEVEL [category] message`.
struct ServerLine {
    var trackingID: UnsafeRawBufferPointer
    var level: UnsafeRawBufferPointer
    var category: UnsafeRawBufferPointer
    var message: UnsafeRawBufferPointer

    /// Nil for text of another shape.
    init?(_ rest: UnsafeRawBufferPointer) {
        var cursor = ByteCursor(rest)
        var start = 0
        if rest.starts(with: "tid:".utf8) {
            guard cursor.skip(toBlankWithin: 128) else { return nil }
        }
        trackingID = UnsafeRawBufferPointer(rebasing: rest[start..<cursor.at])
        cursor.skipBlanks()
        start = cursor.at
        guard cursor.skip(toBlankWithin: 12) else { return nil }
        level = UnsafeRawBufferPointer(rebasing: rest[start..<cursor.at])
        guard level.allSatisfy({ $0 &- 0x41 < 26 }) else { return nil }
        cursor.skipBlanks()
        guard cursor.take(0x5B) else { return nil }
        start = cursor.at
        guard cursor.skip(to: 0x5D, within: 256) else { return nil }
        category = UnsafeRawBufferPointer(rebasing: rest[start..<cursor.at])
        message = UnsafeRawBufferPointer(rebasing: rest[(cursor.at + 1)...]).trimmed()
    }

    /// Whether a class of the server itself wrote it.
    var isOwn: Bool {
        category.starts(with: "org.sourceid.".utf8)
            || category.starts(with: "com.pingidentity.".utf8)
    }
}
