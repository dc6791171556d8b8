/// Loads rules: text in, rule values and diagnostics out.
public enum RuleBook {
    /// The rules that come with Grantrail.
    public static func pack() -> LoadedRules { load(sources: RulePack.sources) }

    /// The pack and the rules of files and directories, each added to what is before it: a rule
    /// with an id that is loaded already replaces that one, with a notice if it means something
    /// else.
    ///
    /// - Parameters:
    ///   - paths: files, or directories to search for `*.yml` and `*.yaml`.
    ///   - withPack: false leaves the pack out.
    public static func load(paths: [String], withPack: Bool = true) -> LoadedRules {
        var sources = withPack ? RulePack.sources : []
        var unreadable: [RuleDiagnostic] = []
        for (index, path) in paths.enumerated() {
            let found = RuleFiles.sources(at: path, set: index + 1)
            sources += found.sources
            unreadable += found.diagnostics
        }
        var loaded = load(sources: sources)
        loaded.diagnostics = unreadable + loaded.diagnostics
        return loaded
    }

    /// Rules from text; the same sources give the same result.
    public static func load(sources: [RuleSource]) -> LoadedRules {
        var files: [RuleText] = []
        var drafts: [RuleDraft] = []
        var overlays: [Overlay] = []
        for (index, source) in sources.enumerated() {
            var report = RuleText(path: source.path, text: source.text)
            for document in YAMLReader.documents(source.text, into: &report) {
                if OverlayCompiler.isOverlay(document) {
                    overlays += OverlayCompiler.overlays(document, file: index, &report)
                } else if var draft = DocumentCompiler.draft(document, stem: source.stem, &report) {
                    draft.file = index
                    drafts.append(draft)
                }
            }
            files.append(report)
        }
        var linker = RuleLinker(files: files, sets: sources.map(\.set))
        for draft in drafts { linker.add(draft) }
        var loaded = linker.link()
        OverlayApplier.apply(overlays, from: sources, to: &loaded)
        return loaded
    }

    /// Rules from one text, without the pack.
    public static func load(text: String, path: String) -> LoadedRules {
        load(sources: [RuleSource(path: path, text: text)])
    }

    /// Every field that a rule can name, in alphabetical order.
    public static var fieldNames: [String] { FieldSchema.names }

    /// The modifiers that this version reads.
    public static var modifierNames: [String] { Modifiers.supported }
}
