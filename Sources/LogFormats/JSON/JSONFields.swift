internal import AuditModel
internal import WireFormat

/// The fields of the JSON event being decoded. A field that the mapping has put into a column is
/// *taken*; what is left goes to the payload.
struct JSONFields: ~Copyable {
    /// The longest text of a column in bytes; longer ones are cut.
    static let maximumText = PayloadTree.maximumText

    /// An id of the event whose text its bits cannot give back.
    struct KeptText {
        var column: IDColumn
        var text: UnsafeRawBufferPointer
    }

    var document = JSONDocument()
    private(set) var root = 0
    /// Which of several events of a record is at hand, see ``JSONDialect/parts(_:)``; the record
    /// itself where it is one.
    private(set) var part = 0
    /// How many events of the record stand before it.
    private(set) var partNumber = 0
    private(set) var kept: ContiguousArray<KeptText> = []
    /// A text of a column was cut.
    private(set) var isCut = false
    private var payload = PayloadTree()
    private var other = JSONDocument()
    private var words = ByteBuffer(capacity: 1024)
    private var finder: FieldFinder

    init(_ tree: FieldTree) {
        finder = FieldFinder(tree)
        kept.reserveCapacity(8)
    }

    /// Makes another object of the document the event at hand.
    mutating func begin(_ root: Int) {
        self.root = root
        finder.find(in: document, root)
        beginPart(root, of: nil)
    }

    /// Makes one of several events of a record the event at hand, with what stands around them;
    /// must come before the first take of an event.
    ///
    /// - Parameter list: where it stands beside others, which are left out of its payload.
    mutating func beginPart(_ part: Int, of list: Int?) {
        self.part = part
        partNumber = 0
        isCut = false
        kept.removeAll(keepingCapacity: true)
        payload.begin(document.count)
        guard let list else { return }
        let end = Int(document[list].next)
        var child = list + 1
        while child < end {
            if child != part { payload.take(child) }
            if child < part { partNumber += 1 }
            child = Int(document[child].next)
        }
    }

    /// Lays the record aside for another document, or takes it up again.
    mutating func exchangeDocuments() { swap(&document, &other) }

    /// The canonical JSON of what was not taken.
    mutating func buildPayload() -> UnsafeRawBufferPointer { payload.build(document, root) }

    var isPayloadIncomplete: Bool { payload.isIncomplete }
}

// MARK: - Reading

extension JSONFields {
    /// The node of a field; nil when it is absent or null.
    @inline(__always)
    func node<Field: RawRepresentable<Int>>(_ field: Field) -> Int? {
        let index = finder[field]
        return index < 0 ? nil : index
    }

    /// The text of a node that is a text, a number or a truth; nil for others and for no text.
    @inline(__always)
    func text(at index: Int) -> UnsafeRawBufferPointer? {
        let node = document[index]
        guard node.kind == .string || node.kind == .number || node.kind == .bool else {
            return nil
        }
        let text = document.value(node)
        return text.isEmpty ? nil : text
    }

    /// The text of a field; nil when it is absent, empty, a list or an object.
    @inline(__always)
    func text<Field: RawRepresentable<Int>>(_ field: Field) -> UnsafeRawBufferPointer? {
        node(field).flatMap { text(at: $0) }
    }

    /// The text of a field, or of the first element where it is a list.
    func firstText<Field: RawRepresentable<Int>>(_ field: Field) -> UnsafeRawBufferPointer? {
        node(field).flatMap { firstText(at: $0) }
    }

    /// The same for a value by its node.
    func firstText(at index: Int) -> UnsafeRawBufferPointer? {
        guard document[index].kind == .array else { return text(at: index) }
        return Int(document[index].next) > index + 1 ? text(at: index + 1) : nil
    }

    /// Whether a field has exactly this text.
    @inline(__always)
    func equals<Field: RawRepresentable<Int>>(_ field: Field, _ text: StaticString) -> Bool {
        self.text(field).map { ByteSearch.equals($0, text) } ?? false
    }

    /// A field's number, if it is an integer of 64 bits.
    func integer<Field: RawRepresentable<Int>>(_ field: Field) -> Int64? {
        guard let text = text(field), case .value(let number) = JSONNumber.integer(text) else {
            return nil
        }
        return number
    }
}

// MARK: - Taking into columns

extension JSONFields {
    /// A column holds this field from now on.
    @inline(__always)
    mutating func take<Field: RawRepresentable<Int>>(
        _ field: Field
    ) -> UnsafeRawBufferPointer? {
        guard let index = node(field) else { return nil }
        return take(at: index)
    }

