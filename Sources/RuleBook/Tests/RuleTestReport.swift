internal import AuditModel

/// Results of rule tests as text and as JUnit XML.
extension RuleTests {
    /// One line a test, failures below it, then one line that counts.
    public static func text(_ results: [Result]) -> String {
        var lines: [String] = []
        for result in results {
            lines.append("\(result.passed ? "ok  " : "FAIL") \(result.rule)  \(result.test)")
            if result.passed { continue }
            lines.append("     \(result.path):\(result.line)")
            lines += result.failures.map { "     " + $0 }
        }
        let failed = results.count { !$0.passed }
        lines.append("\(results.count - failed) passed, \(failed) failed")
        return lines.map(SourceExcerpt.printable).joined(separator: "\n")
    }

    /// One `testsuite` a rule, in the form that build servers read.
    public static func junit(_ results: [Result]) -> String {
        var suites: [(name: String, results: [Result])] = []
        for result in results {
            if suites.last?.name == result.rule {
                suites[suites.count - 1].results.append(result)
            } else {
                suites.append((result.rule, [result]))
            }
        }
        let failed = results.count { !$0.passed }
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            #"<testsuites name="grantrail rules" tests="\#(results.count)" failures="\#(failed)">"#,
        ]
        for suite in suites { lines += junit(suite.name, suite.results) }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private static func junit(_ name: String, _ results: [Result]) -> [String] {
        let failed = results.count { !$0.passed }
        var lines = [
            #"  <testsuite name="\#(escaped(name))" tests="\#(results.count)" "#
                + #"failures="\#(failed)">"#
        ]
        for result in results {
            let attributes =
                #"classname="\#(escaped(name))" name="\#(escaped(result.test))" "#
                + #"file="\#(escaped(result.path))" line="\#(result.line)""#
            if result.passed {
                lines.append("    <testcase \(attributes)/>")
                continue
            }
            let message = escaped(result.failures.joined(separator: "; "))
            lines.append("    <testcase \(attributes)>")
            lines.append(#"      <failure message="\#(message)"/>"#)
            lines.append("    </testcase>")
        }
        return lines + ["  </testsuite>"]
    }

    /// Text for an XML attribute; characters that XML 1.0 does not allow become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result += " "
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default:
                if scalar.value < 0x20 {
                    result += "\u{FFFD}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
