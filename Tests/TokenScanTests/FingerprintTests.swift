import AuditModel
import Foundation
import Glibc
import Testing

@testable import TokenScan

@Suite struct FingerprintTests {
    private func bytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result
    {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test func fingerprintsAreTruncatedHMACs() throws {
        // Computed with: printf 'rt\0token' | openssl dgst -sha256 -mac HMAC -macopt hexkey:…
        let key = try #require(FingerprintKey(bytes: Array(0..<32)))
        let maker = Fingerprinter(key: key)
        let kind = bytes("token") { maker.fingerprint($0, kind: .refreshToken) }
        let any = bytes("token") { maker.fingerprint($0) }
        #expect(kind.hex == "4c4bbbd6057606643b76084e2df6fdbc")
        #expect(any.hex == "45eb9a7997968988495e14d5decf711b")
        #expect(bytes("token") { maker.fingerprint($0, kind: .refreshToken) } == kind)
        #expect(key.checkValue.count == 16)
        #expect(key.checkValue == FingerprintKey(bytes: Array(0..<32))?.checkValue)
        #expect(key.checkValue != FingerprintKey(bytes: Array(1..<33))?.checkValue)
    }

    @Test func keyFilesMayBeHexadecimalBase64OrRaw() throws {
        let raw = Array(UInt8(0)..<32)
        let expected = try #require(FingerprintKey(bytes: raw)).checkValue
        let hexadecimal = raw.map { String(format: "%02x", $0) }.joined()
        for text in [
            hexadecimal + "\n", "  " + hexadecimal.uppercased(), Data(raw).base64EncodedString(),
        ] {
            #expect(FingerprintKey(fileContent: Array(text.utf8))?.checkValue == expected)
        }
        #expect(FingerprintKey(fileContent: raw)?.checkValue == expected)
        #expect(FingerprintKey(fileContent: Array(raw.dropLast())) == nil)
        #expect(FingerprintKey(fileContent: []) == nil)
    }

    @Test func theKeyIsMadeOnceByRacingProcesses() async throws {
        let home = NSTemporaryDirectory() + "/key-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: home) }
        let values = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try KeyFile.load(explicitPath: nil) { $0 == "HOME" ? home : nil }.key.checkValue
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(values.count == 1)
        let path = home + "/.local/state/grantrail/key"
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat(home + "/.local/state/grantrail", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: home + "/.local/state/grantrail")
        #expect(files == ["key"])
    }

    @Test func namedKeyFilesAreReadAndJudged() throws {
        let path = NSTemporaryDirectory() + "/key-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let load = {
            try KeyFile.load(explicitPath: nil) { $0 == "GRANTRAIL_KEY_FILE" ? path : nil }
        }
        #expect(throws: KeyFileError.self) { try load() }
        try Data(repeating: 1, count: 40).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o600)
        #expect(try load().notice == nil)
        #expect(try load().wasCreated == false)
        chmod(path, 0o644)
        #expect(try load().notice != nil)
        chmod(path, 0o646)
        #expect(throws: KeyFileError.worldWritable(path: path)) { try load() }
        chmod(path, 0o600)
        try Data(repeating: 1, count: 5).write(to: URL(fileURLWithPath: path))
        #expect(throws: KeyFileError.tooShort(path: path)) { try load() }
        try Data(repeating: 1, count: 5000).write(to: URL(fileURLWithPath: path))
        #expect(throws: KeyFileError.tooLong(path: path)) { try load() }
        #expect(throws: KeyFileError.noHome) { try KeyFile.load(explicitPath: nil) { _ in nil } }
    }
}
