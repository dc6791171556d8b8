internal import AuditModel

extension RecordFramer {
    mutating func nextLine(_ mayWait: Bool) throws(IntakeError) -> FrameResult {
        var scanned = 0
        while true {
            if openLines != nil, let result = try followLines(mayWait) { return result }
            if dropStart != nil, try !dropLine() { return .waiting }
            if let lineFeed = window.lineFeed(from: scanned) {
                scanned = 0
                if let frame = line(lineFeed, length: lineFeed + 1) {
                    if !opensRecord(frame) { return .record(frame) }
                }
                continue
            }
            scanned = window.count
            // One byte beyond the limit may still be the carriage return of a line end.
            if scanned > limit + 1 {
                dropStart = window.offset
                scanned = 0
                continue
            }
            if !mayWait && source.wouldBlock { return .waiting }
            if try refill() { continue }
            if source.mayGrow { return .waiting }
            if sayFault() || window.count == 0 { return .end }
            guard let frame = line(window.count, length: window.count) else { return .end }
            return .record(frame)
        }
    }

    /// A line as a record; nil, and consumed, if it is blank or too long.
    private mutating func line(_ end: Int, length: Int) -> Frame? {
        let count = end > 0 && window[end - 1] == Byte.carriageReturn ? end - 1 : end
        if count <= limit && !isBlank(count) { return Frame(range: 0..<count, length: length) }
        if count > limit { lose(.recordTooLong, at: window.offset, count, tooLong) }
        window.consume(length)
        return nil
    }

    private func isBlank(_ count: Int) -> Bool {
        if count > 0, !Byte.isWhiteSpace(window[0]) { return false }
        return window.bytes(0..<count).allSatisfy(Byte.isWhiteSpace)
    }

    /// Drops a line that is known to be too long, up to and with its line feed.
    ///
    /// - Returns: false while its end is still to come.
    private mutating func dropLine() throws(IntakeError) -> Bool {
        guard let at = dropStart else { return true }
        while true {
            if let lineFeed = window.lineFeed(from: 0) {
                let hasReturn = lineFeed > 0 && window[lineFeed - 1] == Byte.carriageReturn
                let end = window.offset + Int64(hasReturn ? lineFeed - 1 : lineFeed)
                lose(.recordTooLong, at: at, Int(end - at), tooLong)
                window.consume(lineFeed + 1)
                dropStart = nil
                return true
            }
            // The last byte stays, since it may be the carriage return of the line end.
            window.consume(max(0, window.count - 1))
            if try refill() { continue }
            if source.mayGrow { return false }
            let hasReturn = window.count > 0 && window[0] == Byte.carriageReturn
            window.consume(window.count)
            lose(.recordTooLong, at: at, Int(window.offset - at) - (hasReturn ? 1 : 0), tooLong)
            dropStart = nil
            return true
        }
    }

    // MARK: - Records of several lines

    /// Whether a line is the first of several that make one record; they are followed then.
    private mutating func opensRecord(_ frame: Frame) -> Bool {
        guard window.offset != plainLine, let open = OpenLines(window.bytes(frame.range)) else {
            return false
        }
        openLines = open
        return true
    }

    /// Follows the lines of a record to its end. A line that cannot belong to it breaks it off: its
    /// first line is a record of its own then, and so are those behind it.
    ///
    /// - Returns: nil if it broke off.
    private mutating func followLines(_ mayWait: Bool) throws(IntakeError) -> FrameResult? {
        guard var open = openLines else { return nil }
        openLines = nil
        while true {
            var end = window.count
            var isLast = false
            if let lineFeed = window.lineFeed(from: max(open.scanned, open.searched)) {
                end = lineFeed + 1
            } else {
                open.searched = window.count
                if window.count > limit + 1 { break }
                let mustWait = !mayWait && source.wouldBlock
                if !mustWait, try refill() { continue }
                if mustWait || source.mayGrow {
                    openLines = open
                    return .waiting
                }
                if source.fault != nil || window.count == open.scanned { break }
                isLast = true
            }
            let step = open.add(window.bytes(open.scanned..<end))
            if open.contentEnd > limit { break }
            switch step {
            case .closed(let range, let length):
                return .record(Frame(range: range, length: length))
            case .open:
                if isLast { break }
                continue
            case .broken: break
            }
            break
        }
        plainLine = window.offset
        return nil
    }
}
