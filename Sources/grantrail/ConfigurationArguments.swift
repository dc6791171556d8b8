import ArgumentParser
import Configuration
import Foundation
import LogFormats
import MarkedText

/// Which configuration a service runs with, and what the command line says instead of it.
struct ConfigurationArguments: ParsableArguments {
    @Option(
        help: """
            The configuration; default: GRANTRAIL_CONFIG, or grantrail/config.yaml below \
            XDG_CONFIG_HOME (~/.config), or /etc/grantrail/config.yaml.
            """)
    var config: String?

    @Option(help: "In place of store.path.")
    var store: String?

    @Option(help: "In place of mode: alert or observe.")
    var mode: String?

    @Option(help: "In place of rules.dirs; repeatable.")
    var rules: [String] = []

    @Option(help: "In place of rules.lateness, such as 30s or 5m.")
    var lateness: String?

    @Flag(help: "Also run rules that are experimental or deprecated.")
    var experimental = false

    @Option(help: "In place of clients.")
    var clients: String?

    @Option(name: .customLong("key-file"), help: "In place of fingerprint.")
    var keyFile: String?

    @Option(help: "In place of geo.city.")
    var geo: String?

    @Option(help: "In place of geo.asn.")
    var asn: String?

    @Option(help: "In place of geo.networks.")
    var networks: String?

    @Option(name: .customLong("trusted-proxies"), help: "In place of geo.trusted_proxies.")
    var trustedProxies: String?

    @Option(help: "In place of jobs.")
    var jobs: String?

    /// The configuration in force.
    func load() -> LoadedConfiguration {
        ConfigurationFile.load(named: config, overrides: overrides, in: .process)
    }

    /// The configuration in force; prints what is wrong with it and ends with status 78 if it
    /// cannot be used.
    func loadOrFail() -> ServiceConfiguration {
        let loaded = load()
        for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
        if let configuration = loaded.configuration { return configuration }
        Terminal.fail("the configuration has errors; nothing was run", status: 78)
    }

    private var overrides: [SettingOverride] {
        let single: [(path: String, flag: String, value: String?)] = [
            ("store.path", "--store", store), ("mode", "--mode", mode),
            ("rules.lateness", "--lateness", lateness),
            ("rules.experimental", "--experimental", experimental ? "true" : nil),
            ("fingerprint.secret_file", "--key-file", keyFile), ("geo.city", "--geo", geo),
            ("geo.asn", "--asn", asn), ("geo.networks", "--networks", networks),
            ("geo.trusted_proxies", "--trusted-proxies", trustedProxies),
            ("jobs", "--jobs", jobs), ("clients", "--clients", clients),
        ]
        var overrides = single.compactMap { row in
            row.value.map { SettingOverride(path: row.path, flag: row.flag, values: [$0]) }
        }
        if !rules.isEmpty {
            overrides.append(SettingOverride(path: "rules.dirs", flag: "--rules", values: rules))
        }
        return overrides
    }
}

extension ConfigurationEnvironment {
    /// The world around this process.
    static var process: ConfigurationEnvironment {
        ConfigurationEnvironment(
            file: { path, count throws(Refusal) in try readStart(of: path, count) },
            variables: ProcessInfo.processInfo.environment,
            workingDirectory: FileManager.default.currentDirectoryPath,
            dialects: FormatRegistry.all.map(\.name),
            isTimeZone: { SystemZone.table(named: $0) != nil })
    }

    /// Reads a regular file, or a pipe that a secret comes through.
    private static func readStart(of path: String, _ count: Int) throws(Refusal) -> File {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let isMissing = errno == ENOENT || errno == ENOTDIR
            let reason =
                isMissing ? "there is no such file" : String(cString: strerror(errno))
            throw Refusal(reason: reason, isMissing: isMissing)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw Refusal(reason: "it is not a file")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < count {
            let length = read(descriptor, &piece, min(piece.count, count - bytes.count))
            if length < 0, errno == EINTR { continue }
            if length < 0 { throw Refusal(reason: String(cString: strerror(errno))) }
            if length == 0 { break }
            bytes += piece[..<length]
        }
        return File(bytes: bytes, mode: UInt32(status.st_mode & 0o7777))
    }
}
