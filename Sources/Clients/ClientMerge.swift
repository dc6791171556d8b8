internal import AuditModel

extension ClientBook {
    /// What a merge gave.
    public struct Merged: Sendable {
        public var book: ClientBook
        /// As YAML, with what people wrote beside the lines of the older file.
        public var text: String
        /// What the two did not agree about, a line each.
        public var notes: [String]
        public var added = 0
        public var updated = 0
    }

    /// This book, as an export gives it, over an older file.
    ///
    /// What people filled in stays: issuer, egress, owner, comments, entries of their own. What an
    /// export wrote is brought up to date unless somebody changed it since, which its `imported`
    /// tells; then all of the entry stays, and a note says what the export has. Entries that the
    /// export no longer has stay, too.
    public func merged(over older: LoadedClients) -> Merged {
        var merged = Merged(book: older.book, text: "", notes: [])
        for server in servers { merged.add(server, older.path) }
        for client in clients { merged.add(client, self, older.path) }
        for client in older.book.clients where client.imported != nil && isAbout(client) {
            let isThere = clients.contains { Self.isSame($0, client, self, older.book) }
            if !isThere {
                merged.notes.append(
                    "\(older.path):\(client.line): \(client.id) is not in the export any more; it "
                        + "stays")
            }
        }
        merged.text = ClientBookWriter(merged.book, older.comments).text
        return merged
    }

    /// Whether an entry belongs to a server that this export is of.
    private func isAbout(_ client: Client) -> Bool {
        clients.contains { other in
            other.issuer == nil || client.issuer == nil || other.issuer == client.issuer
                || server(of: other)?.issuers.contains(client.issuer ?? "") == true
        }
    }

    /// Whether two entries, each of its own book, are about one client.
    fileprivate static func isSame(
        _ left: Client, _ right: Client, _ leftBook: ClientBook, _ rightBook: ClientBook
    ) -> Bool {
        guard left.id == right.id else { return false }
        guard let first = left.issuer, let second = right.issuer, first != second else {
            return true
        }
        let names = Set(leftBook.server(of: left)?.issuers ?? [])
            .union(rightBook.server(of: right)?.issuers ?? [])
        return names.contains(first) && names.contains(second)
    }
}

extension ClientBook.Merged {
    fileprivate mutating func add(_ server: ClientBook.Server, _ path: String) {
        let known = book.servers.firstIndex {
            !Set($0.issuers).isDisjoint(with: server.issuers)
                || ($0.issuers.isEmpty && server.issuers.isEmpty)
        }
        guard let known else {
            book.servers.append(server)
            return
        }
        let older = book.servers[known]
        for issuer in server.issuers where !older.issuers.contains(issuer) {
            book.servers[known].issuers.append(issuer)
        }
        if older.digest == server.digest { return }
        guard older.imported == older.digest else {
            return noteKept(
                "the server \(server.issuers.first ?? "")", path, older.line, server.policy)
        }
        book.servers[known].kind = server.kind
        book.servers[known].policy = server.policy
        book.servers[known].imported = server.imported
        updated += 1
    }

    fileprivate mutating func add(
        _ client: ClientBook.Client, _ export: ClientBook, _ path: String
    ) {
        let known = book.clients.firstIndex {
            ClientBook.isSame(client, $0, export, book)
        }
        guard let known else {
            book.clients.append(client)
            added += 1
            return
        }
        let older = book.clients[known]
        if older.digest == client.digest { return }
        guard older.imported == older.digest else {
            return noteKept(client.id, path, older.line, client.policy, client.type)
        }
        book.clients[known].name = client.name
        book.clients[known].type = client.type
        book.clients[known].policy = client.policy
        book.clients[known].imported = client.imported
        updated += 1
    }

    private mutating func noteKept(
        _ what: String, _ path: String, _ line: Int, _ policy: RefreshPolicy,
        _ type: ClientType? = nil
    ) {
        let values = zip(["type"] + ClientBookReader.policyKeys, [type?.rawValue] + policy.texts)
        let says = values.compactMap { key, value in value.map { "\(key): \($0)" } }
        notes.append(
            "\(path):\(line): \(what) stays as people wrote it; the export has "
                + (says.isEmpty ? "nothing of this" : says.joined(separator: ", ")))
    }
}
