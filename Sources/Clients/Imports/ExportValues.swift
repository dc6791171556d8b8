internal import AuditModel

// Exports hold secrets. Only members that are named in these types are ever decoded.

/// A member that counts as absent when it has another type.
struct Lossy<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws {
        value = try? decoder.singleValueContainer().decode(Value.self)
    }
}

/// A truth value, also as the text that attributes have for it.
struct Flag: Decodable {
    let isOn: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            isOn = truth
        } else if let text = try? container.decode(String.self) {
            isOn = text == "true"
        } else {
            isOn = (try? container.decode([String].self))?.first == "true"
        }
    }
}

/// A list, or the only element of one.
struct OneOrMany<Element: Decodable>: Decodable {
    let elements: [Element]

    init(from decoder: any Decoder) throws {
        if let list = try? decoder.singleValueContainer().decode([Lossy<Element>].self) {
            elements = list.compactMap(\.value)
        } else {
            elements = [try Element(from: decoder)]
        }
    }
}

/// Texts of an export as they may stand in a file of clients.
enum ExportText {
    private static let longestID = 255
    private static let longestName = 120

    /// An id, which must stay as it is to be found in events; nil for one that cannot be written.
    static func id(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= longestID,
            SourceExcerpt.printable(text) == text, !text.contains("\t")
        else { return nil }
        return text
    }

    /// A name for people; nil for none, and for keys of translations.
    static func name(_ text: String?, _ redact: (String) -> String) -> String? {
        guard let text, !text.isEmpty, !text.hasPrefix("${") else { return nil }
        // Before it is cut: of half a token nobody can say what it is.
        let shown = SourceExcerpt.printable(redact(text)).replacing("\t", with: " ")
        return String(shown.unicodeScalars.prefix(longestName).map(Character.init))
    }

    /// A number of seconds; nil beyond ten years.
    static func seconds(_ number: Int64?) -> Int64? {
        number.flatMap { (0...315_360_000).contains($0) ? $0 : nil }
    }
}

/// How Auth0 and Okta write what becomes of a client's refresh tokens.
struct RefreshTokenSetting: Decodable {
    let rotation: Lossy<String>?
    let leeway: Lossy<Int64>?

    enum CodingKeys: String, CodingKey {
        case leeway
        case rotation = "rotation_type"
    }
}
