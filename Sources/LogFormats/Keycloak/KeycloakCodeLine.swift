internal import AuditModel

/// The warning of a server whose code store does not hold a presented code any more: `Code '…'
/// already used for userSession '…' and client '…'.`
///
/// It is logged beside the event, by another category. The code is known by its digest from here
/// on; its text is kept nowhere. The client is named by the server's internal id, which is not the
/// client id of events.
struct KeycloakCodeLine {
    static let category: StaticString = "OAuth2CodeParser"

    var code: ID128
    var session: UnsafeRawBufferPointer
    var client: UnsafeRawBufferPointer

    /// Nil for any other line.
    init?(category: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer) {
        guard Self.isCategory(category), ByteSearch.starts(message, "Code '") else { return nil }
        // The code is what a requester sent; the session is one that the server knows.
        let middle: StaticString = "' already used for userSession '"
        var place: Int?
        var from = 6
        while let next = ByteSearch.first(middle, in: message, from: from) {
            place = next
            from = next + 1
        }
        guard let place, place > 6 else { return nil }
        let start = place + middle.utf8CodeUnitCount
        let bridge: StaticString = "' and client '"
        guard let end = ByteSearch.first(bridge, in: message, from: start), end > start,
            end - start <= 256
        else { return nil }
        let clientStart = end + bridge.utf8CodeUnitCount
        let clientEnd = message[clientStart...].firstIndex(of: 0x27) ?? message.count
        var hash = IdentityHash("code/1")
        hash.add(UnsafeRawBufferPointer(rebasing: message[6..<place]))
        code = hash.id()
        session = UnsafeRawBufferPointer(rebasing: message[start..<end])
        client = UnsafeRawBufferPointer(
            rebasing: message[clientStart..<min(clientEnd, clientStart + 256)])
    }

    /// The class that logs it, its package written out, shortened or left out; servers before 6
    /// had it elsewhere.
    static func isCategory(_ category: UnsafeRawBufferPointer) -> Bool {
        guard let last = category.split(separator: 0x2E).last else { return false }
        return last.elementsEqual("OAuth2CodeParser".utf8)
            || last.elementsEqual("CodeGenerateUtil".utf8)
    }

    /// The name of the client's internal id in the payload; 8 more bytes are readable behind it.
    static var clientKey: UnsafeRawBufferPointer { keys.name(0) }

    private static let keys = NameTable(["client_uuid"])
}
