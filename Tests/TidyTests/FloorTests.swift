import Foundation
import Testing

/// docs/ARCHITECTURE.md says which target may import which; the sources and the manifest obey.
@Suite("Imports go from higher floors to lower ones")
struct FloorTests {
    static let withoutFoundation: Set = [
        "AuditModel", "WireFormat", "LogFormats", "TokenScan", "GrantLedger", "Detection",
        "EventStore", "Intake", "KafkaAccess",
    ]

    /// Floor of every target, from the table in docs/ARCHITECTURE.md.
    static func floors() throws -> [String: Int] {
        var floors: [String: Int] = [:]
        for line in try Repository.file("docs/ARCHITECTURE.md").lines {
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "`" } }
            if cells.count == 4, let floor = Int(cells[0]) { floors[cells[1]] = floor }
        }
        return floors
    }

    /// Modules a file imports.
    static func imports(of file: Repository.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
                words[..<place].allSatisfy({ $0.hasPrefix("@") || !$0.contains("/") })
            else { return nil }
            return String(words[words.count - 1].split(separator: ".")[0])
        }
    }

    @Test("Every target stands in the table of floors")
    func everyTargetHasAFloor() throws {
        let floors = try Self.floors()
        let targets = Set(try Repository.files(below: "Sources", ".swift").map(Repository.target))
        #expect(targets == Set(floors.keys))
    }

    @Test("No target imports from its own floor or a higher one")
    func importsGoDown() throws {
        let floors = try Self.floors()
        for file in try Repository.files(below: "Sources", ".swift") {
            let floor = try #require(floors[Repository.target(of: file)])
            for module in Self.imports(of: file) {
                guard let other = floors[module] else { continue }
                #expect(other < floor, "\(file.path) imports \(module)")
            }
        }
    }

    @Test("The manifest allows exactly what the sources import")
    func manifest() throws {
        let manifest = try Repository.file("Package.swift").text
        let floors = try Self.floors()
        var imported: [String: Set<String>] = [:]
        for file in try Repository.files(below: "Sources", ".swift") {
            let modules = Self.imports(of: file).filter { floors[$0] != nil }
            imported[Repository.target(of: file), default: []].formUnion(modules)
        }
        for (target, modules) in imported {
            #expect(try Self.dependencies(of: target, in: manifest) == modules, "\(target)")
        }
    }

    /// Targets of this package that a target's row of the manifest names.
    static func dependencies(of target: String, in manifest: String) throws -> Set<String> {
        let flat = manifest.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let starts = [
            "library(\"\(target)\", [", "library( \"\(target)\", [",
            "name: \"\(target)\", dependencies: [",
        ]
        let row = starts.lazy.compactMap { flat.range(of: $0)?.upperBound }.first
        let start = try #require(row, "no row for \(target)")
        let end = try #require(flat[start...].firstIndex(of: "]"))
        let floors = try floors()
        return Set(
            flat[start..<end].split(separator: ",")
                .map { $0.filter { $0 != " " && $0 != "\"" } }
                .filter { floors[$0] != nil })
    }

    @Test("The core does without Foundation")
    func noFoundation() throws {
        for file in try Repository.files(below: "Sources", ".swift")
        where Self.withoutFoundation.contains(Repository.target(of: file)) {
            let modules = Self.imports(of: file).filter { $0.hasPrefix("Foundation") }
            #expect(modules.isEmpty, "\(file.path) imports \(modules)")
        }
    }

    @Test("Only its own targets import a C library")
    func noStrayCLibrary() throws {
        let allowed = [
            "CSQLite": ["EventStore"], "CZlib": ["Intake"], "CZstd": ["Intake", "EventStore"],
            "COpenSSL": ["AuditModel", "TokenScan", "Delivery", "grantrail"],
            "CAllocator": ["grantrail"], "CCurl": ["Delivery"],
            "CMaxMind": ["Places"], "CRdKafka": ["KafkaAccess", "Intake", "Delivery"],
            "CProcessor": ["GrantLedger"], "CByteFilter": ["TokenScan"], "CPCRE2": ["Detection"],
        ]
        for file in try Repository.files(below: "Sources", ".swift") {
            for module in Self.imports(of: file) {
                guard let targets = allowed[module] else { continue }
                let target = Repository.target(of: file)
                #expect(targets.contains(target), "\(file.path) imports \(module)")
            }
        }
    }
}
