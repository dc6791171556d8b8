import Foundation
import Testing

@testable import Delivery

/// One connection's worth of TLS, by the command line of OpenSSL, with a certificate of its own
/// making for `localhost`.
private final class TLSServer {
    static let program = "/usr/bin/openssl"

    let folder: URL
    let port: UInt16
    var certificate: String { folder.appending(path: "cert.pem").path }
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "grantrail-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = folder.appending(path: "key.pem").path
        let maker = Process()
        maker.executableURL = URL(filePath: Self.program)
        maker.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", key, "-out", folder.appending(path: "cert.pem").path,
        ]
        maker.standardError = FileHandle.nullDevice
        try maker.run()
        maker.waitUntilExit()
        let free = try TinyServer { _ in .reset }
        port = free.port
        free.stop()
        process.executableURL = maker.executableURL
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-naccept", "1", "-key", key, "-cert",
            certificate,
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        Thread.sleep(forTimeInterval: 0.1)
        try process.run()
        var said = Data()
        while !String(decoding: said, as: UTF8.self).contains("ACCEPT") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw TinyServer.NotStarted() }
            said += more
        }
        // What is typed into the server goes to whoever is connected.
        let answer = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
        input.fileHandleForWriting.write(Data(answer.utf8))
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }
}

@Suite(
    "Certificates are verified", .serialized,
    .enabled(if: FileManager.default.isExecutableFile(atPath: TLSServer.program)))
struct CurlVerificationTests {
    private func send(host: String, trusts: Bool, file: String? = nil) throws -> HookAnswer? {
        let server = try TLSServer()
        let settings = try HookSettings(
            pace: HookPace(name: "soc", timeout: 5_000_000_000),
            url: "https://\(host):\(server.port)/hidden", allowPrivate: true,
            authorities: trusts ? file ?? server.certificate : nil)
        let request = try #require(
            HookRequest(
                settings, messageID: "a.1", rendered: RenderedBody(headers: [], bytes: [0x61]),
                time: 0, version: "1"))
        let answer = CurlTransport(wall: { 0 }).send(request, AbandonFlag())
        #expect(answer?.reason.contains("hidden") == false)
        return answer
    }

    @Test("A certificate of a named authority for the right host is taken")
    func good() throws {
        #expect(try send(host: "localhost", trusts: true) == HookAnswer(status: 202))
    }

    @Test("One that nobody vouches for is not")
    func unknown() throws {
        let answer = try send(host: "localhost", trusts: false)
        #expect(answer?.status == nil && answer?.reason.hasPrefix("TLS: ") == true)
    }

    @Test("One for another host is not")
    func otherHost() throws {
        let answer = try send(host: "127.0.0.1", trusts: true)
        #expect(answer?.status == nil && answer?.reason.hasPrefix("TLS: ") == true)
    }

    @Test("A file of authorities that is not there is named as the fault, not passed over")
    func noFile() throws {
        let answer = try send(host: "localhost", trusts: true, file: "/nowhere/ca.pem")
        #expect(answer?.status == nil && answer?.reason.hasPrefix("TLS: ") == true)
    }
}
