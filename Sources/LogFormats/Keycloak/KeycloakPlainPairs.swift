/// How a server writes values that are not all in quotes, where nothing is escaped.
enum KeycloakPlainStyle: CaseIterable {
    /// Servers up to 23 (dialect A): single quotes around values that have a blank.
    case blanksInQuotes
    /// Later ones that were told to use no quotes.
    case bare
}

/// Reads the details of such a line: `key=value, key='a value with blanks'…`.
///
/// A value may hold quotes and commas, so that what a requester sends (`username`,
/// `redirect_uri`…) may look like further pairs. A quoted value therefore goes on to the last quote
/// of the line that can end one: too much rather than another field. Only the texts that the server
/// itself writes, `scope` and `reason`, end at the first such quote.
struct KeycloakPlainPairs {
    private let text: UnsafeRawBufferPointer
    private let style: KeycloakPlainStyle
    private(set) var at: Int

    init(_ text: UnsafeRawBufferPointer, _ style: KeycloakPlainStyle, from start: Int = 0) {
        self.text = text
        self.style = style
        at = start
    }

    mutating func next() -> QuotedPairs.Step {
        if at >= text.count { return .end }
        let start = at
        while at < text.count, QuotedPairs.isKeyByte(text[at]) { at += 1 }
        guard at > start, at < text.count, text[at] == 0x3D else { return .fault }
        let key = UnsafeRawBufferPointer(rebasing: text[start..<at])
        at += 1
        guard let range = value(key) else { return .fault }
        guard at == text.count || passSeparator() else { return .fault }
        let value = UnsafeRawBufferPointer(rebasing: text[range])
        return .pair(QuotedPairs.Pair(key: key, value: value, hasEscapes: false))
    }

    /// Passes the value that starts here.
    private mutating func value(_ key: UnsafeRawBufferPointer) -> Range<Int>? {
        let start = at
        if let end = QuotedPairs.endOfTail(key, in: text, from: at) {
            at = end
            return start..<end
        }
        if style == .bare {
            while at < text.count, QuotedPairs.startOfNext(text, at) == nil { at += 1 }
            return start..<at
        }
        if at < text.count, text[at] == 0x27, let end = closingQuote(key) {
            at = end + 1
            return (start + 1)..<end
        }
        while at < text.count, text[at] != 0x20, text[at] != 0x0D { at += 1 }
        if at < text.count, text[at] == 0x20 {
            guard at > start, text[at - 1] == 0x2C else { return nil }
            at -= 1
        }
        return start..<at
    }

    private func closingQuote(_ key: UnsafeRawBufferPointer) -> Int? {
        let isServers = ByteSearch.equals(key, "scope") || ByteSearch.equals(key, "reason")
        var index = isServers ? at + 1 : text.count - 1
        while index > at, index < text.count {
            if text[index] == 0x27, QuotedPairs.startOfNext(text, index + 1) != nil,
                text[(at + 1)..<index].contains(0x20)
            {
                return index
            }
            index += isServers ? 1 : -1
        }
        return nil
    }

    private mutating func passSeparator() -> Bool {
        while at < text.count, text[at] == 0x0D { at += 1 }
        if at == text.count { return true }
        guard QuotedPairs.startOfNext(text, at) != nil || endsInEmptyValue else { return false }
        at += 2
        return true
    }

    /// Whether `, key=` and nothing more stands here.
    private var endsInEmptyValue: Bool {
        guard at + 3 < text.count, text[at] == 0x2C, text[at + 1] == 0x20,
            text[text.count - 1] == 0x3D
        else { return false }
        return text[(at + 2)..<(text.count - 1)].allSatisfy(QuotedPairs.isKeyByte)
    }
}

/// The fixed fields at the start of such a line.
///
/// Their order is the server's. The client id may be what a requester sent, blanks and all, where
/// the server refused it; if the line can be read in two ways because of that, nobody knows whose
/// event it is.
struct KeycloakPlainHeader {
    /// The most readings that are tried.
    private static let maximumReadings = 8

    typealias Field = (slot: KeycloakField, value: UnsafeRawBufferPointer)

    private(set) var fields: [Field] = []
    /// Where the details start.
    private(set) var end = 0
    /// The line can be read in more than one way.
    private(set) var isDoubtful = false

