import Configuration
import FieldMaps
import Foundation
import LogFormats
import MarkedText

/// Maps of fields, as people name them where a dialect is asked for: `map:FILE`.
enum MapFile {
    /// The path in such a name; nil for the name of a dialect.
    static func path(in dialect: String) -> String? {
        let prefix = SourceConfiguration.mapPrefix
        return dialect.hasPrefix(prefix) ? String(dialect.dropFirst(prefix.count)) : nil
    }

    static func load(_ path: String) -> LoadedMap {
        do throws(ConfigurationEnvironment.Refusal) {
            let file = try ConfigurationEnvironment.process.file(path, YAMLGuard.mostBytes + 1)
            return LoadedMap.read(file.bytes, path: path)
        } catch {
            return LoadedMap.unreadable(path, because: error.reason)
        }
    }

    /// The format that a map makes; prints what is wrong with the map and ends with status 78 if
    /// it cannot be used.
    static func format(_ path: String) -> MapFormat {
        let loaded = load(path)
        for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
        guard let map = loaded.map else {
            Terminal.fail("the map has errors; nothing was run", status: 78)
        }
        return MapFormat(map)
    }
}
