import ArgumentParser
import Clients
import Foundation
import GrantLedger
import MarkedText

/// What is known of clients.
struct ClientArguments: ParsableArguments {
    @Option(help: "What is known of OAuth clients (clients.yml, see `grantrail clients`).")
    var clients: String?

    /// Prints what is wrong with the file and ends with status 78 if it cannot be used.
    func registry() -> ClientRegistry {
        guard let clients else { return .empty }
        return ClientFile.read(clients).usedOrFail()
    }
}

/// Files about clients.
enum ClientFile {
    /// Bytes of one export; realms with their users are large.
    private static let mostBytes = 256 << 20

    /// Reads a file of clients. One that is not there or cannot be read has that as its error.
    static func read(_ path: String) -> LoadedClients {
        do throws(FileTrouble) {
            return ClientBook.read(try bytes(of: path, most: YAMLGuard.mostBytes + 1), path: path)
        } catch {
            var loaded = LoadedClients(path: path)
            loaded.diagnostics = [
                ClientDiagnostic(
                    code: .unreadable, path: path, message: error.reason,
                    remedy: "check the path and its rights")
            ]
            return loaded
        }
    }

    /// The bytes of an export; ends the process if there are none to be had.
    static func export(_ path: String) -> [UInt8] {
        do throws(FileTrouble) {
            let bytes = try bytes(of: path, most: mostBytes + 1)
            if bytes.count <= mostBytes { return bytes }
            Terminal.fail(
                "cannot read \(path): it has more than \(mostBytes >> 20) MiB; export the realm "
                    + "without its users", status: 66)
        } catch {
            Terminal.fail("cannot read \(path): \(error.reason); check the path", status: 66)
        }
    }

    /// Writes a file as a whole: it is there with all of its bytes, or as it was. Ends the process
    /// if that cannot be done.
    static func write(_ text: String, to path: String) {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            Terminal.fail(
                "cannot write \(path): check that its directory is there and may be written to",
                status: 74)
        }
    }

    private struct FileTrouble: Error {
        var reason: String
    }

    private static func bytes(of path: String, most: Int) throws(FileTrouble) -> [UInt8] {
        let isInput = path == "-"
        let descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTrouble(reason: String(cString: strerror(errno))) }
        defer { if !isInput { close(descriptor) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < most {
            let length = Foundation.read(descriptor, &piece, min(piece.count, most - bytes.count))
            if length < 0, errno == EINTR { continue }
            if length < 0 { throw FileTrouble(reason: String(cString: strerror(errno))) }
            if length == 0 { break }
            bytes += piece[..<length]
        }
        return bytes
    }
}

extension LoadedClients {
    /// The clients, after a word about what is wrong with them; ends with status 78 if they cannot
    /// be used.
    func usedOrFail() -> ClientRegistry {
        for diagnostic in diagnostics { Terminal.note(diagnostic.harmlessText) }
        if hasErrors { Terminal.fail("the clients of \(path) cannot be used", status: 78) }
        return book.registry
    }
}
