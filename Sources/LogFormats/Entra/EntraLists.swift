internal import AuditModel
internal import WireFormat

/// Members of objects, and lists whose elements name what they hold, such as
/// `{"key": …, "value": …}`.
enum EntraLists {
    /// The text of a member of an object; nil where it has none.
    static func text(
        _ name: StaticString, of object: Int, _ document: borrowing JSONDocument
    ) -> UnsafeRawBufferPointer? {
        guard let node = member(name, of: object, document), document[node].kind == .string else {
            return nil
        }
        let text = document.value(document[node])
        return text.isEmpty ? nil : text
    }

    /// The node of a member of an object; nil for what is no object or has none.
    static func member(
        _ name: StaticString, of object: Int, _ document: borrowing JSONDocument
    ) -> Int? {
        guard document[object].kind == .object else { return nil }
        return first(in: object, document) { document, child in
            ByteSearch.equals(document.key(document[child]), name)
        }
    }

    /// The first element of a list whose member `name` is `value`; nil where there is none.
    static func element(
        of list: Int, where name: StaticString, is value: StaticString,
        _ document: borrowing JSONDocument
    ) -> Int? {
        guard document[list].kind == .array else { return nil }
        return first(in: list, document) { document, child in
            text(name, of: child, document).map { ByteSearch.equals($0, value) } ?? false
        }
    }

    /// The first child of a list or an object that fits.
    static func first(
        in container: Int, _ document: borrowing JSONDocument,
        where fits: (borrowing JSONDocument, Int) -> Bool
    ) -> Int? {
        let end = Int(document[container].next)
        var child = container + 1
        while child < end {
            if fits(document, child) { return child }
            child = Int(document[child].next)
        }
        return nil
    }
}

/// The scopes that a sign-in asked for: `authenticationProcessingDetails` has them under the key
/// `Oauth Scope Info`, as JSON in a text.
struct EntraScopeText: ~Copyable {
    private var list = JSONDocument()
    private var words = ByteBuffer(capacity: 256)

    /// The code of the scopes, joined by blanks; 0 where there are none.
    mutating func code(_ fields: inout JSONFields, _ pool: inout StringPool) -> UInt32 {
        guard let details = fields.node(EntraField.processing),
            let entry = EntraLists.element(
                of: details, where: "key", is: "Oauth Scope Info", fields.document),
            let text = EntraLists.text("value", of: entry, fields.document),
            (try? list.read(text)) != nil, list[0].kind == .array
        else { return 0 }
        words.truncate(to: 0)
        var index = 1
        while index < list.count {
            if list[index].kind == .string {
                if words.count > 0 { words.append(0x20) }
                words.append(list.value(list[index]))
            }
            index = Int(list[index].next)
        }
        return words.count == 0 ? 0 : fields.code(of: words.bytes, &pool)
    }
}
