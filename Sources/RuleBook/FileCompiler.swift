internal import MarkedText

/// The documents of one file to drafts of rules and filters.
struct FileCompiler {
    let file: Int
    let stem: String
    let placeholders: Placeholders
    let isStrict: Bool
    private(set) var drafts: [RuleDraft] = []
    private(set) var filters: [FilterDraft] = []

    init(file: Int, stem: String, placeholders: Placeholders, isStrict: Bool) {
        self.file = file
        self.stem = stem
        self.placeholders = placeholders
        self.isStrict = isStrict
    }

    mutating func compile(_ documents: [YAMLNode], _ report: inout RuleText) {
        var collections = RuleCollections()
        var number = 0
        for document in documents {
            guard let rule = collections.rule(document, &report) else { continue }
            number += 1
            if isStrict { StrictSigma.check(rule, &report) }
            if rule["filter"] != nil, rule["detection"] == nil {
                if var filter = FilterCompiler.filter(rule, stem: stem, placeholders, &report) {
                    filter.file = file
                    filters.append(filter)
                }
                continue
            }
            let context = DocumentCompiler.Context(
                stem: number == 1 ? stem : "\(stem)-\(number)", number: number,
                placeholders: placeholders)
            if var draft = DocumentCompiler.draft(rule, context, &report) {
                draft.file = file
                drafts.append(draft)
            }
        }
    }
}
