public import MarkedText

/// What loading a configuration came to.
public struct LoadedConfiguration: Sendable {
    /// The file, as it was named.
    public let path: String
    /// Nil if there are errors.
    public let configuration: ServiceConfiguration?
    /// Nil if there are errors other than missing secrets.
    public let outline: ServiceOutline?
    /// By place in the file; then about flags and variables.
    public private(set) var diagnostics: [ConfigurationDiagnostic]

    let root: SettingSection
    private let report: ConfigurationReport
    private let hidden: Set<Int>

    /// Whether the service cannot run with it.
    public var hasErrors: Bool { diagnostics.contains { $0.isError } }

    init(path: String, _ reader: SettingReader, _ root: SettingSection) {
        self.path = path
        self.root = root
        report = reader.report
        hidden = reader.secretLines
        let inFile = reader.shown.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset)
                < ($1.element.line, $1.element.column, $1.offset)
        }
        diagnostics = inFile.map(\.element) + reader.outside
        let isSound = !diagnostics.contains { $0.isError }
        configuration = isSound ? ConfigurationBuilder.configuration(root) : nil
        let isWhole = !diagnostics.contains { $0.isError && $0.code != .missingSecret }
        outline = isWhole ? ServiceOutline(root) : nil
    }

    /// Adds what a look at the world found wrong with a setting.
    ///
    /// - Parameter setting: such as `geo.city`; that of a source begins with `sources.NAME.`.
    public mutating func add(
        _ code: ConfigurationCode, at setting: String, _ message: String, remedy: String? = nil,
        severity: DiagnosticSeverity = .error
    ) {
        let entry = entry(setting)
        var diagnostic = ConfigurationDiagnostic(
            severity: severity, code: code, path: path, message: message, remedy: remedy)
        switch entry?.origin {
        case .file:
            let place = entry?.place ?? .whole
            let line = hidden.contains(place.line) ? nil : report.line(place.line)
            diagnostic = ConfigurationDiagnostic(
                severity: severity, code: code, path: path, place: place, message: message,
                remedy: remedy, sourceLine: line)
        case .variable(let name), .flag(let name): diagnostic.path = name
        case .preset, nil: break
        }
        diagnostics.append(diagnostic)
    }

    private func entry(_ path: String) -> SettingEntry? {
        var section = root
        var parts = path.split(separator: ".").map(String.init)[...]
        while let name = parts.popFirst() {
            guard let entry = section[name] else { return nil }
            switch entry.value {
            case .section(let inner): section = inner
            case .entries(let sections):
                // Names of sources may hold dots.
                guard
                    let found = sections.first(where: { inner in
                        let name = (inner.text("name") ?? "").split(separator: ".")
                        return parts.starts(with: name.map(String.init))
                    })
                else { return entry }
                let name = (found.text("name") ?? "").split(separator: ".")
                parts = parts.dropFirst(name.count)
                section = found
            default: return entry
            }
            if parts.isEmpty { return entry }
        }
        return nil
    }
}

/// Finds and reads configurations.
public enum ConfigurationFile {
    /// What the variables of settings begin with.
    static let prefix = "GRANTRAIL_"
    /// Variables that are no settings.
    static let otherVariables = ["GRANTRAIL_CONFIG", "GRANTRAIL_KEY_FILE"]

    /// Where a configuration may be, best first: the path that was named and nothing else, or
    /// `GRANTRAIL_CONFIG` and nothing else, or one of the usual places.
    public static func candidates(named path: String?, variables: [String: String]) -> [String] {
        if let path { return [path] }
        if let path = variables["GRANTRAIL_CONFIG"], !path.isEmpty { return [path] }
        var places: [String] = []
        let home = variables["HOME"].map { $0 + "/.config" }
        if let base = variables["XDG_CONFIG_HOME"] ?? home, base.hasPrefix("/") {
            places.append(base + "/grantrail/config.yaml")
        }
        return places + ["/etc/grantrail/config.yaml"]
    }

