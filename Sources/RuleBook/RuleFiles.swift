internal import Foundation
internal import MarkedText

/// Rule files on disk: `*.yml` and `*.yaml` in a directory tree, in order of their paths.
enum RuleFiles {
    static let mostFiles = 20_000

    /// The files of a path, with a diagnostic for each that cannot be read. Hidden files and
    /// directories are passed over; links to directories are not followed.
    static func sources(
        at path: String, set: Int
    ) -> (sources: [RuleSource], diagnostics: [RuleDiagnostic]) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return ([], [unreadable(path, "there is no such file or directory")])
        }
        let paths = isDirectory.boolValue ? files(under: path) : beside(path) + [path]
        var sources: [RuleSource] = []
        var diagnostics: [RuleDiagnostic] = []
        for file in paths {
            switch read(file) {
            case .success(let text): sources.append(RuleSource(path: file, text: text, set: set))
            case .failure(let refusal):
                diagnostics.append(unreadable(file, refusal.reason, refusal.code))
            }
        }
        return (sources, diagnostics)
    }

    /// The placeholders that stand beside a lone rule file.
    private static func beside(_ path: String) -> [String] {
        let url = URL(fileURLWithPath: path)
        let directory = path.contains("/") ? url.deletingLastPathComponent().path + "/" : ""
        return ["placeholders.yml", "placeholders.yaml"].map { directory + $0 }
            .filter { $0 != path && FileManager.default.fileExists(atPath: $0) }
    }

    private struct Refusal: Error {
        var reason: String
        var code = RuleDiagnostic.Code.unreadable
    }

    private static func files(under directory: String) -> [String] {
        guard let tree = FileManager.default.enumerator(atPath: directory) else { return [] }
        var found: [String] = []
        while let name = tree.nextObject() as? String, found.count < mostFiles {
            if name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
            if name.hasSuffix(".yml") || name.hasSuffix(".yaml") { found.append(name) }
        }
        let base = directory.hasSuffix("/") ? directory : directory + "/"
        return found.sorted().map { base + $0 }
    }

    private static func read(_ path: String) -> Result<String, Refusal> {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else {
            return .failure(Refusal(reason: "it is not a regular file"))
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return .failure(Refusal(reason: "it cannot be opened"))
        }
        defer { try? handle.close() }
        do {
            let bytes = try handle.read(upToCount: YAMLGuard.mostBytes + 1) ?? Data()
            if bytes.count > YAMLGuard.mostBytes {
                return .failure(
                    Refusal(
                        reason: "it has more than \(YAMLGuard.mostBytes) bytes", code: .tooLarge))
            }
            guard let text = YAMLReader.text(bytes) else {
                return .failure(Refusal(reason: "it is not UTF-8", code: .syntax))
            }
            return .success(text)
        } catch {
            return .failure(Refusal(reason: "it cannot be read"))
        }
    }

    private static func unreadable(
        _ path: String, _ reason: String, _ code: RuleDiagnostic.Code = .unreadable
    ) -> RuleDiagnostic {
        RuleDiagnostic(
            code: code, path: path,
            message: "the rule file is not used: \(reason)")
    }
}
