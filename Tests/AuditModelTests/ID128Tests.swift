import AuditModel
import Testing

@Suite("Ids")
struct ID128Tests {
    @Test("a lower-case UUID packs into its own bits and comes back")
    func uuidRoundTrip() throws {
        let text = "6f0c2a52-6c1e-4b1a-9c55-0e6f8f5f0c01"
        let packed = try #require(text.utf8.withContiguousStorageIfAvailable {
            ID128.pack(UnsafeRawBufferPointer($0))
        } ?? nil)
        #expect(packed.isText)
        #expect(packed.id.uuidText == text)
        #expect(ID128(hex: packed.id.hex) == packed.id)
    }

    @Test("addresses keep their text", arguments: [
        "192.0.2.7", "2001:db8::1", "::1", "fe80::1:2:3:4", "2001:db8:0:1:1:1:1:1",
        "255.255.255.255",
    ])
    func addresses(text: String) throws {
        #expect(try #require(IPAddress(text)).text == text)
    }

    @Test("what is no address is refused", arguments: [
        "", "unknown", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1::2::3", ":::", "1:2:3:4:5:6:7",
        "12345::",
    ])
    func notAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
