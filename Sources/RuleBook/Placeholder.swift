/// Finds the placeholders of messages and actions.
enum Placeholder {
    /// The `{…}` of a template, each with its offset in Unicode scalars; an opening brace without
    /// its closing one ends the search.
    static func uses(in template: String) -> [(name: String, offset: Int)] {
        var uses: [(name: String, offset: Int)] = []
        var open: (offset: Int, name: String)?
        for (offset, scalar) in template.unicodeScalars.enumerated() {
            if scalar == "{" {
                open = (offset, "")
            } else if scalar == "}", let name = open {
                uses.append((name.name, name.offset))
                open = nil
            } else if open != nil {
                open?.name.unicodeScalars.append(scalar)
            }
        }
        return uses
    }
}