    /// Loads the configuration from the first place where there is one.
    public static func load(
        named path: String?, overrides: [SettingOverride] = [],
        in environment: ConfigurationEnvironment
    ) -> LoadedConfiguration {
        let places = candidates(named: path, variables: environment.variables)
        var refusal = ConfigurationEnvironment.Refusal(reason: "there is no such file")
        var tried = places[0]
        for place in places {
            do throws(ConfigurationEnvironment.Refusal) {
                let file = try environment.file(place, YAMLGuard.mostBytes + 1)
                guard let text = YAMLReader.text(file.bytes) else {
                    refusal = .init(reason: "it is not UTF-8")
                    tried = place
                    break
                }
                return load(text: text, path: place, overrides: overrides, in: environment)
            } catch {
                refusal = error
                tried = place
                if !error.isMissing { break }
            }
        }
        let remedy =
            places.count == 1 ? nil : "name one with --config; looked for " + places.joined(
                separator: " and ")
        var reader = SettingReader(
            path: tried, text: "", directory: "/", environment: environment, overrides: [])
        reader.report.error(
            .unreadable, .whole, "the configuration is not used: \(refusal.reason)",
            remedy: remedy)
        return LoadedConfiguration(path: tried, reader, SettingSection())
    }

    /// Loads a configuration from its text; the same text and environment give the same.
    public static func load(
        text: String, path: String, overrides: [SettingOverride] = [],
        in environment: ConfigurationEnvironment
    ) -> LoadedConfiguration {
        let directory = directory(of: path, in: environment)
        var reader = SettingReader(
            path: path, text: text, directory: directory, environment: environment,
            overrides: overrides)
        let documents = YAMLReader.documents(text, into: &reader.report)
        if reader.report.hasErrors {
            return LoadedConfiguration(path: path, reader, SettingSection())
        }
        if documents.count > 1 {
            reader.report.error(
                .tooMany, documents[1].place, "a configuration is one document",
                remedy: "leave out what follows '---'")
        }
        if let node = documents.first { reader.markSecrets(in: node) }
        let root = reader.section(
            SettingTable.root, documents.first, at: "", what: "the configuration")
        reader.checkTogether(root)
        reader.noteUnknownVariables()
        return LoadedConfiguration(path: path, reader, root)
    }

    private static func directory(
        of path: String, in environment: ConfigurationEnvironment
    ) -> String {
        let name = path.split(separator: "/").last ?? ""
        let directory = path.dropLast(name.count)
        if directory.hasPrefix("/") { return String(directory) }
        return environment.workingDirectory + "/" + directory
    }
}

extension SettingReader {
    /// What single settings cannot say.
    mutating func checkTogether(_ root: SettingSection) {
        checkSinks(root.sections("sinks"))
        if let control = root.section("control") { checkControl(control) }
        for source in root.sections("sources") {
            guard let tls = source.section("security")?.section("tls") else { continue }
            for (one, other) in [("certificate", "key"), ("key", "certificate")] {
                guard let entry = tls[one], tls[other] == nil else { continue }
                report.error(
                    .conflict, entry.place, "tls has a \(one) and no \(other)",
                    remedy: "a client that names itself needs both")
            }
        }
    }

    private mutating func checkControl(_ control: SettingSection) {
        let named = ["viewers", "responders", "operators"].first { control[$0] != nil }
        if let named, isMissing("group", of: control) {
            refuse(
                .conflict, named, of: control, "nobody who is named here could connect",
                remedy: "name the group that all of them are in: control.group")
        } else if named == nil, control["group"] != nil {
            refuse(
                .conflict, "group", of: control,
                "members of the group could connect and do nothing",
                remedy: "say what they may: control.viewers, control.responders, "
                    + "control.operators")
        }
    }

    /// Variables that look like settings and are none.
    mutating func noteUnknownVariables() {
        for name in environment.variables.keys.sorted() where variables[name] == nil {
            guard name.hasPrefix(ConfigurationFile.prefix),
                !ConfigurationFile.otherVariables.contains(name)
            else { continue }
            let nearest = Suggestion.phrase(for: name, among: variables.keys)
            outside.append(
                ConfigurationDiagnostic(
                    severity: .warning, code: .unknownVariable, path: name,
                    message: "no setting answers to this variable\(nearest)"))
        }
    }
}
