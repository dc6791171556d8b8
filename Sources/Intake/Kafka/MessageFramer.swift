internal import AuditModel
internal import Glibc

/// Cuts the value of one message into records and copies them into an arena.
///
/// A value is one record; the elements of an array of objects, and the lines of a text of several
/// lines, are records of their own. An object that stretches over lines is one record.
enum MessageFramer {
    /// Where records go.
    struct Output {
        var bytes: [UInt8] = []
        var records: [RecordBatch.Record] = []
        var issues: [ReadIssue] = []
    }

    /// - Parameters:
    ///   - value: not empty.
    ///   - at: the message's offset, which its records share.
    ///   - limit: the most bytes of one record.
    static func append(
        _ value: UnsafeRawBufferPointer, at: Int64, limit: Int, to output: inout Output
    ) {
        var value = value
        if value.count >= 3, value[0] == 0xEF, value[1] == 0xBB, value[2] == 0xBF {
            value = UnsafeRawBufferPointer(rebasing: value[3...])
        }
        while let first = value.first {
            guard first == Byte.openBracket || Byte.isWhiteSpace(first), startsArray(value) else {
                break
            }
            let rest = appendElements(value, at, limit, &output)
            value = UnsafeRawBufferPointer(rebasing: value[rest...])
        }
        var end = value.count
        while end > 0, Byte.isWhiteSpace(value[end - 1]) { end -= 1 }
        value = UnsafeRawBufferPointer(rebasing: value[..<end])
        if lineFeed(in: value, from: 0) == nil || isOneObject(value) {
            add(value, at, limit, &output)
        } else {
            appendLines(value, at, limit, &output)
        }
    }

    private static func add(
        _ record: UnsafeRawBufferPointer, _ at: Int64, _ limit: Int, _ output: inout Output
    ) {
        var end = record.count
        while end > 0, Byte.isWhiteSpace(record[end - 1]) { end -= 1 }
        if end == 0 { return }
        if end > limit {
            let detail = "longer than \(limit) bytes"
            output.issues.append(
                ReadIssue(code: .recordTooLong, at: at, count: Int64(end), detail: detail))
            return
        }
        output.records.append(.init(offset: output.bytes.count, count: end, at: at))
        output.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: record[..<end]))
    }

    private static func lineFeed(in value: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < value.count, let base = value.baseAddress,
            let found = memchr(base + start, Int32(Byte.lineFeed), value.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private static func textIndex(_ value: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index < value.count {
            if !Byte.isWhiteSpace(value[index]) { return index }
            index += 1
        }
        return nil
    }

    /// Whether the value is an array of objects, or an empty one.
    private static func startsArray(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = textIndex(value, from: 0), value[first] == Byte.openBracket,
            let second = textIndex(value, from: first + 1)
        else { return false }
        if value[second] == Byte.closeBracket { return true }
        guard value[second] == Byte.openBrace, let third = textIndex(value, from: second + 1)
        else { return false }
        return value[third] == Byte.quote || value[third] == Byte.closeBrace
    }

    /// Whether one object, and nothing else, fills the value.
    private static func isOneObject(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = textIndex(value, from: 0), value[first] == Byte.openBrace else {
            return false
        }
        var scan = ElementScan()
        guard let length = scan.end(in: UnsafeRawBufferPointer(rebasing: value[first...])) else {
            return false
        }
        return textIndex(value, from: first + length) == nil
    }

    private static func appendLines(
        _ value: UnsafeRawBufferPointer, _ at: Int64, _ limit: Int, _ output: inout Output
    ) {
        var start = 0
        while start < value.count {
            let end = lineFeed(in: value, from: start) ?? value.count
            add(UnsafeRawBufferPointer(rebasing: value[start..<end]), at, limit, &output)
            start = end + 1
        }
    }

    /// - Returns: where the array ends.
    private static func appendElements(
        _ value: UnsafeRawBufferPointer, _ at: Int64, _ limit: Int, _ output: inout Output
    ) -> Int {
        var place = (textIndex(value, from: 0) ?? value.count) + 1
        while let start = textIndex(value, from: place) {
            if value[start] == Byte.closeBracket { return start + 1 }
            if value[start] == Byte.comma {
                place = start + 1
                continue
            }
            var scan = ElementScan()
            let rest = UnsafeRawBufferPointer(rebasing: value[start...])
            guard let length = scan.end(in: rest) else {
                lose(.recordTruncated, rest.count, "the value ends in an element", at, &output)
                return value.count
            }
            // A stray bracket would else stay for ever.
            place = start + max(1, length)
            add(UnsafeRawBufferPointer(rebasing: rest[..<length]), at, limit, &output)
        }
        lose(.recordTruncated, 0, "the array is not closed", at, &output)
        return value.count
    }

    private static func lose(
        _ code: IssueCode, _ count: Int, _ detail: String, _ at: Int64, _ output: inout Output
    ) {
        output.issues.append(ReadIssue(code: code, at: at, count: Int64(count), detail: detail))
    }
}
