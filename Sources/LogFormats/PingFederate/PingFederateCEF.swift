internal import AuditModel
internal import WireFormat

/// Events in ArcSight's Common Event Format:
/// `CEF:0|Ping Identity|PingFederate|version|event|event|severity|key=value key=value…`.
extension PingFederateTranslator {
    /// Where the header starts, behind whatever syslog put before it; nil for no such line.
    static func header(_ line: UnsafeRawBufferPointer) -> Int? {
        let end = min(line.count - 4, 256)
        var at = 0
        while at < end {
            if line[at] == 0x43, line[at + 1] == 0x45, line[at + 2] == 0x46, line[at + 3] == 0x3A {
                let part = UnsafeRawBufferPointer(rebasing: line[at..<min(line.count, at + 128)])
                return ByteSearch.contains(part, "|PingFederate|") ? at : nil
            }
            at += 1
        }
        return nil
    }

    mutating func translateCEF(
        _ line: UnsafeRawBufferPointer, from start: Int, into json: inout ByteBuffer
    ) -> Rewriting {
        var at = start
        var event = UnsafeRawBufferPointer(rebasing: line[start..<start])
        for column in 0..<7 {
            let first = at
            while at < line.count, line[at] != 0x7C || line[at - 1] == 0x5C { at += 1 }
            guard at < line.count else { return .fault(.textSyntax, "the CEF header ends early") }
            if column == 4 { event = UnsafeRawBufferPointer(rebasing: line[first..<at]) }
            at += 1
        }
        members.add("event", event)
        scratch.truncate(to: 0)
        // Unescaping only shortens: slices of the buffer stay in place for the whole line.
        scratch.reserve(line.count + 64)
        addExtension(UnsafeRawBufferPointer(rebasing: line[at...]))
        members.write(into: &json)
        return .object
    }

    /// A key begins behind a blank and ends at a `=` that no backslash stands before; a value ends
    /// where the next key begins.
    private mutating func addExtension(_ text: UnsafeRawBufferPointer) {
        columns.removeAll(keepingCapacity: true)
        var key: Range<Int>?
        var at = 0
        while at <= text.count {
            if at == text.count {
                if let key { addValue(text, key, at) }
            } else if text[at] == 0x3D, at == 0 || text[at - 1] != 0x5C {
                let start = Self.keyStart(text, at)
                if start < at {
                    if let key { addValue(text, key, start) }
                    key = start..<at
                }
            }
            at += 1
        }
    }

    /// Where the key that ends at `end` begins; `end` if there is none.
    private static func keyStart(_ text: UnsafeRawBufferPointer, _ end: Int) -> Int {
        var start = end
        while start > 0, TextPairs.isKeyByte(text[start - 1]) { start -= 1 }
        return start == 0 || text[start - 1] == 0x20 ? start : end
    }

    private mutating func addValue(_ text: UnsafeRawBufferPointer, _ key: Range<Int>, _ end: Int) {
        let name = UnsafeRawBufferPointer(rebasing: text[key])
        let value = unescaped(
            UnsafeRawBufferPointer(rebasing: text[(key.upperBound + 1)..<end]).trimmed())
        if ByteSearch.equals(name, "rt") {
            members.add("time", reordered(value))
        } else if name.count > 7, name.starts(with: "cs".utf8),
            ByteSearch.equals(UnsafeRawBufferPointer(rebasing: name.suffix(5)), "Label")
        {
            columns.append(UnsafeRawBufferPointer(rebasing: name.dropLast(5)))
            columns.append(value)
            if Self.field(label: value) == nil { members.add(name, value) }
        } else {
            members.add(labelled(name) ?? name, value)
        }
    }

    /// The field that a numbered string holds, if its label came before it and is known.
    private func labelled(_ name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        for index in stride(from: 0, to: columns.count - 1, by: 2)
        where RawBytes.equal(columns[index], name) {
            return Self.field(label: columns[index + 1])
        }
        return nil
    }

    private static func field(label: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard label.count <= 64 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 72, alignment: 8) { folded in
            folded.initializeMemory(as: UInt8.self, repeating: 0)
            var count = 0
            for byte in label where byte | 0x20 &- 0x61 < 26 {
                folded[count] = byte | 0x20
                count += 1
            }
            let name = UnsafeRawBufferPointer(rebasing: folded[..<count])
            return PingFederateField.labelTable.index(of: name, hash: KeyHash.of(name)).map {
                let field = PingFederateField.labels[$0].field
                return UnsafeRawBufferPointer(
                    start: field.utf8Start, count: field.utf8CodeUnitCount)
            }
        }
    }

    /// The value without the backslashes before `=`, `|` and backslashes.
    private mutating func unescaped(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard value.contains(0x5C) else { return value }
        let start = scratch.count
        var at = 0
        while at < value.count {
            if value[at] == 0x5C, at + 1 < value.count {
                at += 1
                switch value[at] {
                case 0x6E: scratch.append(0x0A)
                case 0x72: scratch.append(0x0D)
                case 0x3D, 0x7C, 0x5C: scratch.append(value[at])
                default:
                    scratch.append(0x5C)
                    scratch.append(value[at])
                }
            } else {
                scratch.append(value[at])
            }
            at += 1
        }
        return UnsafeRawBufferPointer(rebasing: scratch.bytes[start...])
    }

    /// `May 18 2012 11:41:48.452` as `2012-05-18 11:41:48.452`; other text stays as it is.
    private mutating func reordered(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var cursor = ByteCursor(text)
        guard text.count <= 40, let month = Self.month(text),
            cursor.skip(toBlankWithin: 10)
        else { return text }
        cursor.skipBlanks()
        let day = cursor.at
        guard cursor.skip(toBlankWithin: 3), cursor.at - day <= 2 else { return text }
        let dayEnd = cursor.at
        cursor.skipBlanks()
        let year = cursor.at
        guard cursor.skip(toBlankWithin: 5), cursor.at - year == 4 else { return text }
        let start = scratch.count
        scratch.append(UnsafeRawBufferPointer(rebasing: text[year..<cursor.at]))
        scratch.append(0x2D)
        scratch.append(UInt8(0x30 + month / 10))
        scratch.append(UInt8(0x30 + month % 10))
        scratch.append(0x2D)
        if dayEnd - day == 1 { scratch.append(0x30) }
        scratch.append(UnsafeRawBufferPointer(rebasing: text[day..<dayEnd]))
        scratch.append(UnsafeRawBufferPointer(rebasing: text[cursor.at...]))
        return UnsafeRawBufferPointer(rebasing: scratch.bytes[start...])
    }

    /// The month whose English name a text begins with, 1 to 12.
    private static func month(_ text: UnsafeRawBufferPointer) -> Int? {
        let names: StaticString = "janfebmaraprmayjunjulaugsepoctnovdec"
        guard text.count > 3 else { return nil }
        return (0..<12).first { month in
            (0..<3).allSatisfy { text[$0] | 0x20 == names.utf8Start[month * 3 + $0] }
        }.map { $0 + 1 }
    }
}
