internal import AuditModel
public import LogFormats
public import MarkedText

/// What reading a map came to. docs/MAPS.md says how maps are written.
public struct LoadedMap: Sendable {
    /// Nil if there are errors.
    public var map: FieldMap?
    /// By place in the file.
    public var diagnostics: [MapDiagnostic]

    /// Reads a map from its text.
    ///
    /// - Parameter path: of the file, for diagnostics.
    public static func read(_ text: String, path: String) -> LoadedMap {
        var reader = MapReader(MapReport(path: path, text: text))
        let documents = YAMLReader.documents(text, into: &reader.report)
        if reader.report.hasErrors { return LoadedMap(map: nil, reader.report) }
        if documents.count > 1 {
            reader.report.error(
                .tooMany, documents[1].place, "a map is one document",
                remedy: "leave out what follows '---'")
        }
        guard let document = documents.first else {
            reader.report.error(
                .missingKey, .whole, "the map is empty",
                remedy: "it needs at least name, time and kinds")
            return LoadedMap(map: nil, reader.report)
        }
        let map = reader.map(document)
        return LoadedMap(map: reader.report.hasErrors ? nil : map, reader.report)
    }

    /// Reads a map from the bytes of its file.
    public static func read(_ bytes: some Collection<UInt8>, path: String) -> LoadedMap {
        guard let text = YAMLReader.text(bytes) else {
            return unreadable(path, because: "it is not UTF-8")
        }
        return read(text, path: path)
    }

    /// A map whose file cannot be had.
    public static func unreadable(_ path: String, because reason: String) -> LoadedMap {
        let diagnostic = MapDiagnostic(
            code: .unreadable, path: path, message: "the map is not used: \(reason)")
        return LoadedMap(map: nil, diagnostics: [diagnostic])
    }

    private init(map: FieldMap?, diagnostics: [MapDiagnostic]) {
        self.map = map
        self.diagnostics = diagnostics
    }

    private init(map: FieldMap?, _ report: MapReport) {
        self.map = map
        diagnostics = report.diagnostics.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset)
                < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
    }
}
