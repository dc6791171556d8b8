import AuditModel
import TestSupport
import Testing

@testable import Delivery

@Suite("Signatures of Standard Webhooks")
struct WebhookSignatureTests {
    static let id = "00112233445566778899aabbccddeeff.1"
    static let body = Array(#"{"type":"alert.raised","data":{"id":"0a"}}"#.utf8)
    static let time: Int64 = 1_700_000_000
    static let encoded = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let raw = "a raw secret of 24 bytes"

    private func secret(_ text: String) throws -> WebhookSecret {
        try WebhookSecret(Array(text.utf8))
    }

    private func sign(_ secrets: [WebhookSecret]) -> String? {
        WebhookSignature.header(
            id: Self.id, timestamp: Self.time, body: Self.body, secrets: secrets)
    }

    private func fault(
        _ signatures: String, secrets: [WebhookSecret], id: String = Self.id,
        timestamp: String = "1700000000", body: [UInt8] = Self.body, now: Int64 = Self.time
    ) -> WebhookFault? {
        do throws(WebhookFault) {
            try WebhookSignature.verify(
                id: id, timestamp: timestamp, signatures: signatures, body: body,
                secrets: secrets, now: now)
            return nil
        } catch {
            return error
        }
    }

    // Computed with Python's hmac module.
    @Test("Known messages have the known signatures")
    func vectors() throws {
        let first = "v1,2p9+oMkFbCfajj+6wwLc7b5QraaZ455nRKmk1WTU79A="
        let second = "v1,r4Nqof2xRuhuM5bDGsMJay6Lq7DHqJ2fHWAt1rAeHMY="
        let (current, previous) = try (secret(Self.encoded), secret(Self.raw + "\n"))
        #expect(sign([current]) == first)
        #expect(sign([previous]) == second)
        #expect(sign([current, previous]) == "\(first) \(second)")
        #expect(sign([]) == nil)
    }

    /// RFC 2104 over the project's plain SHA-256.
    private func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(IdentityHash.sha256) }
        var block = key.count > 64 ? sha256(key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + message))
    }

    @Test("Random messages have the signature that RFC 2104 defines")
    func independent() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let key = (0..<24 + random.below(100)).map { _ in UInt8(0x21 + random.below(90)) }
            let body = (0..<random.below(300)).map { _ in UInt8(random.below(256)) }
            let id = "\(random.next()).\(random.below(9))"
            let time = Int64(random.below(4_000_000_000))
            let header = WebhookSignature.header(
                id: id, timestamp: time, body: body, secrets: [try WebhookSecret(key)])
            let right = hmac(key, Array("\(id).\(time).".utf8) + body)
            #expect(header == "v1," + String(decoding: Base64.encode(right), as: UTF8.self))
        }
    }

    @Test("A good signature is found beside others, under either secret")
    func rotation() throws {
        let current = try secret(Self.encoded)
        let previous = try secret(Self.raw)
        let both = try #require(sign([current, previous]))
        #expect(fault(both, secrets: [current]) == nil)
        #expect(fault(both, secrets: [previous]) == nil)
        #expect(fault("v1a,xyz v2,abc v1,AAAA " + both, secrets: [previous]) == nil)
        let other = try secret("whsec_" + String(repeating: "A", count: 32))
        #expect(fault(both, secrets: [other]) == .mismatch)
        #expect(fault(both, secrets: []) == .mismatch)
    }

    @Test("Every changed byte of body, id, time or signature is noticed")
    func changes() throws {
        let secrets = [try secret(Self.encoded)]
        let good = try #require(sign(secrets))
        for place in Self.body.indices {
            var body = Self.body
            body[place] ^= 1
            #expect(fault(good, secrets: secrets, body: body) == .mismatch)
        }
        for place in 3..<good.utf8.count {
            var bytes = Array(good.utf8)
            bytes[place] ^= 1
            #expect(fault(String(decoding: bytes, as: UTF8.self), secrets: secrets) != nil)
        }
        #expect(fault(good, secrets: secrets, id: Self.id + "0") == .mismatch)
        #expect(fault(good, secrets: secrets, timestamp: "1700000001") == .mismatch)
        #expect(fault(good, secrets: secrets, timestamp: "01700000000") == .mismatch)
    }

    @Test("Old, early and broken messages are told apart")
    func faults() throws {
        let secrets = [try secret(Self.encoded)]
        let good = try #require(sign(secrets))
        #expect(fault(good, secrets: secrets, now: Self.time + 300) == nil)
        #expect(fault(good, secrets: secrets, now: Self.time - 300) == nil)
        #expect(fault(good, secrets: secrets, now: Self.time + 301) == .old)
        #expect(fault(good, secrets: secrets, now: Self.time - 301) == .early)
        #expect(fault(good, secrets: secrets, now: .min) == .old)
        for text in ["", "-1", "1e9", "1700000000 ", "9999999999999"] {
            #expect(fault(good, secrets: secrets, timestamp: text) == .timestamp)
        }
        #expect(fault(good, secrets: secrets, id: "") == .id)
        #expect(fault("", secrets: secrets) == .signature)
        #expect(fault(String(good.dropFirst(3)), secrets: secrets) == .signature)
        #expect(fault(String(repeating: "v1,A ", count: 999), secrets: secrets) == .signature)
    }

    @Test("Secrets have their length, and show nothing")
    func secrets() throws {
        for bytes in [24, 32, 64] {
            let text = Base64.encode([UInt8](repeating: 7, count: bytes))
            let secret = try WebhookSecret(Array("whsec_".utf8) + text)
            #expect(secret.key.count == bytes)
            #expect("\(secret)" == "‹set›" && String(reflecting: secret) == "‹set›")
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!dumped.contains("7"))
        }
        let unpadded = try WebhookSecret(Array(Self.encoded.dropLast().utf8))
        #expect(unpadded.key == Array(0..<32))
        for text in [
            "", "short", String(repeating: "x", count: 23), String(repeating: "x", count: 4097),
            "whsec_", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8!",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
            "whsec_" + String(repeating: "A", count: 30),
            "whsec_" + String(repeating: "A", count: 88), "whsec_ " + Self.encoded.dropFirst(6),
        ] {
            #expect(throws: HookError.self, "\(text)") { try secret(text) }
        }
    }

    @Test("Base64 goes there and back")
    func base64() {
        var random = SeededGenerator(seed: 6)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8(random.below(256)) }
            let text = Base64.encode(bytes)
            #expect(Base64.decode(text[...]) == bytes)
            #expect(Base64.decode(text.filter { $0 != 0x3D }[...]) == bytes)
        }
        for text in ["A", "AA=", "AA==AA==", "A===", "====", "=AAA", "A-_A", "AAA\n", "AB=="] {
            #expect(Base64.decode(Array(text.utf8)[...]) == nil, "\(text)")
        }
    }
}
