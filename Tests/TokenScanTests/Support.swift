import AuditModel
import TestSupport

@testable import TokenScan

extension SeededGenerator {
    mutating func text(_ count: Int, _ alphabet: String) -> String {
        let letters = Array(alphabet)
        return String((0..<count).compactMap { _ in letters.randomElement(using: &self) })
    }

    /// Characters of base64url with at least one digit and both cases.
    mutating func opaque(_ count: Int) -> String {
        text(count - 3, Alphabet.base64URL) + "7aQ"
    }

    mutating func uuid() -> String {
        let digits = Alphabet.hexadecimal
        return [8, 4, 4, 4, 12].map { text($0, digits) }.joined(separator: "-")
    }

    /// A JWS with believable header and claims and a random signature.
    mutating func webToken() -> String {
        let header = #"{"alg":"RS256","typ" : "JWT","kid":"\#(opaque(12))"}"#
        let claims =
            #"{"exp":1790000000,"jti":"\#(uuid())","iss":"https:\/\/as.example\/realms\/r","#
            + #""sub":"\#(uuid())"}"#
        return base64URL(header) + "." + base64URL(claims) + "." + text(86, Alphabet.base64URL)
    }
}

enum Alphabet {
    static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    static let base64URL = letters + "0123456789-_"
    static let hexadecimal = "0123456789abcdef"
}

func base64(_ text: String, _ alphabet: String = Alphabet.letters + "0123456789+/") -> String {
    let letters = Array(alphabet)
    var output = ""
    var word = 0
    var bits = 0
    for byte in text.utf8 {
        word = word << 8 | Int(byte)
        bits += 8
        while bits >= 6 {
            bits -= 6
            output.append(letters[word >> bits & 63])
        }
        word &= (1 << bits) - 1
    }
    if bits > 0 { output.append(letters[word << (6 - bits) & 63]) }
    return output
}

func base64URL(_ text: String) -> String { base64(text, Alphabet.base64URL) }

let testKey = FingerprintKey(bytes: Array(0..<32))

func makeScanner() -> TokenScanner? {
    testKey.map { TokenScanner(fingerprinter: Fingerprinter(key: $0)) }
}

func batch(_ records: [String]) -> RecordBatch {
    batch(records.map { Array($0.utf8) })
}

func batch(_ records: [[UInt8]]) -> RecordBatch {
    var batch = RecordBatch(
        stream: RecordStream(lineage: ID128(high: 1, low: 2), name: "test"), bytes: [],
        records: [])
    for record in records {
        batch.records.append(
            .init(offset: batch.bytes.count, count: record.count, at: Int64(batch.bytes.count)))
        batch.bytes += record
    }
    batch.bytes += [UInt8](repeating: 0, count: RecordBatch.tailPadding)
    return batch
}

func texts(_ batch: RecordBatch) -> [String] {
    batch.records.map {
        String(decoding: batch.bytes[$0.offset..<($0.offset + $0.count)], as: UTF8.self)
    }
}

/// A text with every placeholder replaced by one mark.
func withoutPlaceholders(_ text: String) -> String {
    var output = ""
    var isInside = false
    for scalar in text.unicodeScalars {
        if scalar == "«" {
            isInside = true
            output.append("¤")
        } else if scalar == "»" {
            isInside = false
        } else if !isInside {
            output.unicodeScalars.append(scalar)
        }
    }
    return output
}
