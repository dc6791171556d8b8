internal import AuditModel

/// What in a request's record says that a token was presented.
struct TokenSign {
    /// A token was presented to this server.
    var isToken = false
    /// A token stands in the record where none belongs, presented or not.
    var isLeak = false
    /// The mark that replaced the token presented.
    var mark: UnsafeRawBufferPointer?

    private static let identities: [AccessField] = [
        .subject, .client, .tokenID, .tokenHash, .session,
    ]
    /// Kinds of secrets that are presented to resource servers, by the mark's name.
    private static let presented: [StaticString] = ["bearer", "at", "dpop", "jwt", "token"]
    private static let leaked: [StaticString] = ["rt", "idt"]

    init(_ fields: borrowing JSONFields) {
        for field in Self.identities where fields.known(field) != nil { isToken = true }
        if let credentials = fields.known(.authorization) {
            look(at: credentials, isRequest: true)
            let isBearer =
                ByteSearch.startsFolded(credentials, "bearer ")
                || ByteSearch.startsFolded(credentials, "dpop ")
            // Kong hides which scheme it was; with a credential that it knew, it was one.
            if isBearer || fields.node(AccessField.entity) != nil { isToken = true }
        }
        if let request = fields.known(.request) { look(at: request, isRequest: true) }
        if let query = fields.known(.query) { look(at: query, isRequest: true) }
        if let path = fields.known(.path) { look(at: path, isRequest: true) }
        if let referrer = fields.known(.referrer) { look(at: referrer, isRequest: false) }
    }

    private mutating func look(at text: UnsafeRawBufferPointer, isRequest: Bool) {
        var start = 0
        while let found = SecretMark.first(in: text, from: start) {
            let mark = UnsafeRawBufferPointer(rebasing: text[found])
            let kind = SecretMark.kind(mark)
            if Self.presented.contains(where: { ByteSearch.equals(kind, $0) }) {
                if isRequest {
                    isToken = true
                    self.mark = self.mark ?? mark
                } else {
                    isLeak = true
                }
            } else if Self.leaked.contains(where: { ByteSearch.equals(kind, $0) }) {
                isLeak = true
            }
            start = found.upperBound
        }
    }
}
