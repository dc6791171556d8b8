import AuditModel
import Delivery
import Testing
import WireFormat

@Suite("CloudEvents bodies")
struct CloudEventsBodyTests {
    private static let attributes: [(String, String)] = [
        ("specversion", "1.0"),
        ("id", "00000000000000a100000000000000b2.1"),
        ("source", "/grantrail/6f6ab2c0-0f5e-4f43-9f8e-0f2b0f3d7c11"),
        ("type", "io.grantrail.alert.opened.v1"),
        ("time", "2026-02-25T06:13:20.250Z"),
        ("severitytext", "high"),
        ("severitynumber", "17"),
        ("partitionkey", "ff01"),
        ("sequence", "0000000000000000042"),
        ("subject", "grant/ff01"),
    ]

    @Test("Structured mode holds attributes and data in one object")
    func structured() throws {
        let rendered = try #require(Sample.render(.cloudevents))
        #expect(rendered.headers.map(\.value) == ["application/cloudevents+json"])
        let value = try #require(JSONValue(rendered.bytes))
        for (name, expected) in Self.attributes {
            #expect(value[name]?.text == expected, "\(name)")
        }
        #expect(value["datacontenttype"]?.text == "application/json")
        #expect(value["severitynumber"] == .number("17"))
        #expect(value["data"] == JSONValue(Sample.json(Sample.alert())))
        #expect(value.keys.count == Self.attributes.count + 2)
    }

    @Test("Binary mode holds the same attributes in headers, and the alert alone")
    func binary() throws {
        let rendered = try #require(Sample.render(.cloudeventsBinary))
        let expected =
            [("content-type", "application/json")] + Self.attributes.map { ("ce-" + $0, $1) }
        #expect(rendered.headers.elementsEqual(expected, by: ==))
        #expect(rendered.bytes == Sample.json(Sample.alert()))
    }

    @Test("Headers are percent-encoded where the protocol binding asks for it")
    func percentEncoding() throws {
        var alert = Sample.alert()
        alert.keys.grant = "Zürich ✈ \"50%\"~"
        let headers = try #require(Sample.render(.cloudeventsBinary, alert)).headers
        #expect(
            headers.first { $0.name == "ce-subject" }?.value
                == "grant/Z%C3%BCrich%20%E2%9C%88%20%2250%25%22~")
        let body = try #require(Sample.value(.cloudevents, alert))
        #expect(body["subject"]?.text == "grant/Zürich ✈ \"50%\"~")
    }

    @Test("Without a grant there is no subject, and revisions of one alert stay together")
    func noGrant() throws {
        var alert = Sample.alert()
        for grant in [nil, ""] {
            alert.keys.grant = grant
            alert.keys.family = grant
            let body = try #require(Sample.value(.cloudevents, alert))
            #expect(body["subject"] == nil)
            #expect(body["partitionkey"]?.text == alert.id.hex)
        }
    }

    @Test("Later deliveries sort behind earlier ones as text")
    func sequence() {
        func sequence(_ number: Int64) -> String? {
            BodyWriter(kind: .cloudevents, context: Sample.context)
                .render(Sample.json(Sample.alert()), sequence: number)
                .flatMap { JSONValue($0.bytes) }?["sequence"]?.text
        }
        let texts = [0, 9, 10, 99, 12_345, Int64.max].compactMap(sequence)
        #expect(texts.count == 6 && texts == texts.sorted())
        #expect(sequence(-5) == texts.first)
    }

    @Test("A line for tools holds the headers beside the body")
    func line() throws {
        let writer = BodyWriter(kind: .cloudeventsBinary, context: Sample.context)
        let line = try #require(writer.line(Sample.json(Sample.alert()), sequence: 42))
        let value = try #require(JSONValue(line))
        #expect(value["headers"]?["ce-type"]?.text == "io.grantrail.alert.opened.v1")
        #expect(value["body"] == JSONValue(Sample.json(Sample.alert())))
        let structured = BodyWriter(kind: .cloudevents, context: Sample.context)
        #expect(
            structured.line(Sample.json(Sample.alert()), sequence: 42)
                == Sample.render(.cloudevents)?.bytes)
    }
}
