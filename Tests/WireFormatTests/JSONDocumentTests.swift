import AuditModel
import Foundation
import TestSupport
import Testing
import WireFormat

/// Reads bytes that are followed by what must not be read as part of them.
func read(
    _ bytes: [UInt8], limits: JSONLimits = JSONLimits(), followedBy next: String = "\",1}]\"}"
) -> Result<PlainJSON, JSONError> {
    var document = JSONDocument()
    let arena = bytes + Array(next.utf8) + [UInt8](repeating: 0, count: 64)
    return arena.withUnsafeBytes { all in
        do throws(JSONError) {
            let text = UnsafeRawBufferPointer(rebasing: all[0..<bytes.count])
            try document.read(text, limits: limits)
        } catch {
            return .failure(error)
        }
        return .success(tree(0, document))
    }
}

func tree(_ index: Int, _ document: borrowing JSONDocument) -> PlainJSON {
    let node = document[index]
    let text = Array(document.value(node))
    switch node.kind {
    case .null: return .null
    case .bool: return .bool(text == Array("true".utf8))
    case .number: return .number(String(decoding: text, as: UTF8.self))
    case .string: return .string(text)
    case .array, .object: break
    }
    var members: [PlainJSON.Member] = []
    var child = index + 1
    while child < Int(node.next) {
        let member = document[child]
        #expect(member.depth == node.depth + 1)
        members.append(
            PlainJSON.Member(key: Array(document.key(member)), value: tree(child, document)))
        child = Int(member.next)
    }
    return node.kind == .object ? .object(members) : .array(members.map(\.value))
}

@Suite("JSON documents")
struct JSONDocumentTests {
    @Test("what RFC 8259 excludes is refused under its own code", arguments: [
        ("", IssueCode.recordEmpty), ("{", .recordTruncated), ("[1,", .recordTruncated),
        ("{\"a\":1", .recordTruncated), ("{\"a\"", .recordTruncated), ("\"ab", .recordTruncated),
        ("\"ab\\", .recordTruncated), ("\"\\u12", .recordTruncated), ("tru", .recordTruncated),
        ("-", .recordTruncated), ("1.", .recordTruncated), ("1e+", .recordTruncated),
        ("[1,]", .jsonSyntax), ("{\"a\":1,}", .jsonSyntax), ("{a:1}", .jsonSyntax),
        ("[1 2]", .jsonSyntax), ("{\"a\" 1}", .jsonSyntax), ("01", .jsonSyntax),
        ("-01", .jsonSyntax), ("+1", .jsonSyntax), (".5", .jsonSyntax), ("1.e5", .jsonSyntax),
        ("NaN", .jsonSyntax), ("1 2", .jsonSyntax), ("{}x", .jsonSyntax), ("[}", .jsonSyntax),
        ("{]", .jsonSyntax), ("\"\u{0}\"", .jsonSyntax), ("\"a\nb\"", .jsonSyntax),
        ("\"\\x\"", .jsonSyntax), ("\"\\u12G4\"", .jsonSyntax), ("\u{FEFF}{}", .jsonSyntax),
        ("{\"a\":1,\"b\":2,\"a\":3}", .jsonDuplicateKey),
        ("{\"a\":1,\"\\u0061\":2}", .jsonDuplicateKey),
        ("\"\\ud800\"", .jsonUTF8), ("\"\\udc00\"", .jsonUTF8), ("\"\\ud800\\u0041\"", .jsonUTF8),
        ("\"\\ud800x\"", .jsonUTF8), ("\"\\ud800\\n\"", .jsonUTF8),
    ])
    func refused(text: String, code: IssueCode) {
        guard case .failure(let error) = read(Array(text.utf8)) else {
            Issue.record("accepted: \(text)")
            return
        }
        #expect(error.code == code)
        #expect(error.offset >= 0 && error.offset <= text.utf8.count)
    }

    @Test("ill-formed UTF-8 is refused wherever it stands in a string", arguments: [
        [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF0, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
    ] as [[UInt8]])
    func badUTF8(bytes: [UInt8]) {
        for padding in 0..<20 {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
            guard case .failure(let error) = read(text) else {
                Issue.record("accepted after \(padding) bytes")
                continue
            }
            #expect(error.code == .jsonUTF8)
        }
    }

    @Test("depth is limited, and a megabyte of brackets ends at once")
    func depth() {
        let deep = { (count: Int) in
            [UInt8](repeating: 0x5B, count: count) + [UInt8](repeating: 0x5D, count: count)
        }
        #expect((try? read(deep(64)).get()) != nil)
        #expect(read(deep(65)) == .failure(JSONError(.jsonDepth, at: 64)))
        let megabyte = [UInt8](repeating: 0x5B, count: 1 << 20)
        #expect(read(megabyte) == .failure(JSONError(.jsonDepth, at: 64)))
        let short = JSONLimits(maximumDepth: 64, maximumLength: 10)
        #expect(read(deep(6), limits: short) == .failure(JSONError(.recordTooLong, at: 10)))
    }

    @Test("a key that is there twice is found in objects of any size",
        arguments: [2, 63, 64, 65, 66, 500])
    func duplicates(size: Int) {
        let keys = (0..<size).map { "key\($0)" }
        let members = { (keys: [String]) in
            Array(("{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}").utf8)
        }
        #expect((try? read(members(keys)).get()) != nil)
        for place in [0, size / 2, size - 1] {
            guard case .failure(let error) = read(members(keys + [keys[place]])) else {
                Issue.record("accepted \(size) keys with number \(place) twice")
                continue
            }
            #expect(error.code == .jsonDuplicateKey)
        }
    }

    @Test("integers keep every digit and say when 64 bits are too few")
    func integers() {
        let integer = { (text: String) in
            Array(text.utf8).withUnsafeBytes { JSONNumber.integer($0) }
        }
        #expect(integer("9007199254740993") == .value(9_007_199_254_740_993))
        #expect(integer("9223372036854775807") == .value(.max))
        #expect(integer("-9223372036854775808") == .value(.min))
        #expect(integer("9223372036854775808") == .outOfRange)
        #expect(integer("-9223372036854775809") == .outOfRange)
        #expect(integer("1e999") == .notInteger)
        #expect(integer("-0") == .value(0))
        #expect(read(Array("[1e999,-1E-999]".utf8))
            == .success(.array([.number("1e999"), .number("-1E-999")])))
    }

