internal import Yams

/// Text to YAML documents, with every bound of ``YAMLGuard`` and every failure as a
/// diagnostic.
public enum YAMLReader {
    /// Values in one file, aliases counted each time they are used.
    static let mostNodes = 100_000
    static let mostDocuments = 1_000

    /// The text of a file's bytes, without a byte order mark, which is no part of the first key;
    /// nil if they are not UTF-8.
    public static func text(_ bytes: some Collection<UInt8>) -> String? {
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        return String(validating: bytes.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
    }

    /// The documents that could be read; empty ones are left out.
    public static func documents<Code: YAMLCode>(
        _ text: String, into report: inout TextReport<Code>
    ) -> [YAMLNode] {
        let refusal: YAMLGuard.Refusal<Code>? = YAMLGuard.refusal(text)
        if let refusal {
            report.error(refusal.code, refusal.place, refusal.message)
            return []
        }
        var documents: [YAMLNode] = []
        var budget = mostNodes
        do {
            // Fields give values their types; guessing would cost a regular expression each.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                guard let node = convert(root, budget: &budget, depth: 0) else {
                    report.error(.tooLarge, place(of: root), "more than \(mostNodes) values")
                    return documents
                }
                if node.scalar?.isNull != true { documents.append(node) }
                if documents.count > mostDocuments {
                    report.error(.tooMany, node.place, "more than \(mostDocuments) documents")
                    return documents
                }
            }
        } catch {
            describe(error, into: &report)
        }
        return documents
    }

    private static func convert(_ node: Node, budget: inout Int, depth: Int) -> YAMLNode? {
        budget -= 1
        guard budget > 0, depth < 512 else { return nil }
        let place = place(of: node)
        switch node {
        case .scalar(let scalar):
            return YAMLNode(content: .scalar(convert(scalar)), place: place)
        case .sequence(let sequence):
            var items: [YAMLNode] = []
            for item in sequence {
                guard let item = convert(item, budget: &budget, depth: depth + 1)
                else { return nil }
                items.append(item)
            }
            return YAMLNode(content: .sequence(items), place: place)
        case .mapping(let mapping):
            var entries: [YAMLNode.Entry] = []
            for (key, value) in mapping {
                guard let key = convert(key, budget: &budget, depth: depth + 1),
                    let value = convert(value, budget: &budget, depth: depth + 1)
                else { return nil }
                entries.append(YAMLNode.Entry(key: key, value: value))
            }
            return YAMLNode(content: .mapping(entries), place: place)
        case .alias:
            return nil
        }
    }

    private static func convert(_ scalar: Node.Scalar) -> YAMLNode.Scalar {
        let style = scalar.style
        return YAMLNode.Scalar(
            text: scalar.string,
            isPlain: style == .plain || style == .any,
            isQuoted: style == .singleQuoted || style == .doubleQuoted,
            isBlock: style == .literal || style == .folded)
    }

    private static func place(of node: Node) -> Place {
        guard let mark = node.mark else { return .whole }
        var length = 1
        if case .scalar(let scalar) = node {
            length = scalar.string.unicodeScalars.count
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted { length += 2 }
            if scalar.style == .literal || scalar.style == .folded { length = 1 }
        }
        return Place(line: mark.line, column: mark.column, length: max(1, length))
    }

    private static func describe<Code: YAMLCode>(
        _ error: any Error, into report: inout TextReport<Code>
    ) {
        guard let error = error as? YamlError else {
            report.error(.syntax, .whole, "not YAML")
            return
        }
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Place(line: mark.line, column: mark.column, length: 1)
            let where_ = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            report.error(
                .syntax, place, "not YAML: \(problem)\(where_)",
                remedy: "check indentation, quotes and brackets up to this place")
        case .duplicatedKeysInMapping(let keys, let context):
            let mark = context.mark
            let key = keys.first ?? ""
            report.error(
                .duplicateKey,
                Place(line: mark.line, column: mark.column, length: key.unicodeScalars.count),
                "key '\(key.prefix(60))' is written twice", remedy: "keep one of the two")
        case .reader(let problem, _, _, _):
            report.error(.syntax, .whole, "not text: \(problem)")
        default:
            report.error(.syntax, .whole, "not YAML")
        }
    }
}
