/// A JSON Schema (draft 2020-12), as far as files of ours need one.
public indirect enum SchemaNode: Sendable {
    case text
    case pattern(String)
    case names([String])
    case whole(ClosedRange<Int>)
    case number
    case truth
    /// Any value at all.
    case anything
    case list(SchemaNode, atLeast: Int = 0)
    /// A mapping with known keys only.
    case object([(String, SchemaNode)], required: [String] = [])
    /// A mapping with some known keys and any others.
    case open([(String, SchemaNode)], required: [String] = [], others: SchemaNode = .anything)
    case any([SchemaNode])
    /// A definition by its name.
    case named(String)
    case described(String, SchemaNode)

    /// A whole schema as text.
    ///
    /// - Parameters:
    ///   - definitions: what ``named(_:)`` refers to.
    ///   - members: writes what the root must be.
    public static func document(
        title: String, description: String? = nil, definitions: [(String, SchemaNode)] = [],
        _ members: (inout JSONWriter) -> Void
    ) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("$schema", "https://json-schema.org/draft/2020-12/schema")
        json.member("title", title)
        if let description { json.member("description", description) }
        members(&json)
        if !definitions.isEmpty {
            json.key("$defs")
            json.beginObject()
            for (name, node) in definitions {
                json.key(name)
                node.write(to: &json)
            }
            json.endObject()
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// One value or a list of them.
    public static func some(_ node: SchemaNode) -> SchemaNode {
        .any([node, .list(node, atLeast: 1)])
    }

    /// Writes the members of the schema's object.
    public func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .text: json.member("type", "string")
        case .pattern(let pattern):
            json.member("type", "string")
            json.member("pattern", pattern)
        case .names(let names): json.member("enum", names)
        case .whole(let range):
            json.member("type", "integer")
            json.member("minimum", Int64(range.lowerBound))
            json.member("maximum", Int64(range.upperBound))
        case .number: json.member("type", "number")
        case .truth: json.member("type", "boolean")
        case .anything: break
        case .list(let node, let count):
            json.member("type", "array")
            if count > 0 { json.member("minItems", Int64(count)) }
            json.key("items")
            node.write(to: &json)
        case .object(let members, let required):
            Self.object(members, required, &json)
            json.key("additionalProperties")
            json.bool(false)
        case .open(let members, let required, let others):
            Self.object(members, required, &json)
            json.key("additionalProperties")
            others.write(to: &json)
        case .any(let nodes):
            json.key("anyOf")
            json.beginArray()
            for node in nodes { node.write(to: &json) }
            json.endArray()
        case .named(let name): json.member("$ref", "#/$defs/\(name)")
        case .described(let text, let node):
            json.member("description", text)
            node.writeMembers(to: &json)
        }
    }

    /// Writes the schema as an object.
    public func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    private static func object(
        _ members: [(String, SchemaNode)], _ required: [String], _ json: inout JSONWriter
    ) {
        json.member("type", "object")
        json.member("required", required)
        json.key("properties")
        json.beginObject()
        for (name, node) in members {
            json.key(name)
            node.write(to: &json)
        }
        json.endObject()
    }
}
