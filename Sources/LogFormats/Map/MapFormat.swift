public import AuditModel

/// A server's JSON, read by a map that somebody wrote. Never found by content: it must be named.
///
/// Made once for each map and kept: its tables are not given back.
public struct MapFormat: LogFormat {
    private let program: MapProgram

    public let name: String
    /// See ``LogFormat``: the members that the map calls secrets.
    public let secretMembers: [SecretMember]

    public init(_ map: FieldMap) {
        name = map.name
        program = MapProgram(map)
        let columns = map.columns + map.kinds.flatMap(\.columns)
        secretMembers = columns.flatMap(\.sources).filter { $0.form == .secret }
            .map { SecretMember($0.path.lastName, $0.token) }
    }

    /// See ``LogFormat``: any JSON may be what the map is about.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool { JSONFraming.isJSON(record) }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        let dialect = MapDialect(program, &batch.pool)
        return JSONEventDecoder<MapDialect>.decode(
            records, settings, with: dialect, into: &batch, &issues)
    }
}

/// A map made ready to be run on many events.
struct MapProgram: Sendable {
    /// Where one column comes from.
    struct Step: Sendable {
        var column: MapColumn
        /// A range of ``MapProgram/sources``.
        var sources: Range<Int>
        /// The text for events that have none; an index into ``MapProgram/constants``, or -1.
        var constant: Int
    }

    /// One place of a column's value.
    struct Source: Sendable {
        var place: MapPlaces.Place
        var form: MapSource.Form
    }

    /// What a row of the table of kinds says, with the columns of its events.
    struct Meaning: Sendable {
        var kind: EventKind = .other
        var outcome: Outcome?
        var reason: Reason?
        var ipRole: IPRole?
        var effects: EffectSet = []
        /// A range of ``MapProgram/steps``.
        var steps: Range<Int>
    }

    let name: String
    let places: MapPlaces
    let tree: FieldTree
    let unwrap: [MapPath]
    let open: [[String]]
    let time: [MapPlaces.Place]
    let timeFormat: MapTimeFormat
    let id: [MapPlaces.Place]
    let issuer: [MapPlaces.Place]
    let when: MapTable
    let kinds: MapTable
    let outcomes: MapTable
    let reasons: MapTable
    /// By row of the table of kinds; the last is for events that match none.
    let meanings: [Meaning]
    let outcomeValues: [Outcome]
    let reasonValues: [Reason]
    let steps: [Step]
    let sources: [Source]
    let constants: [String]
    let absent: NameTable
    /// Where the server's name of an event is when the map does not say.
    let vendorType: MapPlaces.Place?

    init(_ map: FieldMap) {
        var places = MapPlaces()
        name = map.name
        unwrap = map.unwrap
        open = map.open.map(\.names)
        time = map.time.map { places.place($0) }
        timeFormat = map.timeFormat
        id = map.id.map { places.place($0) }
        when = MapTable(map.when.isEmpty ? [] : [map.when], &places)
        kinds = MapTable(map.kinds.map(\.match), &places)
        outcomes = MapTable(map.outcomes.map(\.match), &places)
        reasons = MapTable(map.reasons.map(\.match), &places)
        outcomeValues = map.outcomes.map(\.outcome)
        reasonValues = map.reasons.map(\.reason)
        vendorType = kinds.places.first
        absent = NameTable(Array(Set(map.absent.map { $0.lowercased() })).sorted())
        var columns = ColumnSteps(map.constants)
        let usual = columns.add(map.columns, &places)
        var meanings = map.kinds.map { row in
            var meaning = Meaning(steps: usual)
            meaning.kind = row.kind
            meaning.outcome = row.outcome
            meaning.reason = row.reason
            meaning.ipRole = row.ipRole
            meaning.effects = row.effects
            if !row.columns.isEmpty {
                let own = row.columns.map(\.column)
                meaning.steps = columns.add(
                    row.columns + map.columns.filter { !own.contains($0.column) }, &places)
            }
            return meaning
        }
        meanings.append(Meaning(outcome: .unknown, steps: usual))
        self.meanings = meanings
        issuer = map.columns.first { $0.column == .issuer }?.sources.map {
            places.place($0.path)
        } ?? []
        steps = columns.steps
        sources = columns.sources
        constants = map.constants.map(\.text)
        self.places = places
        tree = FieldTree(names: places.fields.map { [$0] })
    }

    /// Columns being put one after another.
    private struct ColumnSteps {
        let constants: [FieldMap.Constant]
        var steps: [Step] = []
        var sources: [Source] = []

        init(_ constants: [FieldMap.Constant]) { self.constants = constants }

        mutating func add(
            _ columns: [FieldMap.Columns], _ places: inout MapPlaces
        ) -> Range<Int> {
            let start = steps.count
            for column in columns { add(column.column, column.sources, &places) }
            let lacking = constants.filter { constant in
                !columns.contains { $0.column == constant.column }
            }
            for constant in lacking { add(constant.column, [], &places) }
            return start..<steps.count
        }

        private mutating func add(
            _ column: MapColumn, _ from: [MapSource], _ places: inout MapPlaces
        ) {
            let start = sources.count
            for source in from {
                sources.append(Source(place: places.place(source.path), form: source.form))
            }
            steps.append(
                Step(
                    column: column, sources: start..<sources.count,
                    constant: constants.firstIndex { $0.column == column } ?? -1))
        }
    }
}