    /// Takes a line apart; nil if it does not begin as an event does.
    init?(_ text: UnsafeRawBufferPointer, _ style: KeycloakPlainStyle) {
        var start = HeaderCursor(text)
        let isAdmin = start.keep("operationType=", .operationType)
        guard isAdmin || start.keep("type=", .type),
            start.keep(", realmId=", .realmId, until: [", realmName=", ", clientId="])
        else { return nil }
        _ = start.keep(", realmName=", .realmName, until: [", clientId="])
        guard start.take(", clientId=") else { return nil }
        var from = start.at
        for _ in 0..<Self.maximumReadings {
            guard let user = ByteSearch.first(", userId=", in: text, from: from) else { break }
            from = user + 1
            guard let reading = start.reading(userAt: user, style, isAdmin: isAdmin) else {
                continue
            }
            if end > 0 {
                isDoubtful = true
                break
            }
            fields = reading.fields
            end = reading.at
        }
        if end == 0 { return nil }
    }
}

/// Walks over the fixed fields of a line.
private struct HeaderCursor {
    private static let refusedClients: [StaticString] = [
        "client_not_found", "invalid_client", "invalid_client_credentials", "unauthorized_client",
    ]

    private let text: UnsafeRawBufferPointer
    private(set) var at = 0
    private(set) var fields: [KeycloakPlainHeader.Field] = []

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func take(_ key: StaticString) -> Bool {
        var cursor = ByteCursor(text)
        cursor.at = at
        guard cursor.take(key) else { return false }
        at = cursor.at
        return true
    }

    /// Keeps a value without blanks.
    mutating func keep(_ key: StaticString, _ slot: KeycloakField) -> Bool {
        guard take(key) else { return false }
        let start = at
        while at < text.count, text[at] != 0x20, text[at] != 0x0D { at += 1 }
        if at < text.count, text[at] == 0x20 {
            guard at > start, text[at - 1] == 0x2C else { return false }
            at -= 1
        }
        return keep(start, slot)
    }

    /// Keeps a value that goes on to the first of some texts.
    mutating func keep(
        _ key: StaticString, _ slot: KeycloakField, until ends: [StaticString]
    ) -> Bool {
        guard take(key) else { return false }
        let start = at
        guard let end = ends.compactMap({ ByteSearch.first($0, in: text, from: start) }).min()
        else { return false }
        at = end
        return keep(start, slot)
    }

    private mutating func keep(_ start: Int, _ slot: KeycloakField) -> Bool {
        fields.append((slot, UnsafeRawBufferPointer(rebasing: text[start..<at])))
        return true
    }

    /// The rest of the header if the client id, which starts here, ends where `user` says; stands
    /// behind it then, at the details.
    func reading(
        userAt user: Int, _ style: KeycloakPlainStyle, isAdmin: Bool
    ) -> HeaderCursor? {
        var reading = self
        let isOdd = ByteSearch.first(", userId=", in: text, from: at) != user
        reading.at = user
        _ = reading.keep(at, .clientId)
        guard reading.keep(", userId=", .userId) else { return nil }
        _ = reading.keep(", sessionId=", .sessionId)
        guard reading.keep(", ipAddress=", .ipAddress),
            let address = reading.fields.last?.value, !address.contains(0x27)
        else { return nil }
        if isAdmin {
            guard reading.keep(", resourceType=", .resourceType),
                reading.keepText(", resourcePath=", .resourcePath)
            else { return nil }
        }
        let hasError = reading.keepText(", error=", .error)
        // Only a client id that the server refused can be odd.
        if isOdd, !(hasError && reading.namesRefusedClient) { return nil }
        return reading.passesDetails(style) ? reading : nil
    }

    private var namesRefusedClient: Bool {
        guard let error = fields.last?.value else { return false }
        return Self.refusedClients.contains { ByteSearch.equals(error, $0) }
    }

    /// Keeps a value that goes on to the next pair.
    private mutating func keepText(_ key: StaticString, _ slot: KeycloakField) -> Bool {
        guard take(key) else { return false }
        let start = at
        while at < text.count, QuotedPairs.startOfNext(text, at) == nil { at += 1 }
        return keep(start, slot)
    }

    /// Whether well-formed details, or none, follow; stands at them then.
    private mutating func passesDetails(_ style: KeycloakPlainStyle) -> Bool {
        while at < text.count, text[at] == 0x0D { at += 1 }
        if at == text.count { return true }
        guard take(", ") else { return false }
        var pairs = KeycloakPlainPairs(text, style, from: at)
        while true {
            switch pairs.next() {
            case .pair: continue
            case .end: return true
            case .fault: return false
            }
        }
    }
}
