import Foundation

/// The files of this repository.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    struct File: Sendable {
        /// From the root.
        let path: String
        let lines: [String]
        var text: String { lines.joined(separator: "\n") }
    }

    /// Files below a folder whose name ends so, in order of their paths.
    static func files(below folder: String, _ suffix: String) throws -> [File] {
        try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder)
            .filter { $0.hasSuffix(suffix) }
            .sorted()
            .map { try file(folder + "/" + $0) }
    }

    /// Swift files below a folder that people wrote.
    static func swift(below folder: String) throws -> [File] {
        try files(below: folder, ".swift").filter { !$0.path.contains("/RuleBook/Pack/") }
    }

    static func file(_ path: String) throws -> File {
        let text = try String(contentsOfFile: root + "/" + path, encoding: .utf8)
        return File(
            path: path,
            lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

    /// Everything that people wrote: not what a build left behind.
    static func everything() throws -> [File] {
        var files = try [file("Package.swift"), file("README.md")]
        for folder in ["Sources", "Tests", "Rules", "docs", "Scripts", "Benchmarks"] {
            for path in try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder)
            where !path.contains("Corpora/") && !path.contains("__pycache__") {
                var isDirectory: ObjCBool = false
                let full = root + "/" + folder + "/" + path
                _ = FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory)
                if !isDirectory.boolValue { files.append(try file(folder + "/" + path)) }
            }
        }
        return files
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root + "/" + path)
    }

    /// The name of the target a source file belongs to.
    static func target(of file: File) -> String {
        String(file.path.split(separator: "/")[1])
    }
}
