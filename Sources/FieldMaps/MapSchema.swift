internal import AuditModel
public import LogFormats
internal import WireFormat

extension FieldMap {
    /// The JSON Schema (draft 2020-12) of maps, for editors; `maps check` knows more.
    public static var schema: String {
        SchemaNode.document(
            title: "Grantrail field map", description: "What the members of a server's JSON mean",
            definitions: MapSchema.definitions
        ) { MapSchema.map.writeMembers(to: &$0) }
    }
}

private enum MapSchema {
    static let definitions: [(String, SchemaNode)] = [
        ("path", .pattern("^[^.]")), ("match", match), ("fields", fields),
        ("outcome", .names(Outcome.names)), ("reason", .names(Reason.names.filter { !$0.isEmpty })),
    ]

    static let map = SchemaNode.object(
        [
            (
                "name",
                .described(
                    "the dialect of its events", .pattern("^[a-z][a-z0-9_-]{0,31}$"))
            ),
            (
                "unwrap",
                .described("where a record's events are; without it the usual places", paths)
            ),
            ("open", .described("texts that hold JSON", paths)),
            ("when", .described("what a record must be to be an event", .named("match"))),
            ("time", .described("where the event time is", time)),
            ("id", .described("the id that the server gives an event", paths)),
            ("fields", .described("where columns come from", .named("fields"))),
            ("constants", .described("values that no record names", constants)),
            ("kinds", .described("what events mean; the first row that matches counts", kinds)),
            ("outcomes", .described("how attempts ended", table("outcome"))),
            ("reasons", .described("why attempts failed", table("reason"))),
            ("absent", .described("values that mean that there is none", .some(.text))),
        ], required: ["name", "time", "kinds"])

    private static let paths = SchemaNode.any([
        .named("path"), .list(.named("path")),
    ])

    private static let time = SchemaNode.any([
        .named("path"), .list(.named("path"), atLeast: 1),
        .object(
            [("path", paths), ("format", .names(MapTimeFormat.allCases.map(\.rawValue)))],
            required: ["path"]),
    ])

    private static let scalar = SchemaNode.anything

    private static let match = SchemaNode.open(
        [],
        others: .described(
            "a value or some; * stands for any text, null for none", .some(scalar)))

    private static let constants = SchemaNode.object(
        MapColumn.allCases.filter(\.canBeConstant).map { ($0.rawValue, .text) })

    private static let fields = SchemaNode.object(
        MapColumn.allCases.map { ($0.rawValue, .some(source($0))) })

    private static func source(_ column: MapColumn) -> SchemaNode {
        guard column.isToken else {
            return .any([
                .named("path"), .object([("path", .named("path"))], required: ["path"]),
            ])
        }
        let long = SchemaNode.object(
            [
                ("path", .named("path")),
                ("form", .names(MapSource.Form.allCases.map(\.rawValue))),
                ("token", .names(SecretMember.Token.allCases.map(\.rawValue))),
            ], required: ["path"])
        return .any([.named("path"), long])
    }

    private static let kinds = SchemaNode.list(
        .object(
            [
                ("match", .named("match")), ("kind", .names(EventKind.names)),
                ("outcome", .named("outcome")), ("reason", .named("reason")),
                ("ip_role", .names(IPRole.names)),
                ("effects", .some(.names(EffectSet.all.names))), ("fields", .named("fields")),
            ], required: ["kind"]),
        atLeast: 1)

    private static func table(_ column: String) -> SchemaNode {
        .list(
            .object([("match", .named("match")), (column, .named(column))], required: [column]),
            atLeast: 1)
    }
}