    @Test("any text is accepted and read exactly as by the plain reader", arguments: 0..<8)
    func agreesWithPlainReader(part: UInt64) {
        let seed = 0x5EED_0000 + part
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<1500 {
            var bytes = TextMaker.document(&random)
            if round % 2 == 1 { TextMaker.damage(&bytes, &random) }
            let expected = PlainJSON.read(bytes)
            let found = try? read(bytes).get()
            if found != nil { accepted += 1 }
            #expect(found == expected, "seed \(seed), round \(round): \(bytes)")
            if found != expected { return }
        }
        #expect(accepted > 700)
    }

    @Test("Foundation reads the same values from what is accepted")
    func agreesWithFoundation() throws {
        let seed: UInt64 = 0xF0DA
        var random = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let bytes = TextMaker.document(&random)
            // The maker writes a key twice now and then, which Foundation does not mind.
            guard let found = try? read(bytes).get() else { continue }
            let object = try JSONSerialization.jsonObject(
                with: Data(bytes), options: .fragmentsAllowed)
            #expect(same(found, object), "seed \(seed), round \(round): \(bytes)")
        }
    }

    /// Foundation rounds twice where 53 bits are too few.
    private func isClose(_ left: Double?, _ right: Double?) -> Bool {
        guard let left, let right else { return false }
        return abs(left - right) <= abs(right) * 1e-15
    }

    private func same(_ value: PlainJSON, _ object: Any) -> Bool {
        switch value {
        case .null: object is NSNull
        case .bool(let bool): object as? Bool == bool
        case .number(let text): isClose((object as? NSNumber)?.doubleValue, Double(text))
        case .string(let bytes): (object as? String).map { Array($0.utf8) } == bytes
        case .array(let elements):
            (object as? [Any]).map { others in
                others.count == elements.count && zip(elements, others).allSatisfy { same($0, $1) }
            } ?? false
        case .object(let members):
            (object as? [String: Any]).map { others in
                others.count == members.count
                    && members.allSatisfy { member in
                        others[String(decoding: member.key, as: UTF8.self)]
                            .map { same(member.value, $0) } ?? false
                    }
            } ?? false
        }
    }
}

/// Makes JSON texts of every shape, and breaks them.
enum TextMaker {
    static func document(_ random: inout SeededGenerator) -> [UInt8] {
        blanks(&random) + value(4, &random) + blanks(&random)
    }

    static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...random.below(2) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2:
                let signs = Array("{}[],:\"\\u0019eE-+.tfn \u{7F}".utf8)
                bytes.insert(random.pick(signs), at: place)
            case 3: bytes.removeSubrange(place...)
            default: bytes[place] ^= 1 << UInt8(random.below(8))
            }
        }
    }

    private static func blanks(_ random: inout SeededGenerator) -> [UInt8] {
        guard random.chance(20) else { return [] }
        return (0...random.below(3)).map { _ in random.pick([0x20, 0x09, 0x0A, 0x0D]) }
    }

    private static func value(_ depth: Int, _ random: inout SeededGenerator) -> [UInt8] {
        switch random.below(depth > 0 ? 8 : 5) {
        case 0: return Array(random.pick(["true", "false", "null"]).utf8)
        case 1: return number(&random)
        case 2...4: return string(&random)
        case 5: return container(depth, &random, open: "[", close: "]", keys: false)
        default: return container(depth, &random, open: "{", close: "}", keys: true)
        }
    }

    private static func number(_ random: inout SeededGenerator) -> [UInt8] {
        var text = random.pick(["", "-"]) + random.pick(["0", "7", "42", "9007199254740993"])
        if random.chance(30) { text += "." + random.pick(["0", "5", "25"]) }
        if random.chance(20) { text += random.pick(["e", "E"]) + random.pick(["1", "+2", "-3"]) }
        return Array(text.utf8)
    }

    private static func string(_ random: inout SeededGenerator) -> [UInt8] {
        var text: [UInt8] = [0x22]
        for _ in 0..<random.below(24) {
            if random.chance(85) {
                text.append(random.pick(Array("abcXYZ0189 _-./".utf8)))
            } else {
                text += Array(random.pick([
                    "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\ud83d\\ude00", "é", "€", "😀",
                    "\u{7F}", "\\u0000", "\u{2028}",
                ]).utf8)
            }
        }
        return text + [0x22]
    }

    private static func container(
        _ depth: Int, _ random: inout SeededGenerator, open: String, close: String, keys: Bool
    ) -> [UInt8] {
        var text = Array(open.utf8) + blanks(&random)
        for index in 0..<random.below(6) {
            if index > 0 { text += Array(",".utf8) + blanks(&random) }
            if keys {
                // The number keeps most keys apart, not all of them.
                let key = random.chance(97) ? "k\(index)" : "k0"
                text += Array(("\"" + key + "\"").utf8) + blanks(&random) + Array(":".utf8)
                text += blanks(&random)
            }
            text += value(depth - 1, &random) + blanks(&random)
        }
        return text + Array(close.utf8)
    }
}
