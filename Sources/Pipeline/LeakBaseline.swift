internal import AuditModel
public import Intake
internal import TokenScan
internal import WireFormat

/// Findings of an earlier scan, which are not reported again.
///
/// A finding made with the same fingerprint key is known by path and fingerprint. With another key,
/// as on machines that make a new one for every job, it is known by path, column, kind and the
/// digest of its line, which hold no secret: there, a new token in a line that is otherwise the
/// same counts as known, too.
public struct LeakBaseline: Sendable {
    private var tokens: Set<String> = []
    private var places: Set<String> = []
    /// Lines of the file that are no findings.
    public private(set) var unusable = 0
    /// Findings read.
    public private(set) var count = 0

    /// Reads a file that a scan wrote as `ndjson` or `json`.
    ///
    /// - Parameter key: the name of the key in use, see ``LeakJSON/keyName(_:)``.
    public init(_ input: Input, key: String) throws(IntakeError) {
        let reader = try RecordReader(input)
        var document = JSONDocument()
        while let result = try reader.next(maximumRecords: 1024) {
            unusable += result.issues.count
            result.batch.bytes.withUnsafeBytes { bytes in
                for record in result.batch.records {
                    let end = record.offset + record.count
                    let text = UnsafeRawBufferPointer(rebasing: bytes[record.offset..<end])
                    add(text, &document, key)
                }
            }
        }
    }

    /// Whether a finding was reported before.
    public func contains(_ finding: LeakFinding) -> Bool {
        tokens.contains(Self.token(finding.path, finding.fingerprint.hex))
            || places.contains(finding.place)
    }

    private static func token(_ path: String, _ fingerprint: String) -> String {
        path + "\n" + fingerprint
    }

    private mutating func add(
        _ text: UnsafeRawBufferPointer, _ document: inout JSONDocument, _ key: String
    ) {
        var members: [String: String] = [:]
        do throws(JSONError) {
            try document.read(text)
        } catch {
            unusable += 1
            return
        }
        guard document.count > 0, document[0].kind == .object else {
            unusable += 1
            return
        }
        var index = 1
        while index < document.count {
            let node = document[index]
            let name = String(decoding: document.key(node), as: UTF8.self)
            members[name] = String(decoding: document.value(node), as: UTF8.self)
            index = Int(node.next)
        }
        guard let path = members["path"], let fingerprint = members["fingerprint"],
            let digest = members["line_digest"], let column = members["column"],
            let kind = members["token_kind"]
        else {
            unusable += 1
            return
        }
        count += 1
        if members["fingerprint_key"] == key {
            tokens.insert(Self.token(path, fingerprint))
        } else {
            places.insert("\(path)\n\(digest)\n\(column)\n\(kind)")
        }
    }
}
