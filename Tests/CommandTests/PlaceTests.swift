import Foundation
import Testing

@Suite("Addresses get their places")
struct PlaceTests {
    let sandbox: Sandbox
    let options = ["--networks", "own.csv", "--trusted-proxies", "80.1.0.0/16,81.1.2.3"]

    init() throws {
        sandbox = try Sandbox()
        var lines = StoryTests.life(refreshes: 3).lines(.json)
        for (index, address) in ["80.1.2.3", "82.9.9.9", "10.0.0.7"].enumerated() {
            guard let start = lines[index].range(of: "\"ipAddress\":\"") else {
                throw Trouble("no address: \(lines[index])")
            }
            let end = lines[index][start.upperBound...].firstIndex(of: "\"")
            lines[index].replaceSubrange(
                start.upperBound..<(end ?? start.upperBound), with: address)
        }
        try sandbox.write("log.jsonl", lines: lines)
        try sandbox.write(
            "own.csv", lines: ["0.0.0.0/0,residential", "82.0.0.0/8,mobile,x,DE,Bonn,50.73,7.1,20"])
    }

    private func events(_ arguments: [String]) throws -> [[String: Any]] {
        try sandbox.run(["tail", "events", "--output", "ndjson"] + arguments).expecting().objects()
    }

    @Test("What ingest resolved is stored; naming networks again resolves anew")
    func stored() throws {
        try sandbox.run(["ingest", "log.jsonl", "--store", "s.db"] + options).expecting()
        let stored = try events(["--store", "s.db"])
        #expect(stored[0]["ip_role"] as? String == "caller" && stored[0]["network"] == nil)
        let place = try #require(stored[1]["place"] as? [String: Any])
        #expect(place["city"] as? String == "Bonn" && place["country"] as? String == "DE")
        #expect(place["lat"] as? Double == 50.73 && place["lon"] as? Double == 7.1)
        #expect(place["radius_km"] as? Int == 300)
        #expect(stored[1]["network"] as? String == "mobile")
        #expect(stored[2]["network"] as? String == "residential" && stored[2]["place"] == nil)
        let archive = try events(["log.jsonl"] + options)
        #expect(NSArray(array: archive) == NSArray(array: stored))
        try sandbox.write("other.csv", lines: ["82.0.0.0/8,satellite,x,DE,Bonn,50.73,7.1,20"])
        let anew = try events(["--store", "s.db", "--networks", "other.csv"])
        #expect(anew[1]["network"] as? String == "satellite")
        #expect((anew[1]["place"] as? [String: Any])?["radius_km"] as? Int == 1500)
        #expect(anew[2]["network"] as? String == "private")
        try sandbox.run("store", "verify", "s.db").expecting()
    }

    @Test("The store notes what places come from, once for each change")
    func noted() throws {
        for _ in 0..<2 {
            try sandbox.run(["ingest", "log.jsonl", "--store", "s.db"] + options).expecting()
        }
        try sandbox.run(
            "ingest", "log.jsonl", "--store", "s.db", "--trusted-proxies", "80.1.0.0/16"
        ).expecting()
        let notes = try sandbox.shell(
            "sqlite3 s.db \"SELECT key || ' ' || CAST(value AS TEXT) FROM meta "
                + "WHERE key LIKE 'places/%' ORDER BY key\"")
        #expect(
            notes.outputLines == [
                "places/000000 0 own networks, built-in 1", "places/000001 5 built-in 1",
            ])
    }

    @Test("What is wrong is said with its exit status, and nothing is begun")
    func wrong() throws {
        func status(_ arguments: String...) throws -> (Int32, String) {
            let done = try sandbox.run(["ingest", "log.jsonl", "--store", "n.db"] + arguments)
            return (done.status, done.errorText)
        }
        #expect(try status("--geo", "gone.mmdb").0 == 66)
        #expect(try status("--asn", "log.jsonl").0 == 78)
        #expect(try status("--trusted-proxies", "10.0.0.1/8").0 == 64)
        try sandbox.write("bad.csv", lines: ["10.0.0.0/8,home", "x,vpn"])
        let bad = try status("--networks", "bad.csv")
        #expect(bad.0 == 78)
        #expect(bad.1.contains("bad.csv:1:12: error: ") && bad.1.contains("bad.csv:2:1: error: "))
        #expect(bad.1.contains("the file has 2 errors"))
        #expect(try sandbox.files(withPrefix: "n.db").isEmpty)
    }
}
