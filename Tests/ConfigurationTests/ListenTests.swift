import Configuration
import Testing

@Suite("Where pages are served is read")
struct ListenTests {
    static func http(_ listen: String) -> HTTPConfiguration? {
        Fixture.load(Fixture.least + "http: {listen: '\(listen)'}").configuration?.http
    }

    @Test("Nothing is served unless it is said where")
    func absent() {
        #expect(Fixture.load(Fixture.least).configuration?.http == nil)
        #expect(Fixture.marks(Fixture.least + "http: {}") == ["2:7 config.missing_key"])
    }

    @Test("Host and port are told apart")
    func places() {
        #expect(Self.http("127.0.0.1:8088") == HTTPConfiguration(host: "127.0.0.1", port: 8088))
        #expect(Self.http("[::1]:0") == HTTPConfiguration(host: "::1", port: 0))
        #expect(Self.http("pages.local:65535")?.port == 65_535)
    }

    @Test("A variable says it, too")
    func variable() {
        let loaded = Fixture.load(
            Fixture.least, ["GRANTRAIL_HTTP__LISTEN": "localhost:80"])
        #expect(loaded.configuration?.http == HTTPConfiguration(host: "localhost", port: 80))
    }
}
