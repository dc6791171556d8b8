import Foundation
import Testing

@testable import Pipeline

@Suite("A control socket and the kernel behind it")
struct ControlSocketTests {
    private let path = NSTemporaryDirectory() + "/gt-\(UUID().uuidString.prefix(8)).sock"

    /// What a server logged.
    final class Said: @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [LiveLogLine] = []

        func add(_ line: LiveLogLine) { lock.withLock { lines.append(line) } }
        var all: [LiveLogLine] { lock.withLock { lines } }
    }

    /// Lets a server answer with whom it saw, for as long as `body` takes.
    private func serving(
        _ access: ControlAccess, _ said: Said = Said(), _ body: () throws -> Void
    ) throws {
        let server = try ControlServer(path: path, access: access, log: { said.add($0) }) {
            Array("\"\($0) by \($1.user)\"".utf8)
        }
        defer { server.close() }
        try body()
    }

    private func ask(_ request: String) throws -> String {
        String(decoding: try ControlClient.ask(request, at: path), as: UTF8.self)
    }

    private func mode() throws -> Int {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return Int(status.st_mode & 0o7777)
    }

    @Test("Whoever runs the service is known by the kernel's word, at a socket of its own")
    func owner() throws {
        try serving(ControlAccess()) { () throws in
            #expect(try ask("stop") == "\"stop by \(geteuid())\"")
            #expect(try mode() == 0o600)
        }
        #expect(access(path, F_OK) != 0, "the socket is gone with its server")
    }

    @Test("A role is given by user or by group, and what goes beyond it is refused with its code")
    func roles() throws {
        var groups = [gid_t](repeating: 0, count: 1 << 16)
        let count = getgroups(Int32(groups.count), &groups)
        let own = Set(groups.prefix(Int(max(0, count)))).union([getegid()])
        for account in [.user(geteuid())] + own.map(ControlAccess.Account.group) {
            let said = Said()
            var access = ControlAccess(owners: [])
            access.viewers = [account]
            try serving(access, said) { () throws in
                #expect(try ask("status") == "\"status by \(geteuid())\"")
                for _ in 0..<2 {
                    let error = try #require(throws: ControlError.self) { try ask("reload") }
                    #expect(error.code == .forbidden && error.exitStatus == 77)
                    #expect(error.message.contains("'reload'"))
                    #expect(error.message.contains("uid \(geteuid())"))
                }
            }
            #expect(said.all.map(\.code) == ["control.forbidden"], "said once")
        }
    }

    @Test("Who has no role is refused before a word is read")
    func stranger() throws {
        try serving(ControlAccess(owners: [])) { () throws in
            let error = try #require(throws: ControlError.self) { try ask("status") }
            #expect(error.code == .forbidden && error.message.contains("may ask nothing"))
            let descriptor = try ControlSocket.connect(path)
            defer { close(descriptor) }
            let line = try #require(ControlSocket.readLine(descriptor))
            let text = String(decoding: line, as: UTF8.self)
            #expect(text.hasPrefix(#"{"code":"control.forbidden""#))
        }
    }

    @Test("A socket for a group has its group and lets nobody else in")
    func group() throws {
        var access = ControlAccess()
        access.group = getegid()
        try serving(access) { () throws in
            #expect(try mode() == 0o660)
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_gid == getegid())
            #expect(try ask("status").contains("status by"))
        }
    }

    @Test("What stands against a socket has its code and says what to do")
    func errors() throws {
        let nobody = try #require(throws: ControlError.self) { try ask("status") }
        #expect(nobody.code == .unreachable && nobody.isNobodyThere && nobody.exitStatus == 69)
        try serving(ControlAccess()) { () throws in
            let taken = try #require(throws: ControlError.self) {
                try serving(ControlAccess()) {}
            }
            #expect(taken.code == .taken && taken.exitStatus == 78)
        }
        let long = String(repeating: "a", count: 200)
        let error = try #require(throws: ControlError.self) {
            try ControlClient.ask("x", at: long)
        }
        #expect(error.code == .unusable && error.message.contains("107 bytes"))
    }
}
