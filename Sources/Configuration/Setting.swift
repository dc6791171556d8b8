/// One setting: a row of the table from which configurations are read and described.
struct Setting: Sendable {
    var name: String
    var form: Form
    /// What holds when nothing is written, as it would be written; nil for nothing.
    var preset: String?
    var isRequired: Bool
    /// One line, without full stop.
    var help: String
    /// Another spelling of the name.
    var alias: String?

    init(
        _ name: String, _ form: Form, _ help: String, preset: String? = nil,
        isRequired: Bool = false, alias: String? = nil
    ) {
        self.name = name
        self.form = form
        self.help = help
        self.preset = preset
        self.isRequired = isRequired
        self.alias = alias
    }

    var names: [String] { [name] + (alias.map { [$0] } ?? []) }
}

/// What a setting's value looks like.
indirect enum Form: Sendable {
    case text
    /// A name of sources and sinks: letters, digits, `.`, `_` and `-`.
    case name
    /// A path of one file or directory; relative ones are seen from the file's directory.
    case path
    case duration
    /// A duration that may be nothing at all: `0s`.
    case span
    /// Bytes of free space, or percent of the file system.
    case lowWater
    /// Bytes, which may be none.
    case size
    /// Where a webhook is, or the place of a secret that says so.
    case url
    /// An address and a port to listen at.
    case listen
    case count(ClosedRange<Int64>)
    case truth
    case choice([String])
    /// `beginning`, `end` or a moment.
    case start
    case dialect
    case timeZone
    case prefix
    case secret
    /// One value or a list of them.
    case list(Form)
    /// Keys of the operator's own with text.
    case map
    /// A mapping. One that `isAlways` there is read even if nothing is written of it.
    case section([Setting], isAlways: Bool)
    /// A list of mappings whose `type` says which of these each is.
    case variants([Variant], of: String)
}

/// One kind of the entries of a list.
struct Variant: Sendable {
    var type: String
    var help: String
    var settings: [Setting]
}
