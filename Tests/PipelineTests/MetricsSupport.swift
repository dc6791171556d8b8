import AuditModel
import Intake
import Testing

@testable import Pipeline

/// A metrics page taken apart, strictly: what a scraper would refuse is refused here.
struct ParsedMetrics {
    struct Family {
        var type: String
        var help: String
        var samples: [Sample] = []
    }

    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: String
    }

    struct Malformed: Error {
        let line: String
    }

    private(set) var families: [String: Family] = [:]
    private(set) var endsWithMark = false

    init(_ snapshot: MetricsSnapshot, as format: MetricsPage.Format) throws {
        let text = String(decoding: MetricsPage.render(snapshot, as: format), as: UTF8.self)
        guard text.hasSuffix("\n") else { throw Malformed(line: "no line end") }
        var last = ""
        var help: [String: String] = [:]
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if endsWithMark { throw Malformed(line: "after the end: \(line)") }
            if line == "# EOF" {
                endsWithMark = true
            } else if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard words.count == 2, help[String(words[0])] == nil else {
                    throw Malformed(line: String(line))
                }
                help[String(words[0])] = String(words[1])
                last = String(words[0])
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, words[0] == last, let help = help[last] else {
                    throw Malformed(line: String(line))
                }
                families[last] = Family(type: String(words[1]), help: help)
            } else {
                let sample = try Self.sample(line)
                let rest = sample.name.dropFirst(last.count)
                let endings = ["", "_total", "_info", "_bucket", "_sum", "_count"]
                guard sample.name.hasPrefix(last), endings.contains(String(rest)) else {
                    throw Malformed(line: "under \(last): \(line)")
                }
                families[last]?.samples.append(sample)
            }
        }
    }

    /// The samples of a metric as the older format calls it.
    func samples(_ name: String) -> [Sample] {
        families.values.flatMap(\.samples).filter { $0.name == name }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> String? {
        samples(name).first { $0.labels == labels }?.value
    }

    /// `name{label="value",…} number`.
    private static func sample(_ line: Substring) throws -> Sample {
        let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest = rest.dropFirst()
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count + 1)
                guard rest.first == "\"", labels[String(label)] == nil else {
                    throw Malformed(line: String(line))
                }
                rest = rest.dropFirst()
                labels[String(label)] = try value(&rest, line)
            } while rest.first == ","
            guard rest.first == "}" else { throw Malformed(line: String(line)) }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty, rest.first == " ", !rest.dropFirst().contains(" "),
            Double(rest.dropFirst().replacing("Inf", with: "infinity")) != nil
        else { throw Malformed(line: String(line)) }
        return Sample(name: String(name), labels: labels, value: String(rest.dropFirst()))
    }

    /// What stands before the closing quote, which is taken, too.
    private static func value(_ rest: inout Substring, _ line: Substring) throws -> String {
        var value = String.UnicodeScalarView()
        var scalars = rest.unicodeScalars
        while let scalar = scalars.popFirst() {
            if scalar == "\"" {
                rest = Substring(scalars)
                return String(value)
            }
            if scalar == "\\" {
                switch scalars.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: throw Malformed(line: String(line))
                }
            } else {
                guard scalar.value >= 0x20, scalar.value != 0x7F else {
                    throw Malformed(line: String(line))
                }
                value.append(scalar)
            }
        }
        throw Malformed(line: String(line))
    }
}

extension MetricsSnapshot {
    /// Of a run with one source.
    static func example(_ change: (inout LiveStatus) -> Void = { _ in }) -> MetricsSnapshot {
        var status = LiveStatus(sources: ["kc"], rules: 2)
        status.isLearning = false
        status.sources[0].condition.isReady = true
        status.confirmed.begin(rule: "REF-01", severity: .high)
        change(&status)
        return MetricsSnapshot(version: "1.2", status: status, process: ProcessMetrics())
    }
}
