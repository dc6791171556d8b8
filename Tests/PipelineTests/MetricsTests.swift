import AuditModel
import Foundation
import Intake
import Testing
import WireFormat

@testable import Pipeline

@Suite("Metrics are what scrapers take")
struct MetricsTests {
    static let formats: [MetricsPage.Format] = [.prometheus, .openMetrics]

    @Test("Every metric of the table has its help and type, once", arguments: formats)
    func families(format: MetricsPage.Format) throws {
        let page = try ParsedMetrics(.example(), as: format)
        #expect(page.families.count == MetricsTable.all.count)
        for metric in MetricsTable.all {
            let name = format == .openMetrics ? metric.family : metric.name
            let family = try #require(page.families[name], "\(name)")
            #expect(family.help == metric.help && family.help.hasSuffix("."))
            #expect(!family.help.contains("\"") && !family.help.contains("\\"))
            for sample in family.samples {
                let labels = Set(sample.labels.keys).subtracting(["le"])
                #expect(labels == Set(metric.labels), "\(name)")
            }
        }
        #expect(page.endsWithMark == (format == .openMetrics))
    }

    @Test("The page reads like this, in both formats")
    func text() {
        let snapshot = MetricsSnapshot.example { $0.commits = 7 }
        let older = String(
            decoding: MetricsPage.render(snapshot, as: .prometheus), as: UTF8.self)
        #expect(older.hasPrefix(
            """
            # HELP grantrail_build_info The version of the program.
            # TYPE grantrail_build_info gauge
            grantrail_build_info{version="1.2"} 1
            # HELP grantrail_ready 1 while everything that comes in is read, stored and judged.
            # TYPE grantrail_ready gauge
            grantrail_ready 1
            # HELP grantrail_rules_loaded Rules in use.
            # TYPE grantrail_rules_loaded gauge
            grantrail_rules_loaded 2

            """))
        let newer = String(
            decoding: MetricsPage.render(snapshot, as: .openMetrics), as: UTF8.self)
        #expect(newer.hasPrefix(
            """
            # HELP grantrail_build The version of the program.
            # TYPE grantrail_build info
            grantrail_build_info{version="1.2"} 1

            """))
        #expect(newer.contains(
            """
            # HELP grantrail_commits Transactions that were made durable.
            # TYPE grantrail_commits counter
            grantrail_commits_total 7
            # HELP grantrail_commit_seconds How long it took to make one durable.
            # TYPE grantrail_commit_seconds histogram
            grantrail_commit_seconds_bucket{le="0.0005"} 0

            """))
        #expect(newer.hasSuffix("# TYPE process_open_fds gauge\n# EOF\n"))
    }

    @Test("Counters end in _total in both formats, and families of OpenMetrics do not")
    func names() throws {
        let page = try ParsedMetrics(.example(), as: .openMetrics)
        for (name, family) in page.families {
            #expect((family.type == "counter") == !family.samples.filter {
                $0.name.hasSuffix("_total")
            }.isEmpty || family.samples.isEmpty, "\(name)")
            #expect(!name.hasSuffix("_total") && !name.hasSuffix("_info"), "\(name)")
        }
        let older = try ParsedMetrics(.example(), as: .prometheus)
        #expect(older.families["grantrail_build_info"]?.type == "gauge")
        #expect(page.families["grantrail_build"]?.type == "info")
        #expect(older.families.allSatisfy { name, family in
            (family.type == "counter") == name.hasSuffix("_total")
        })
    }

    @Test("Series of known labels are there from the start, at zero", arguments: formats)
    func zeros(format: MetricsPage.Format) throws {
        let page = try ParsedMetrics(
            .example { $0.hooks = [HookMetric(hook: "soc")] }, as: format)
        let reasons = page.samples("grantrail_events_rejected_total")
        #expect(reasons.map { $0.labels["reason"] ?? "" } == IssueCode.allCases.map(\.rawValue))
        #expect(reasons.allSatisfy { $0.value == "0" })
        let alerts = ["rule": "REF-01", "severity": "high"]
        #expect(page.value("grantrail_alerts_total", alerts) == "0")
        for result in ["delivered", "retried", "dead"] {
            let labels = ["hook": "soc", "result": result]
            #expect(page.value("grantrail_delivery_attempts_total", labels) == "0")
        }
        for reason in ["pages", "tickets"] {
            let labels = ["hook": "soc", "reason": reason]
            #expect(page.value("grantrail_notifications_held_total", labels) == "0")
        }
        for name in ["queue", "oldest_seconds", "dead"] {
            let value = page.value("grantrail_delivery_\(name)", ["hook": "soc"])
            #expect(value.flatMap { Double($0) } == 0, "\(name)")
        }
        #expect(page.value("grantrail_hook_breaker_open", ["hook": "soc"]) == "0")
        #expect(page.value("grantrail_events_ingested_total", ["source": "kc"]) == "0")
        #expect(page.value("grantrail_commit_seconds_count") == "0")
        // A time that nobody knows has no sample: zero would be 1970.
        #expect(page.samples("grantrail_watermark_timestamp_seconds").isEmpty)
        #expect(page.samples("grantrail_last_event_timestamp_seconds").isEmpty)
    }

    @Test("What the status says is on the page")
    func numbers() throws {
        let page = try ParsedMetrics(
            .example { status in
                status.sources[0].lag = ["logins/0": 7, "logins/1": 9]
                status.sources[0].lastTime = 1_763_700_000_250_000_000
                status.sources[0].records = 12
                status.tally.rejected = [.jsonSyntax: 3]
                status.frontier = 1_763_700_000_000_000_000
                status.confirmed.count(rule: "REF-01", severity: .high)
                status.confirmed.count(rule: "REF-01", severity: .critical)
                status.stored = 100
                status.disk = .init(
                    bytes: 4096, free: 1 << 40, isWritable: true, firstPosition: 40)
                status.hooks = [
                    HookMetric(
                        hook: "soc", queue: 4, oldestSeconds: 1.5, dead: 1, delivered: 5,
                        retried: 6, gaveUp: 2, breakerOpen: true)
                ]
                status.hooks[0].heldPages = 3
            }, as: .prometheus)
        let lag = ["source": "kc", "partition": "logins/1"]
        #expect(page.value("grantrail_kafka_consumer_lag", lag) == "9")
        #expect(page.value("grantrail_records_total", ["source": "kc"]) == "12")
        #expect(page.value("grantrail_build_info", ["version": "1.2"]) == "1")
        let last = page.value("grantrail_last_event_timestamp_seconds", ["source": "kc"])
        #expect(last == "1763700000.25")
        #expect(page.value("grantrail_watermark_timestamp_seconds") == "1763700000.0")
        let reason = ["reason": "json.syntax"]
        #expect(page.value("grantrail_events_rejected_total", reason) == "3")
        for severity in ["high", "critical"] {
            let labels = ["rule": "REF-01", "severity": severity]
            #expect(page.value("grantrail_alerts_total", labels) == "1")
        }
        #expect(page.value("grantrail_store_events") == "60")
        #expect(page.value("grantrail_store_free_bytes") == String(1 << 40))
        #expect(page.value("grantrail_ready") == "1")
        let held = ["hook": "soc", "reason": "pages"]
        #expect(page.value("grantrail_notifications_held_total", held) == "3")
        let dead = ["hook": "soc", "result": "dead"]
        #expect(page.value("grantrail_delivery_attempts_total", dead) == "2")
        #expect(page.value("grantrail_delivery_dead", ["hook": "soc"]) == "1")
        #expect(page.value("grantrail_delivery_oldest_seconds", ["hook": "soc"]) == "1.5")
        #expect(page.value("grantrail_hook_breaker_open", ["hook": "soc"]) == "1")
    }

    @Test("Hostile names are escaped, bounded and stay apart", arguments: formats)
    func hostile(format: MetricsPage.Format) throws {
        let long = String(repeating: "é", count: 5000)
        let names = [
            "a\"} 1\nevil{x=\"", "back\\slash", "tab\tnul\0", "tab nul ", "\u{7F}", "\r\n",
            long + "1", long + "2", "", "e\u{301}", "\u{e9}", "# EOF",
        ]
        let snapshot = MetricsSnapshot.example { status in
            status.hooks = names.map { HookMetric(hook: $0) }
        }
        let page = try ParsedMetrics(snapshot, as: format)
        let told = page.samples("grantrail_delivery_queue").map { $0.labels["hook"] ?? "" }
        #expect(Set(told.map { Array($0.utf8) }).count == names.count)
        #expect(told[0] == names[0] && told[1] == names[1])
        #expect(told.allSatisfy { $0.utf8.count <= MetricText.mostBytes + 17 })
    }

    @Test("A page has a thousand partitions at most, and says how many it leaves off")
    func cardinality() throws {
        let snapshot = MetricsSnapshot.example { status in
            for number in 0..<1500 { status.sources[0].lag["t/\(number)"] = 1 }
        }
        let page = try ParsedMetrics(snapshot, as: .prometheus)
        #expect(page.samples("grantrail_kafka_consumer_lag").count == 1000)
        #expect(page.value("grantrail_series_omitted") == "500")
        #expect(try ParsedMetrics(.example(), as: .prometheus)
            .value("grantrail_series_omitted") == "0")
    }

    @Test("Alerts of rules beyond the bound are counted together")
    func manyRules() {
        var counts = AlertCounts()
        for number in 0..<12_000 { counts.count(rule: "R\(number)", severity: .low) }
        #expect(counts.counts.count == AlertCounts.most + 1)
        let others = AlertCounts.Key(rule: AlertCounts.others, severity: .low)
        #expect(counts.counts[others] == 2000)
        #expect(counts.counts.values.reduce(0, +) == 12_000)
        var twice = counts
        twice.add(counts)
        #expect(twice.counts.values.reduce(0, +) == 24_000)
    }

    @Test("Buckets count what is not longer than they say")
    func histogram() throws {
        var histogram = DurationHistogram()
        for length in [-5, 0, 500_000, 500_001, 2_500_000_000, 60_000_000_000] {
            histogram.observe(nanoseconds: Int64(length))
        }
        let page = try ParsedMetrics(
            .example { $0.commitSeconds = histogram }, as: .openMetrics)
        let buckets = page.samples("grantrail_commit_seconds_bucket")
        #expect(buckets.map(\.value) == [
            "3", "4", "4", "4", "4", "4", "4", "4", "4", "4", "4", "5", "5", "6",
        ])
        #expect(buckets.last?.labels == ["le": "+Inf"])
        #expect(page.value("grantrail_commit_seconds_count") == "6")
        #expect(page.value("grantrail_commit_seconds_sum") == "62.501000001")
        for bound in DurationHistogram.bounds {
            #expect(Double(bound.text) == Double(bound.nanoseconds) / 1e9)
            #expect(bound.text.contains("."), "OpenMetrics wants the form of a float")
        }
        histogram.observe(nanoseconds: .max)
        #expect(histogram.sum == .max)
    }

    @Test(
        "OpenMetrics is for those who ask for it",
        arguments: [
            (nil, MetricsPage.Format.prometheus), ("*/*", .prometheus), ("text/html", .prometheus),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text; Version=1.0.0 ; q=1", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .prometheus),
            ("application/openmetrics-text;q=0", .prometheus),
            ("application/openmetrics-text;q=0.4, text/plain;q=0.5", .prometheus),
            ("application/openmetrics-text;q=nan;=;;, ,;q", .prometheus),
            (
                "application/openmetrics-text;version=1.0.0,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
            ),
        ])
    func negotiation(accept: String?, format: MetricsPage.Format) {
        #expect(MetricsPage.Format(accept: accept) == format)
    }

    @Test("Numbers of the process are read from what the system says, whatever its name")
    func process() throws {
        let fields = (3...52).map { $0 == 14 ? "250" : $0 == 15 ? "50" : $0 == 22 ? "700" : "9" }
        let known = ProcessMetrics(
            status: "77 (a) b (c) " + fields.joined(separator: " "), memory: "1000 300 4 5",
            machine: "cpu 1 2\nbtime 1700000000\nintr 5", openFiles: 8, pageSize: 4096, ticks: 100)
        #expect(known.residentBytes == Int64(1_228_800))
        #expect(known.processorSeconds == 3)
        #expect(known.startSeconds == 1_700_000_007)
        let nothing = ProcessMetrics(
            status: "", memory: "x", machine: "", openFiles: nil, pageSize: 4096, ticks: 0)
        #expect(nothing == ProcessMetrics())
        let own = ProcessMetrics.read()
        #expect(try #require(own.residentBytes) > 1 << 20)
        #expect(try #require(own.openFiles) >= 3)
        let start = try #require(own.startSeconds)
        let now = Date().timeIntervalSince1970
        #expect(start < now + 2 && start > now - 86_400)
    }

    @Test("docs/OPERATIONS.md has the table of this version")
    func reference() throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let path = root.appending(path: "docs/OPERATIONS.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.contains(MetricsPage.reference), "put there:\n\(MetricsPage.reference)")
    }
}
