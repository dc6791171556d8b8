import ArgumentParser
import AuditModel
import Clients
import Delivery
import Foundation
import GrantLedger
import MarkedText
import TokenScan
import WireFormat

struct ClientsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "What is known of OAuth clients: types, refresh token policies, networks.",
        subcommands: [ClientsImport.self, ClientsCheck.self, ClientsList.self, Schema.self])

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the JSON Schema of files of clients, for editors.",
            discussion: """
                EXAMPLES
                  grantrail clients schema > clients.schema.json
                """)

        func run() {
            Terminal.ignoreBrokenPipes()
            Terminal.write(ClientBook.schema + "\n")
        }
    }
}

struct ClientsImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make clients.yml of a Keycloak realm export or a list of apps.",
        discussion: """
            Reads a Keycloak realm export, or what `GET /api/v2/clients` of Auth0 or `GET \
            /api/v1/apps` of Okta gave. No secret of the list is read. Fill in egress and owner; a \
            later import keeps what people wrote.

            EXAMPLES
              grantrail clients import realm.json --out clients.yml
              curl -s https://acme.example/api/v1/apps | grantrail clients import - --from okta
            """)

    @Argument(help: "The export, or - for standard input.")
    var file: String

    @Option(help: "Whose list it is: keycloak, auth0 or okta; default: by content.")
    var from: ClientImport.Source?

    @Option(
        help: """
            Where to write; default: standard output. A file that is there is merged, see --merge.
            """)
    var out: String?

    @Option(help: "A file of clients whose entries and edits are kept.")
    var merge: String?

    func run() {
        Terminal.ignoreBrokenPipes()
        let imported = readExport()
        let isThere = out.map { FileManager.default.fileExists(atPath: $0) } ?? false
        let text: String
        if let older = merge ?? (isThere ? out : nil) {
            text = merged(imported.book, over: older)
        } else {
            text = imported.book.text
        }
        if let out { ClientFile.write(text, to: out) } else { Terminal.write(text) }
        Terminal.note(summary(imported))
        if imported.lacksPolicy {
            Terminal.note(
                "note: the export says nothing of refresh token rotation; write it into servers: "
                    + "if you know it")
        }
    }

    private func readExport() -> ClientImport {
        do throws(ClientImport.Failure) {
            return try ClientImport(
                ClientFile.export(file), from: from) { SecretText.redacted($0) }
        } catch {
            Terminal.fail("\(error.message) [\(ClientImport.Failure.code.rawValue)]", status: 65)
        }
    }

    private func merged(_ book: ClientBook, over path: String) -> String {
        let older = ClientFile.read(path)
        for diagnostic in older.diagnostics { Terminal.note(diagnostic.harmlessText) }
        if older.hasErrors {
            Terminal.fail(
                "cannot merge with \(path): it has errors; correct them, or name another file "
                    + "with --out", status: 78)
        }
        let merged = book.merged(over: older)
        let style = TextStyle(isColoured: false)
        for note in merged.notes { Terminal.note(style.escape(note, limit: 1000)) }
        Terminal.note(
            "merged with \(path) (clients added: \(merged.added), "
                + "entries brought up to date: \(merged.updated))")
        return merged.text
    }

    private func summary(_ imported: ClientImport) -> String {
        let types = Dictionary(grouping: imported.book.clients) { $0.type?.rawValue ?? "unknown" }
        let counts = types.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
        var text = "clients of \(imported.source.rawValue): \(imported.book.clients.count) ("
            + counts.joined(separator: ", ") + ")"
        if imported.others > 0 { text += "; of other protocols: \(imported.others)" }
        if imported.unusable > 0 { text += "; without a usable id: \(imported.unusable)" }
        return text
    }
}

struct ClientsCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a file of clients; every mistake with its place and its remedy.",
        discussion: """
            EXAMPLES
              grantrail clients check /etc/grantrail/clients.yml
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    func run() {
        Terminal.ignoreBrokenPipes()
        let loaded = ClientFile.read(file)
        for diagnostic in loaded.diagnostics { Terminal.write(diagnostic.harmlessText + "\n") }
        let errors = loaded.diagnostics.count { $0.isError }
        let path = TextStyle(isColoured: false).escape(SecretText.redacted(file), limit: 1000)
        Terminal.write(
            errors == 0
                ? "\(path) can be used (clients: \(loaded.book.clients.count), "
                    + "servers: \(loaded.book.servers.count))\n"
                : "\(path) cannot be used (errors: \(errors))\n")
        if errors > 0 { Foundation.exit(78) }
    }
}

struct ClientsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List clients with what holds for each, defaults of their servers included.",
        discussion: """
            EXAMPLES
              grantrail clients list clients.yml
              grantrail clients list clients.yml --output json | jq '.[] | select(.owner == null)'
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var output: OutputOptions

    func run() {
        Terminal.ignoreBrokenPipes()
        let loaded = ClientFile.read(file)
        _ = loaded.usedOrFail()
        if output.choice == .text {
            for client in loaded.book.clients { Terminal.write(line(client, loaded.book)) }
        } else {
            Printer(output).objects(loaded.book.clients) { write($0, loaded.book, &$1) }
        }
    }

    private func line(_ client: ClientBook.Client, _ book: ClientBook) -> String {
        let style = output.style
        let policy = book.policy(of: client)
        var parts = [
            style.bold(style.escape(client.id, limit: 80)),
            client.issuer.map { style.escape($0, limit: 60) } ?? "any issuer",
            client.type?.rawValue ?? "unknown type",
            "rotation \(policy.rotation?.rawValue ?? "unknown")",
        ]
        if policy.rotation != .off {
            if let leeway = policy.leeway { parts.append("leeway \(leeway)s") }
            if let reuse = policy.reuse { parts.append("reuse \(reuse)") }
        }
        if !client.egress.isEmpty {
            parts.append("egress " + client.egress.map(\.text).joined(separator: " "))
        }
        if let owner = client.owner { parts.append("owner " + style.escape(owner, limit: 60)) }
        return parts.joined(separator: "  ") + "\n"
    }

    private func write(
        _ client: ClientBook.Client, _ book: ClientBook, _ json: inout JSONWriter
    ) {
        let policy = book.policy(of: client)
        json.beginObject()
        json.member("id", client.id)
        json.member("issuer", client.issuer)
        json.member("name", client.name)
        json.member("type", client.type?.rawValue)
        json.member("rotation", policy.rotation?.rawValue)
        if policy.rotation != .off {
            json.member("leeway_s", policy.leeway)
            json.member("reuse", policy.reuse)
        }
        json.member("egress", client.egress.map(\.text))
        json.member("owner", client.owner)
        json.endObject()
    }
}