    /// The same for a value by its node.
    @inline(__always)
    mutating func take(at index: Int) -> UnsafeRawBufferPointer? {
        guard let text = text(at: index) else { return nil }
        payload.take(index)
        return text
    }

    /// Leaves a field out of the payload, because columns say all of it.
    mutating func drop<Field: RawRepresentable<Int>>(_ field: Field) {
        if let index = node(field) { drop(at: index) }
    }

    /// The same for a value by its node.
    mutating func drop(at index: Int) { payload.take(index) }

    /// The code of a field's text; 0 when it is absent.
    @inline(__always)
    mutating func code<Field: RawRepresentable<Int>>(
        _ field: Field, _ pool: inout StringPool
    ) -> UInt32 {
        guard let text = take(field) else { return 0 }
        return code(of: text, &pool)
    }

    @inline(__always)
    mutating func code(of text: UnsafeRawBufferPointer, _ pool: inout StringPool) -> UInt32 {
        guard text.count > Self.maximumText else { return pool.code(of: text) }
        isCut = true
        let length = UTF8Check.cut(text, to: Self.maximumText)
        return pool.code(of: UnsafeRawBufferPointer(rebasing: text[0..<length]))
    }

    /// The code of a list of words: an array of texts, or one text with blanks or commas between
    /// the words. The words are joined by one blank.
    mutating func wordsCode<Field: RawRepresentable<Int>>(
        _ field: Field, _ pool: inout StringPool
    ) -> UInt32 {
        node(field).map { wordsCode(at: $0, &pool) } ?? 0
    }

    /// The same for a value by its node.
    mutating func wordsCode(at index: Int, _ pool: inout StringPool) -> UInt32 {
        let kind = document[index].kind
        guard kind == .string || kind == .array else { return 0 }
        payload.take(index)
        words.truncate(to: 0)
        if kind == .string {
            addWords(document.value(document[index]))
        } else {
            let end = Int(document[index].next)
            var child = index + 1
            while child < end {
                if let text = text(at: child) { addWords(text) }
                child = Int(document[child].next)
            }
        }
        return code(of: words.bytes, &pool)
    }

    private mutating func addWords(_ text: UnsafeRawBufferPointer) {
        var isBetween = true
        for byte in text {
            if byte == 0x20 || byte == 0x2C {
                isBetween = true
            } else {
                if isBetween, words.count > 0 { words.append(0x20) }
                isBetween = false
                words.append(byte)
            }
        }
    }

    /// The id of a field: packed, or the fingerprint where the token scanner has replaced a
    /// secret; its text is kept where the bits cannot give it back.
    @inline(__always)
    mutating func id<Field: RawRepresentable<Int>>(_ field: Field, _ column: IDColumn) -> ID128 {
        guard let text = take(field) else { return .none }
        return pack(text, column)
    }

    /// The same for a text that stays in the payload.
    mutating func pack(_ text: UnsafeRawBufferPointer, _ column: IDColumn) -> ID128 {
        if let id = ID128(uuid: text) { return id }
        var text = text
        if text.count > Self.maximumText {
            isCut = true
            text = UnsafeRawBufferPointer(
                rebasing: text[0..<UTF8Check.cut(text, to: Self.maximumText)])
        }
        kept.append(KeptText(column: column, text: text))
        return SecretMark.fingerprint(text) ?? ID128.pack(text)?.id ?? .none
    }

    /// Whether the text kept for a column is the mark of a secret.
    func isSecret(_ column: IDColumn) -> Bool {
        kept.contains { $0.column == column && SecretMark.fingerprint($0.text) != nil }
    }

    /// Says a field again in the payload, under the name by which rules for all servers know it.
    /// Names must come in the order of their bytes.
    mutating func repeatText(_ text: UnsafeRawBufferPointer, as name: StaticString) {
        payload.add(name, text)
    }

    /// The country in a field, two letters of ISO 3166-1, as ``EventRow/country`` holds it; what is
    /// none stays in the payload.
    mutating func country<Field: RawRepresentable<Int>>(_ field: Field) -> UInt16 {
        guard let index = node(field), let letters = text(at: index), letters.count == 2,
            letters.allSatisfy({ $0 &- 0x41 < 26 })
        else { return 0 }
        payload.take(index)
        return UInt16(letters[0]) << 8 | UInt16(letters[1])
    }

    /// The address in a field; what is no address stays in the payload.
    mutating func address<Field: RawRepresentable<Int>>(_ field: Field) -> IPAddress {
        guard let index = node(field), let address = text(at: index).flatMap(IPAddress.init(text:))
        else { return .none }
        payload.take(index)
        return address
    }
}
