internal import MarkedText

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
    ///   - strictly: also says what is not plain Sigma 2.1, for files other than the pack's.
    ///   - added: text that is taken for files behind all others.
    public static func load(
        paths: [String], withPack: Bool = true, strictly: Bool = false,
        adding added: [RuleSource] = []
    ) -> LoadedRules {
        var sources = withPack ? RulePack.sources : []
        var unreadable: [RuleDiagnostic] = []
        for (index, path) in paths.enumerated() {
            let found = RuleFiles.sources(at: path, set: index + 1)
            sources += found.sources
            unreadable += found.diagnostics
        }
        var loaded = load(sources: sources + added, strictly: strictly)
        loaded.diagnostics = unreadable + loaded.diagnostics
        return loaded
    }

    /// Rules from text; the same sources give the same result.
    ///
    /// - Parameter strictly: also says what is not plain Sigma 2.1, of sets other than 0.
    public static func load(sources: [RuleSource], strictly: Bool = false) -> LoadedRules {
        var files = sources.map { RuleText(path: $0.path, text: $0.text) }
        var placeholders = Placeholders()
        for (index, source) in sources.enumerated() where Placeholders.isFile(source) {
            let documents = YAMLReader.documents(source.text, into: &files[index])
            placeholders.read(documents, &files[index])
        }
        var read: [FileCompiler] = []
        var overlays: [Overlay] = []
        for (index, source) in sources.enumerated() where !Placeholders.isFile(source) {
            var compiler = FileCompiler(
                file: index, stem: source.stem, placeholders: placeholders,
                isStrict: strictly && source.set != 0)
            var documents = YAMLReader.documents(source.text, into: &files[index])
            for document in documents where OverlayCompiler.isOverlay(document) {
                overlays += OverlayCompiler.overlays(
                    document, .init(file: index, placeholders: placeholders), &files[index])
            }
            documents.removeAll(where: OverlayCompiler.isOverlay)
            compiler.compile(documents, &files[index])
            read.append(compiler)
        }
        var linker = RuleLinker(files: files, sets: sources.map(\.set))
        for draft in read.flatMap(\.drafts) { linker.add(draft) }
        for filter in read.flatMap(\.filters) { linker.add(filter) }
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
