/// One rule file: its text and where it comes from.
public struct RuleSource: Sendable, Equatable {
    /// As people see it in diagnostics and listings.
    public var path: String
    public var text: String
    /// Which set of files it belongs to: the pack is 0, then each directory or file named.
    /// Within one set an id stands once; a later set replaces rules of an earlier one.
    public var set: Int

    public init(path: String, text: String, set: Int = 1) {
        self.path = path
        self.text = text
        self.set = set
    }

    /// The file's name without its ending.
    var stem: String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: ".") else { return name }
        return String(name[..<dot])
    }
}
