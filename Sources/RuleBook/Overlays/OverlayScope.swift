internal import Detection
internal import MarkedText

/// The events that an overlay or an allow-list is about.
enum OverlayScope {
    /// A mapping of fields, or a list of such, as a selection of a rule has it.
    static func selection(
        _ node: YAMLNode, _ placeholders: Placeholders, _ report: inout RuleText
    ) -> [[Predicate]]? {
        func scalar(_ text: String) -> YAMLNode {
            YAMLNode(
                content: .scalar(
                    .init(text: text, isPlain: true, isQuoted: false, isBlock: false)),
                place: node.place)
        }
        let detection = YAMLNode(
            content: .mapping([
                .init(key: scalar("where"), value: node),
                .init(key: scalar("condition"), value: scalar("where")),
            ]), place: node.place)
        var compiler = SelectionCompiler(map: .canonical, placeholders: placeholders)
        compiler.compile(detection, &report)
        if !compiler.blindness.isEmpty {
            report.error(
                .unknownField, node.place,
                "it cannot be said which events are meant: "
                    + compiler.blindness.joined(separator: ", "))
        }
        return compiler.selections.first?.alternatives
    }

    /// The selection as people read it.
    static func text(_ node: YAMLNode) -> String {
        (node.items ?? [node]).map { item in
            (item.entries ?? []).map { entry in
                let values = entry.value.items ?? [entry.value]
                return "\(entry.key.text ?? "") \(values.compactMap(\.text).joined(separator: "/"))"
            }.joined(separator: ", ")
        }.joined(separator: "; or ")
    }
}
