internal import Detection
internal import WireFormat

/// One field that rules can name: a line of `rules fields`.
public struct FieldListing: Sendable, Equatable {
    public var name: String
    /// `text`, `number`, `truth`, or `names` for one of ``values``.
    public var type: String
    /// The values that there are; empty for a field that may have any.
    public var values: [String]
    /// `ledger` for what the ledger knows, else `event`.
    public var origin: String
    /// One line.
    public var meaning: String
}

extension RuleBook {
    /// Every field that a rule can name, by name.
    public static var fields: [FieldListing] {
        FieldSchema.names.compactMap { name in
            guard let field = FieldSchema.field(named: name) else { return nil }
            let (type, values): (String, [String]) =
                switch FieldSchema.type(of: field) {
                case .text, .open: ("text", [])
                case .names(let names): ("names", names)
                case .number: ("number", [])
                case .truth: ("truth", ["true", "false"])
                }
            var origin = "event"
            if case .ledger = field { origin = "ledger" }
            return FieldListing(
                name: name, type: type, values: values, origin: origin,
                meaning: FieldMeaning.table[name] ?? "")
        }
    }

    /// ``fields`` as a table: name, type, meaning.
    public static var fieldsText: String {
        let fields = fields
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { field in
            let name = field.name + String(repeating: " ", count: width - field.name.count)
            let type = field.type + String(repeating: " ", count: max(0, 6 - field.type.count))
            var line = "\(name)  \(type)  \(field.meaning)"
            if field.type == "names", field.values.count <= 12 {
                line += ": " + field.values.joined(separator: " ")
            }
            return line + "\n"
        }.joined()
    }

    /// ``fields`` as one JSON array of `{name,type,origin,meaning,values}`; `values` only where the
    /// field has certain ones.
    public static var fieldsJSON: String {
        var json = JSONWriter()
        json.beginArray()
        for field in fields {
            json.beginObject()
            json.member("name", field.name)
            json.member("type", field.type)
            json.member("origin", field.origin)
            json.member("meaning", field.meaning)
            json.member("values", field.values)
            json.endObject()
        }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// What fields mean, one line each; docs/EVENTS.md and docs/RULES.md say more.
enum FieldMeaning {
    static let table: [String: String] = {
        var meanings: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let blank = line.firstIndex(of: " ") else { continue }
            meanings[String(line[..<blank])] = String(line[line.index(after: blank)...])
        }
        return meanings
    }()

    private static let text = """
        asn autonomous system of the address
        asserted the server itself called it reuse
        audience audience of the request
        birth whether the family's first token was issued before our eyes
        branches_foreign the branches of a fork come from networks foreign to each other
        city city of the address
        client OAuth client
        code the authorization code
        country country of the address, two letters
        device device as the server names it
        dialect the decoder, such as keycloak
        effects kinds of secondary facts that the same event proves
        fact what the event was to its grant
        family id of the grant's family, where the server writes one
        family.age_h whole hours since the family's first event
        family.idle_h whole hours since the family's last accepted presentation
        family.lineages how many lineages the family had up to this event
        generation depth of the presented token in its lineage
        generation_gap generations between the presented token and the newest
        grant id of the grant, where the server writes one
        grant_type grant type of the request
        id the event's own id, 32 hexadecimal digits
        ip address of the request
        ip_role whose address it is
        issued ids of the tokens that were issued
        issuer realm, tenant or issuer as the record names it
        kind what happened
        leak_status what a token that the event leaks is still worth
        leaked a token that stood in the record where none belongs
        network class of the address's network
        outcome how the attempt ended
        owner_client the client that the token was issued to, where another one presents it
        place point and radius of the address: lat,lon,km
        policy_allows the client's policy allows the token to be presented again
        presented id of the token presented in the request
        presenter.new what about either presenter was new before the token's first redemption
        presenter.unseen what about this event's presenter the family had not seen before
        proof_key key that the token is bound to (RFC 9449, RFC 8705)
        reason why it failed, in one vocabulary for every server
        reason_raw why it failed, in the server's own words
        refused the server refused the request
        replay_gap_s seconds since the first redemption of the presented token
        request id of the request
        rotation whether the client's refresh tokens are for one use
        same_network both presenters share a /24 or /56
        scopes scopes of the request or the token
        scopes_added granted scopes that the lineage's original grant does not have
        session user session
        source name of the stream that the record came from
        subject the user
        successor whether the token that the first redemption gave was used before this event
        tenant name of the realm or tenant
        tls fingerprint of the TLS client
        user_agent user agent of the request
        vendor_type the server's name for the event
        """
}
