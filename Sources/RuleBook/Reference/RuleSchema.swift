internal import AuditModel
internal import Detection
internal import WireFormat

extension RuleBook {
    /// The JSON Schema (draft 2020-12) of rule files: Sigma 2.1 with the block `grantrail:`, and of
    /// files of overlays. For editors; `rules check` knows more.
    public static var schema: String {
        SchemaNode.document(
            title: "Grantrail rules",
            description: "Sigma 2.1 with the block grantrail:, and overlays",
            definitions: RuleSchema.definitions
        ) { SchemaNode.any([.named("rule"), .named("local")]).writeMembers(to: &$0) }
    }
}

/// The definitions of the schema.
private enum RuleSchema {
    static let definitions: [(String, SchemaNode)] =
        [
            ("rule", rule), ("local", local), ("grantrail", grantrail), ("test", test),
            ("alert", alert), ("event", event(background: false)),
            ("background", event(background: true)),
            ("duration", .pattern("^[0-9]{1,9}[smhdw]$")), ("date", date),
            ("selection", selection), ("level", .names(DocumentCompiler.levels)),
        ]

    private static let date = SchemaNode.pattern("^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}$")
    private static let duration = SchemaNode.named("duration")
    private static let value = SchemaNode.any([.text, .number, .truth])

    /// Sigma's selections: a mapping, a list of mappings, or keywords.
    private static let selection = SchemaNode.any([
        .open([]), .list(.anything), .text, .number,
    ])

    // MARK: - Sigma

    private static let rule = SchemaNode.open(
        [
            ("title", .text), ("id", .text), ("name", .text),
            ("status", .names(Rule.Status.allCases.map(\.rawValue))), ("description", .text),
            ("author", .text), ("license", .text), ("taxonomy", .text),
            ("references", .list(.text)), ("date", .named("date")), ("modified", .named("date")),
            ("related", .list(.open([("id", .text), ("type", .text)]))),
            ("logsource", .open([], others: .text)),
            (
                "detection",
                .open(
                    [("condition", .some(.text))], required: ["condition"],
                    others: .named("selection"))
            ),
            ("correlation", .open([])), ("filter", .open([])), ("fields", .list(.text)),
            ("falsepositives", .some(.text)), ("level", .named("level")), ("tags", .list(.text)),
            ("scope", .list(.text)), ("grantrail", .named("grantrail")),
        ], required: ["title"])

    // MARK: - The block

    private static let grantrail = SchemaNode.object(
        [
            ("key", .some(.text)), ("suppress", .any([duration, .names(["never"])])),
        ] + operators + [
            (
                "needs",
                .object(
                    ["all", "any", "better"].map { ($0, .some(.names(FieldSchema.capabilities))) })
            ),
            ("points", .open([], others: .number)), ("points_from", .text),
            (
                "fire_at",
                .any([
                    .number, .object([("from", .number), ("below", .number)], required: ["from"]),
                ])
            ),
            ("raise", .object(Severity.names.map { ($0, .any([.some(.text), .number])) })),
            ("unless", .some(.text)), ("verdict", .text), ("message", .text),
            (
                "actions",
                .list(
                    .any([
                        .object(
                            [("do", .names(StandardAction.allCases.map(\.rawValue)))],
                            required: ["do"]),
                        .object(
                            [("title", .text), ("command", .text), ("reversible", .truth)],
                            required: ["title"]),
                    ]))
            ),
            ("tests", .list(.named("test"))),
        ])

    private static let bounds = OperatorCompiler.bounds.map {
        ($0.key, SchemaNode.whole(0...1_000_000))
    }
    private static let window: [(String, SchemaNode)] = [
        ("within", duration),
        ("window", .names(Operation.Window.Shape.allCases.map(\.rawValue))),
    ]
    private static let learning = SchemaNode.any([duration, .whole(0...0), .names(["0"])])
    private static let positive = SchemaNode.whole(1...1_000_000)

    private static let operators: [(String, SchemaNode)] = [
        ("count", .object(bounds + window, required: ["within"])),
        (
            "distinct",
            .object([("of", .some(.text))] + bounds + window, required: ["of", "within"])
        ),
        (
            "ratio",
            .object(
                [("of", .text), ("over", .text), ("gte", .number), ("min", positive)] + window,
                required: ["of", "over", "gte", "min", "within"])
        ),
        (
            "sequence",
            .object(
                [
                    ("of", .list(.any([.text, .open([], others: positive)]), atLeast: 2)),
                    ("within", duration),
                ], required: ["of", "within"])
        ),
        (
            "together",
            .object(
                [("of", .list(.text, atLeast: 2)), ("within", duration)],
                required: ["of", "within"])
        ),
        ("spike", .object(spike)), ("new_value", newValue), ("geo_velocity", velocity),
        (
            "absence",
            .object(
                [
                    ("of", .text), ("after", .text), ("within", duration),
                    ("tail", .any([.number, .text])),
                ], required: ["within"])
        ),
    ]

