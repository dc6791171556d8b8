import Testing
import WireFormat

@testable import Delivery

@Suite("Settings of a hook")
struct HookSettingsTests {
    private func code(
        _ url: String, secrets: [WebhookSecret] = [], allowHTTP: Bool = false,
        timeout: Int64 = 15_000_000_000, inFlight: Int = 4, maxAge: Int64 = 1
    ) -> HookError.Code? {
        do throws(HookError) {
            _ = try HookSettings(
                pace: HookPace(name: "soc", timeout: timeout, inFlight: inFlight, maxAge: maxAge),
                url: url, secrets: secrets, allowHTTP: allowHTTP)
            return nil
        } catch {
            #expect(error.message.hasPrefix("hook soc: "))
            #expect(!error.message.contains("hunter2"))
            return error.code
        }
    }

    @Test(
        "URLs that can be posted to are taken",
        arguments: [
            "https://hooks.example.com/a/b?c=d&e=%20", "https://example.com",
            "HTTPS://Example.COM:8443/", "https://[2001:db8::1]/x", "https://[2001:db8::1]:444",
            "https://192.0.2.7:1/", "https://a_b.example.com?x", "https://example.com:65535/",
        ])
    func goodURLs(_ url: String) {
        #expect(code(url) == nil)
    }

    @Test(
        "Other URLs are refused with their reason, which does not quote them",
        arguments: [
            "", "example.com", "/path", "https:/example.com", "https://", "https:///path",
            "ftp://example.com/", "file:///etc/passwd", "gopher://example.com",
            "https://hunter2@example.com/", "https://user:hunter2@example.com/",
            "https://example.com\\@10.0.0.1/", "https://example.com/hunter2#part",
            "https://example.com:0/", "https://example.com:65536/", "https://example.com:/",
            "https://example.com:80:80/", "https://exa mple.com/", "https://ex%61mple.com/",
            "https://[::1", "https://[1.2.3.4]/", "https://[::1]x/", "https://[zz]/",
            "https://münchen.example/", "https://example.com/\r\nx: hunter2",
            "https://example.com/" + String(repeating: "a", count: 2048),
        ])
    func badURLs(_ url: String) {
        #expect(code(url, allowHTTP: true) == .url)
    }

    @Test("Unencrypted URLs need permission")
    func insecure() throws {
        #expect(code("http://example.com/") == .insecure)
        #expect(code("http://example.com/", allowHTTP: true) == nil)
    }

    @Test("What is shown of a URL has neither path nor query")
    func shown() throws {
        let url = try #require(WebhookURL("https://[2001:db8::1]:444/secret?key=secret"))
        #expect(url.shown(isSecret: true) == "https://[2001:db8::1]:444/…")
        #expect(url.host == "2001:db8::1" && url.port == 444)
        let plain = try #require(WebhookURL("http://example.com?secret"))
        #expect(plain.shown(isSecret: true) == "http://example.com/…" && plain.port == 80)
    }

    @Test("Numbers out of their range are refused")
    func ranges() throws {
        let url = "https://example.com/"
        #expect(code(url, timeout: 999_999_999) == .range)
        #expect(code(url, timeout: .max) == .range)
        #expect(code(url, inFlight: 0) == .range)
        #expect(code(url, inFlight: 65) == .range)
        #expect(code(url, maxAge: -1) == .range)
        let secret = try WebhookSecret(Array(repeating: 0x61, count: 24))
        #expect(code(url, secrets: [secret, secret]) == nil)
        #expect(code(url, secrets: [secret, secret, secret]) == .secret)
    }

    @Test("A body's headers pass, those that are ours do not, and broken ones stop the message")
    func headers() throws {
        let settings = try HookSettings(
            pace: HookPace(name: "soc"), url: "https://example.com/")
        func request(_ headers: [(String, String)]) -> HookRequest? {
            HookRequest(
                settings, messageID: "a.1",
                rendered: RenderedBody(
                    headers: headers.map { (name: $0.0, value: $0.1) }, bytes: [1]),
                time: 1_700_000_000_999_999_999, version: "1.2.3")
        }
        let good = try #require(
            request([("content-type", "application/json"), ("webhook-id", "x"), ("host", "y")]))
        #expect(
            good.headers.map { "\($0.name): \($0.value)" } == [
                "content-type: application/json", "user-agent: grantrail/1.2.3",
                "webhook-id: a.1", "webhook-timestamp: 1700000000",
            ])
        #expect(request([("x-a", "1\r\nx-b: 2")]) == nil)
        #expect(request([("x a", "1")]) == nil)
        #expect(request([("x-a", "ü")]) == nil)
        #expect(request([("", "1")]) == nil)
    }
}
