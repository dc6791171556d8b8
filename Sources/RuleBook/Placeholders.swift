internal import MarkedText

/// What stands for `%name%` in values with the modifier `expand`: the files `placeholders.yml`
/// beside the rules, each a mapping of names to a value or a list.
struct Placeholders {
    private var values: [String: [String]] = [:]

    static let mostValues = 10_000
    /// Of all texts that one value becomes.
    static let mostBytes = 1 << 22

    /// Whether a file holds placeholders and no rules.
    static func isFile(_ source: RuleSource) -> Bool { source.stem == "placeholders" }

    /// Takes in a file; its names replace those of files before it.
    mutating func read(_ documents: [YAMLNode], _ report: inout RuleText) {
        for document in documents {
            guard let entries = document.entries else {
                report.error(
                    .wrongType, document.place,
                    "placeholders must be a mapping, not \(document.typeName)",
                    remedy: "a name and its values, such as offices: [192.0.2.0/24]")
                continue
            }
            for entry in entries {
                guard let name = report.string(entry.key, "a placeholder's name") else { continue }
                let list = report.strings(entry.value, "'\(name)'")
                if list.count > Self.mostValues {
                    report.error(
                        .tooMany, entry.key.place,
                        "'\(name)' has \(list.count) values; the bound is \(Self.mostValues)")
                } else {
                    values[name] = list
                }
            }
        }
    }

    var names: [String] { Array(values.keys) }

    enum Expansion: Equatable {
        case values([String])
        /// No file has this name.
        case unknown(String, offset: Int)
        case tooMany
    }

    /// A text with every `%name%` replaced, one result for each combination of values. `\%` is a
    /// percent sign.
    func expand(_ text: String) -> Expansion {
        let scalars = Array(text.unicodeScalars)
        var results = [""]
        var index = 0
        func append(_ scalar: Unicode.Scalar) {
            for place in results.indices { results[place].unicodeScalars.append(scalar) }
        }
        while index < scalars.count {
            if scalars[index] == "\\", index + 1 < scalars.count, scalars[index + 1] == "%" {
                append("%")
                index += 2
            } else if scalars[index] == "%", let end = Self.end(of: scalars, from: index + 1) {
                let name = Self.text(scalars[(index + 1)..<end])
                guard let known = values[name] else { return .unknown(name, offset: index) }
                guard Self.fits(results, known) else { return .tooMany }
                results = results.flatMap { before in known.map { before + $0 } }
                index = end + 1
            } else {
                append(scalars[index])
                index += 1
            }
        }
        return .values(results)
    }

    private static func fits(_ results: [String], _ values: [String]) -> Bool {
        func bytes(_ texts: [String]) -> Int { texts.reduce(0) { $0 + $1.utf8.count } }
        let size = bytes(results) * values.count + results.count * bytes(values)
        return results.count * values.count <= mostValues && size <= mostBytes
    }

    /// Where the name that begins at a place ends; nil when there is none.
    private static func end(of scalars: [Unicode.Scalar], from start: Int) -> Int? {
        guard let end = scalars[start...].firstIndex(of: "%"), end > start,
            scalars[start..<end].allSatisfy(isName)
        else { return nil }
        return end
    }

    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || scalar == "." || scalar.properties.isAlphabetic
            || scalar.properties.numericType != nil
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
