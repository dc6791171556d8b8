extension ConfigurationFile {
    /// The reference of all settings in Markdown: a table for the whole, one for each section and
    /// each kind of source and sink. Part of docs/CONFIGURATION.md.
    public static var reference: String {
        var reference = ReferenceWriter()
        reference.section(SettingTable.root, path: "", title: "Top level")
        return reference.tables.joined(separator: "\n")
    }
}

/// The table of settings as Markdown.
private struct ReferenceWriter {
    var tables: [String] = []

    mutating func section(_ settings: [Setting], path: String, title: String) {
        var lines = ["### \(title)", "", "| key | value | default | meaning |", "|---|---|---|---|"]
        for setting in settings {
            let name = setting.names.map { "`\($0)`" }.joined(separator: " or ")
            let preset =
                setting.preset.map { "`\($0)`" } ?? (setting.isRequired ? "**required**" : "")
            lines.append("| \(name) | \(Self.value(setting.form)) | \(preset) | \(setting.help) |")
        }
        tables.append(lines.map { $0 + "\n" }.joined())
        for setting in settings {
            let inner = path.isEmpty ? setting.name : "\(path).\(setting.name)"
            switch setting.form {
            case .section(let settings, _): section(settings, path: inner, title: "`\(inner)`")
            case .variants(let variants, let kind):
                for variant in variants {
                    section(
                        variant.settings, path: "\(inner).NAME",
                        title: "`\(inner)`: a \(kind) of type `\(variant.type)`, \(variant.help)")
                }
            default: break
            }
        }
    }

    private static func value(_ form: Form) -> String {
        switch form {
        case .text: "text"
        case .name: "name"
        case .path: "path"
        case .duration, .span: "duration"
        case .lowWater: "size or percent"
        case .size: "size"
        case .url: "URL, or secret"
        case .listen: "address:port"
        case .count(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .truth: "`true` or `false`"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .start: "`beginning`, `end` or moment"
        case .dialect: "name of a format, or `{map: path}`"
        case .timeZone: "zone"
        case .prefix: "address or prefix"
        case .secret: "secret"
        case .list(let inner): "\(value(inner)), or a list"
        case .map: "mapping of text"
        case .section: "mapping"
        case .variants: "list of mappings"
        }
    }
}
