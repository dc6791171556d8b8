import Foundation
import TestSupport
import Testing

/// Secrets planted in records, and a search for any piece of them in whatever the program wrote.
@Suite("No planted secret comes out anywhere")
struct SecretTests {
    /// Makes secrets and remembers them.
    struct Planter {
        static let width = 12
        static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

        var random: SeededGenerator
        private(set) var secrets: [String] = []

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        mutating func letters(_ count: Int, _ alphabet: String) -> String {
            let letters = Array(alphabet)
            return String(
                (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
        }

        mutating func opaque(_ count: Int) -> String {
            let alphabet = Self.capitals + Self.capitals.lowercased() + "123-_"
            let text = letters(count - 2, alphabet) + "7q"
            secrets.append(text)
            return text
        }

        mutating func password() -> String {
            let text = letters(14, Self.capitals + Self.capitals.lowercased() + "12!#$%*+") + "x9"
            secrets.append(text)
            return text
        }

        mutating func webToken() -> String {
            let id = letters(22, "abcdef0123456789")
            let claims = #"{"exp":1790000000,"jti":"\#(id)","typ":"Refresh"}"#
            let parts = [#"{"alg":"HS512","typ":"JWT","kid":"\#(letters(12, "abcdef"))"}"#, claims]
            let encoded = parts.map {
                Data($0.utf8).base64EncodedString().replacing("+", with: "-")
                    .replacing("/", with: "_").replacing("=", with: "")
            }
            let text = encoded.joined(separator: ".") + "." + letters(86, "ABCDabcd0123456789-_")
            secrets.append(text)
            return text
        }

        /// Details that carry one secret each, as key and value.
        mutating func details() -> [(key: String, value: String)] {
            [
                ("refresh_token", webToken()), ("refresh_token", opaque(43)),
                ("access_token", opaque(40)), ("id_token_hint", webToken()),
                ("reason", "cannot parse \(webToken()) of this client"),
                ("reason", "header Authorization: Bearer \(opaque(36)) refused"),
                ("username", "Bearer \(webToken())"), ("client_secret", opaque(32)),
                ("password", password()), ("new_password", password()),
                ("redirect_uri", "https://shop.example/cb#access_token=\(opaque(40))&state=1"),
                ("redirect_uri", "https://shop.example/cb?id_token=\(webToken())"),
                ("note", "Cookie: KEYCLOAK_IDENTITY=\(webToken())"), (webToken(), "a key"),
                ("assertion", webToken()), ("code_verifier", opaque(64)),
            ]
        }

        /// Every twelve neighbouring bytes of every secret.
        var pieces: Set<[UInt8]> {
            var pieces: Set<[UInt8]> = []
            for secret in secrets {
                let bytes = Array(secret.utf8)
                for start in 0...(bytes.count - Self.width) {
                    pieces.insert(Array(bytes[start..<(start + Self.width)]))
                }
            }
            return pieces
        }
    }

    /// Finds pieces of secrets; a table of three bytes keeps most places from being looked up.
    struct Search {
        let pieces: Set<[UInt8]>
        private var starts = [Bool](repeating: false, count: 1 << 24)

        init(_ pieces: Set<[UInt8]>) {
            self.pieces = pieces
            for piece in pieces { starts[Self.index(piece[0], piece[1], piece[2])] = true }
        }

        private static func index(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
            Int(first) << 16 | Int(second) << 8 | Int(third)
        }

        func first(in bytes: [UInt8]) -> String? {
            bytes.withUnsafeBufferPointer { bytes in
                var place = 0
                while place + Planter.width <= bytes.count {
                    if starts[Self.index(bytes[place], bytes[place + 1], bytes[place + 2])] {
                        let piece = Array(bytes[place..<(place + Planter.width)])
                        if pieces.contains(piece) { return String(decoding: piece, as: UTF8.self) }
                    }
                    place += 1
                }
                return nil
            }
        }
    }

    /// Good events with one secret each, and ways to break them.
    static func lines(_ dialect: Story.Dialect, _ planter: inout Planter) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        let plain = StoryTests.life(refreshes: 1).lines(dialect)
        for round in 0..<6 {
            for (number, detail) in planter.details().enumerated() {
                let line = plain[number % plain.count]
                // An event of its own, not one that the log has already.
                let old = "\"id\":\"" + line.dropFirst(7).prefix(36)
                let new = "\"id\":\"" + Story.uuid("planted \(lines.count)")
                let planted = plant(detail, in: line.replacing(old, with: new), dialect)
                switch round {
                case 0, 1: lines.append(Array(planted.utf8))
                case 2: lines.append(Array((planted + "}").utf8).replacing([0x7B], with: [0x00]))
                case 3: lines.append(Array(planted.utf8.dropLast(3)))
                case 4: lines.append([0xFF, 0xC0] + Array(planted.utf8))
                default:
                    // Cut inside of the secret or behind it.
                    let end = planted.utf8.count - Int.random(in: 0..<30, using: &planter.random)
                    lines.append(Array(planted.utf8.prefix(end)))
                }
            }
        }
        return lines
    }

    static func plant(
        _ detail: (key: String, value: String), in line: String, _ dialect: Story.Dialect
    ) -> String {
        switch dialect {
        case .json:
            String(line.dropLast(2)) + ",\"\(detail.key)\":\"\(detail.value)\"}}"
        case .text:
            line + ", \(detail.key)=\"\(detail.value)\""
        }
    }

    @Test("From a log to every output", arguments: Story.Dialect.allCases, [1, 2])
    func everywhere(dialect: Story.Dialect, seed: UInt64) throws {
        let sandbox = try Sandbox()
        var planter = Planter(seed: seed)
        // Good lines first, so that the dialect is clear.
        var story = StoryTests.life(refreshes: 20)
        story.refused(14_000, StoryTests.stranger, "g2")
        let lines = story.lines(dialect).map { Array($0.utf8) } + Self.lines(dialect, &planter)
        let bytes = Array(lines.joined(separator: [0x0A]))
        try sandbox.write("leaky.log", bytes)
        let search = Search(planter.pieces)
        try #require(search.first(in: bytes) != nil)

        var tokensKept = false
        for command in [
            "ingest leaky.log --store events.db", "backtest leaky.log",
            "backtest leaky.log --output text", "backtest --store events.db",
            "tail events leaky.log", "tail events leaky.log --output text",
            "tail alerts --store events.db", "store export events.db", "store info events.db",
            "store quarantine events.db", "store quarantine events.db --raw",
            "store quarantine events.db --output text", "store verify events.db",
            "grant list --store events.db", "ingest gone.log --store events.db",
            "backtest leaky.log --dialect klingon", "backtest leaky.log --max-record 200",
        ] {
            let finished = try sandbox.run(command.split(separator: " ").map(String.init))
            #expect(finished.status < 100, "\(command): \(finished.errorText)")
            let found = search.first(in: finished.output) ?? search.first(in: finished.error)
            #expect(found == nil, "seed \(seed): \(command)")
            if command.hasPrefix("store export") {
                tokensKept = finished.outputText.contains("fp=")
            }
        }
        // The events themselves came through.
        #expect(tokensKept)
        try sandbox.run("backtest", "-", input: sandbox.path("leaky.log")).expecting()
        for file in try sandbox.files(withPrefix: "") where file != "leaky.log" {
            let path = sandbox.path(file)
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            if isDirectory.boolValue { continue }
            #expect(search.first(in: try sandbox.bytes(of: file)) == nil, "seed \(seed): \(file)")
        }
    }
}
