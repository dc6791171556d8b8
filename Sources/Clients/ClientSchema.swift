internal import WireFormat

extension ClientBook {
    /// The JSON Schema (draft 2020-12) of files of clients, for editors; `clients check` knows
    /// more.
    public static var schema: String {
        SchemaNode.document(title: "Grantrail clients") { json in
            json.object(ClientBookReader.rootKeys) { key, json in
                json.member("type", ["array", "null"])
                json.key("items")
                json.beginObject()
                let isServer = key == "servers"
                json.object(
                    isServer ? ClientBookReader.serverKeys : ClientBookReader.clientKeys
                ) {
                    property($0, isServer: isServer, to: &$1)
                }
                if !isServer { json.member("required", ["id"]) }
                json.endObject()
            }
        }
    }

    private static func property(_ key: String, isServer: Bool, to json: inout JSONWriter) {
        json.member("description", help(key, isServer: isServer))
        switch key {
        case "issuer" where isServer, "egress": list(to: &json)
        case "kind": json.member("enum", ServerKind.allCases.map(\.rawValue))
        case "type": json.member("enum", ClientType.allCases.map(\.rawValue))
        // Editors that read YAML 1.1 take on and off for truth values.
        case "rotation":
            json.key("enum")
            json.beginArray()
            for choice in RefreshPolicy.Rotation.allCases { json.string(choice.rawValue) }
            json.bool(true)
            json.bool(false)
            json.endArray()
        case "leeway":
            json.member("type", "string")
            json.member("pattern", "^[0-9]{1,9}[smhdw]$")
        case "reuse":
            json.member("type", "integer")
            json.member("minimum", 0)
            json.member("maximum", ClientBookReader.mostReuses)
        case "id":
            json.member("type", "string")
            json.member("minLength", 1)
        default: json.member("type", ["string", "null"])
        }
    }

    private static func list(to json: inout JSONWriter) {
        json.member("type", ["array", "string", "null"])
        json.key("items")
        json.beginObject()
        json.member("type", "string")
        json.endObject()
    }

    private static func help(_ key: String, isServer: Bool) -> String {
        switch key {
        case "issuer":
            isServer
                ? "what events have as issuer or tenant, any of these; without it any"
                : "what its events have as issuer or tenant, or a name of a server; without it any"
        case "kind": "whose server it is: what holds unless something else is written"
        case "id": "the client_id"
        case "name": "for people"
        case "type": "web, confidential and service redeem and refresh from back ends of their own"
        case "rotation": "on: refresh tokens are for one use"
        case "leeway": "how long after its first use a refresh token may be presented again"
        case "reuse": "how often a refresh token may be presented again"
        case "egress": "every network that its back ends speak from"
        case "owner": "who answers for it"
        default: "written by imports; tells whether somebody changed the entry since"
        }
    }
}

extension JSONWriter {
    /// Members that describe a mapping with these keys and no others.
    fileprivate mutating func object(
        _ keys: [String], _ property: (String, inout JSONWriter) -> Void
    ) {
        member("type", "object")
        key("properties")
        beginObject()
        for name in keys {
            key(name)
            beginObject()
            property(name, &self)
            endObject()
        }
        endObject()
        key("additionalProperties")
        bool(false)
    }
}