    private static let spike: [(String, SchemaNode)] = [
        ("within", .some(duration)), ("learn", learning), ("learn_events", .whole(0...1_000_000)),
        ("floor", positive), ("times", .number), ("tail", .any([.number, .text])),
        ("against", .text),
        (
            "absolute",
            .object(
                [
                    ("of", .text), ("count", positive), ("within", duration),
                    (
                        "distinct",
                        .object(
                            [("of", .some(.text)), ("gte", positive)], required: ["of", "gte"])
                    ),
                ], required: ["count"])
        ),
    ]

    private static let newValue = SchemaNode.object(
        [
            ("of", .some(.text)), ("learn", learning), ("within", duration),
            ("peers", .whole(0...1_000)),
        ], required: ["of"])

    private static let velocity = SchemaNode.object([
        ("speed_kmh", .whole(50...100_000)), ("distance_km", .whole(1...20_000)),
        ("within", duration), ("known_days", .whole(0...90)), ("peers", .whole(0...1_000)),
        (
            "foreign",
            .object(
                Operation.GeoVelocity.Context.allCases.map { ($0.rawValue, .whole(0...1_000)) })
        ),
    ])

    // MARK: - Tests

    private static let test = SchemaNode.object(
        [
            ("name", .text), ("story", .text), ("events", .list(.named("event"))),
            ("background", .list(.named("background"))),
            // YAML 1.1 reads `on` and `off` as truths.
            ("rotation", .any([.names(["on", "off"]), .truth])),
            ("expect", .any([.names(["none"]), .some(.named("alert"))])),
        ], required: ["name", "expect"])

    private static let alert = SchemaNode.object([
        ("rule", .text), ("level", .names(DocumentCompiler.levels + ["info"])),
        ("branch", .names(["attacker_first", "victim_first", "undetermined"])),
        ("verdict", .text), ("message", .text),
        (
            "count",
            .any([
                .whole(0...1_000_000),
                .object(
                    ["gte", "gt", "lte", "lt", "eq"].map { ($0, .whole(0...1_000_000)) }),
            ])
        ),
        ("first", .any([.text, .object([("after", .text), ("before", .text)])])),
        ("keys", .object(Alert.memberNames.map { ($0, value) })),
        ("none", .some(.text)),
    ])

    private static func event(background: Bool) -> SchemaNode {
        var members = RawEventReader.names.map { ($0, SchemaNode.some(value)) }
        members += [
            ("time", .text), ("where", .text), ("payload", .open([])),
            ("record", .any([.open([]), .text])),
        ]
        if background {
            members += [
                ("per_hour", .whole(1...3_600)), ("days", .whole(1...EventListCompiler.mostDays)),
                ("hours", .pattern("^[0-9]{1,2}-[0-9]{1,2}$")),
            ]
            return .object(members, required: ["per_hour", "days"])
        }
        members.append(
            (
                "repeat",
                .object([
                    ("times", .whole(1...StoryRepeat.mostTimes)), ("over", duration),
                    ("from", .text),
                ])
            ))
        return .object(members)
    }

    // MARK: - Overlays

    private static let signature: [(String, SchemaNode)] = [
        ("owner", .text), ("reason", .text), ("expires", .named("date")), ("since", .named("date")),
    ]
    private static let signed = ["owner", "reason", "expires"]

    private static let local = SchemaNode.object([
        ("since", .named("date")),
        (
            "overlays",
            .list(
                .object(
                    [
                        ("rule", .some(.text)), ("where", .named("selection")),
                        ("disable", .truth),
                        ("level", .names(DocumentCompiler.levels + ["info"])),
                        ("fire_at", .number), ("set", .open([], others: value)),
                    ] + signature, required: ["rule"] + signed))
        ),
        (
            "allow",
            .list(
                .object(
                    [
                        ("name", .text), ("fields", .named("selection")), ("rules", .some(.text)),
                    ] + signature, required: ["name", "fields", "rules"] + signed))
        ),
    ])
}
