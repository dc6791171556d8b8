internal import MarkedText

/// Where a value comes from.
public enum SettingOrigin: Sendable, Equatable {
    case preset
    case file(line: Int)
    case variable(String)
    case flag(String)

    /// For people: `default`, the variable, the flag, or the file's path and line.
    func text(file: String) -> String {
        switch self {
        case .preset: "default"
        case .file(let line): "\(file):\(line)"
        case .variable(let name): name
        case .flag(let name): name
        }
    }
}

/// A value that was read, checked and resolved.
enum SettingValue: Sendable {
    /// The text, and what it says as a number: nanoseconds, a count, 0 or 1.
    case scalar(String, Int64?)
    case list([String])
    case map([(key: String, value: String)])
    case secret(SecretReference)
    case section(SettingSection)
    case entries([SettingSection])
}

/// A value of a section with where it stands.
struct SettingEntry: Sendable {
    var setting: Setting
    var value: SettingValue
    var origin: SettingOrigin
    var place: Place
}

/// The values of one section, in the order of the table.
struct SettingSection: Sendable {
    var entries: [SettingEntry] = []
    var place = Place.whole
    /// Keys that the file has, with usable values or not.
    var written: Set<String> = []

    subscript(name: String) -> SettingEntry? { entries.first { $0.setting.name == name } }

    func text(_ name: String) -> String? {
        if case .scalar(let text, _)? = self[name]?.value { text } else { nil }
    }

    func number(_ name: String) -> Int64? {
        if case .scalar(_, let number)? = self[name]?.value { number } else { nil }
    }

    func truth(_ name: String) -> Bool { number(name) == 1 }

    func list(_ name: String) -> [String] {
        if case .list(let items)? = self[name]?.value { items } else { [] }
    }

    func map(_ name: String) -> [(key: String, value: String)] {
        if case .map(let items)? = self[name]?.value { items } else { [] }
    }

    func secret(_ name: String) -> SecretReference? {
        if case .secret(let secret)? = self[name]?.value { secret } else { nil }
    }

    func section(_ name: String) -> SettingSection? {
        if case .section(let section)? = self[name]?.value { section } else { nil }
    }

    func sections(_ name: String) -> [SettingSection] {
        if case .entries(let sections)? = self[name]?.value { sections } else { [] }
    }
}
