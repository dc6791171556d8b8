internal import WireFormat

extension ConfigurationFile {
    /// The JSON Schema (draft 2020-12) of configurations, for editors; `config check` knows more.
    public static var schema: String {
        SchemaNode.document(title: "Grantrail configuration") {
            SchemaWriter.members(of: SettingTable.root, to: &$0)
        }
    }
}

/// The table of settings as JSON Schema.
private enum SchemaWriter {
    /// The members that describe a mapping.
    static func members(of settings: [Setting], to json: inout JSONWriter) {
        json.member("type", "object")
        json.key("properties")
        json.beginObject()
        for setting in settings {
            for name in setting.names { property(name, setting, to: &json) }
        }
        json.endObject()
        let required = settings.filter { $0.isRequired && $0.alias == nil }.map(\.name)
        json.member("required", required)
        let either = settings.filter { $0.isRequired && $0.alias != nil }
        if !either.isEmpty {
            json.key("allOf")
            json.beginArray()
            for setting in either { oneOf(setting.names, to: &json) }
            json.endArray()
        }
        json.key("additionalProperties")
        json.bool(false)
    }

    /// Exactly one of some keys is there.
    private static func oneOf(_ names: [String], to json: inout JSONWriter) {
        json.beginObject()
        json.key("oneOf")
        json.beginArray()
        for name in names {
            json.beginObject()
            json.member("required", [name])
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private static func property(
        _ name: String, _ setting: Setting, to json: inout JSONWriter
    ) {
        json.key(name)
        json.beginObject()
        json.member("description", setting.help)
        if let preset = setting.preset {
            json.key("default")
            switch setting.form {
            case .truth: json.bool(preset == "true")
            case .count: json.int(Int64(preset) ?? 0)
            default: json.string(preset)
            }
        }
        members(of: setting.form, to: &json)
        json.endObject()
    }

    private static func members(of form: Form, to json: inout JSONWriter) {
        switch form {
        case .text, .path, .start, .timeZone, .prefix: text(to: &json)
        case .dialect: dialect(to: &json)
        case .name: pattern("^[A-Za-z0-9._-]{1,64}$", to: &json)
        case .duration, .span: pattern("^[0-9]{1,9}[smhdw]$", to: &json)
        case .lowWater: pattern("^[0-9]{1,15}(%|B|[kKMGT]B|[KMGT]iB)$", to: &json)
        case .size: pattern("^[0-9]{1,15}(B|[kKMGT]B|[KMGT]iB)$", to: &json)
        case .url: url(to: &json)
        case .listen: pattern("^([0-9A-Za-z.:\\[\\]]*:)?[0-9]{1,5}$", to: &json)
        case .count(let range):
            json.member("type", "integer")
            json.member("minimum", range.lowerBound)
            json.member("maximum", range.upperBound)
        case .truth: json.member("type", "boolean")
        case .choice(let words): json.member("enum", words)
        case .map:
            json.member("type", "object")
            json.key("additionalProperties")
            json.beginObject()
            json.member("type", ["string", "number", "boolean"])
            json.endObject()
        case .section(let settings, _): members(of: settings, to: &json)
        case .secret: secret(to: &json)
        case .list(let inner): list(inner, to: &json)
        case .variants(let variants, _): entries(variants, to: &json)
        }
    }

    private static func text(to json: inout JSONWriter) {
        json.member("type", "string")
        json.member("minLength", 1)
    }

    /// A name, or the place of a map.
    private static func dialect(to json: inout JSONWriter) {
        json.key("anyOf")
        json.beginArray()
        json.beginObject()
        text(to: &json)
        json.endObject()
        json.beginObject()
        members(of: [Setting("map", .path, "path of a map", isRequired: true)], to: &json)
        json.endObject()
        json.endArray()
    }

    private static func pattern(_ pattern: String, to json: inout JSONWriter) {
        json.member("type", "string")
        json.member("pattern", pattern)
    }

    /// One value or a list of them.
    private static func list(_ form: Form, to json: inout JSONWriter) {
        json.key("anyOf")
        json.beginArray()
        json.beginObject()
        members(of: form, to: &json)
        json.endObject()
        json.beginObject()
        json.member("type", "array")
        json.member("minItems", 1)
        json.key("items")
        json.beginObject()
        members(of: form, to: &json)
        json.endObject()
        json.endObject()
        json.endArray()
    }

    /// A URL, or the place of a secret that is one.
    private static func url(to json: inout JSONWriter) {
        json.key("anyOf")
        json.beginArray()
        json.beginObject()
        pattern("^https?://", to: &json)
        json.endObject()
        json.beginObject()
        secret(to: &json)
        json.endObject()
        json.endArray()
    }

    private static func secret(to json: inout JSONWriter) {
        json.member("type", "object")
        json.key("properties")
        json.beginObject()
        for name in SecretWords.references {
            json.key(name)
            json.beginObject()
            json.member("type", "string")
            json.endObject()
        }
        json.endObject()
        json.key("additionalProperties")
        json.bool(false)
        json.member("minProperties", 1)
        json.member("maxProperties", 1)
    }

    private static func entries(_ variants: [Variant], to json: inout JSONWriter) {
        json.member("type", "array")
        json.key("items")
        json.beginObject()
        json.key("oneOf")
        json.beginArray()
        for variant in variants {
            json.beginObject()
            json.member("description", variant.help)
            members(of: variant.settings, to: &json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
