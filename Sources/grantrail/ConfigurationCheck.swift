import AuditModel
import Clients
import Configuration
import Delivery
import Foundation
import Intake
import KafkaAccess
import MarkedText
import Pipeline
import Places
import RuleBook
import TokenScan

/// What `config check` looks at beyond the text: files, directories, rules, the key.
struct ConfigurationCheck {
    private var loaded: LoadedConfiguration

    /// The configuration with what a look at the world found wrong.
    static func check(_ loaded: LoadedConfiguration) -> LoadedConfiguration {
        var check = ConfigurationCheck(loaded: loaded)
        guard let configuration = loaded.configuration else { return loaded }
        check.store(configuration)
        check.key(configuration)
        check.rules(configuration)
        check.places(configuration)
        check.clients(configuration)
        for source in configuration.sources { check.source(source) }
        for sink in configuration.sinks { check.sink(sink) }
        if let http = configuration.http { check.listener(http) }
        if let control = configuration.control {
            check.accounts(control, socket: configuration.controlSocket)
        }
        return check.loaded
    }

    private mutating func store(_ configuration: ServiceConfiguration) {
        writable(configuration.store.path, at: "store.path")
        writable(configuration.controlSocket, at: "control.socket")
        // The kernel's `sockaddr_un` has room for 107 bytes and a zero.
        if configuration.controlSocket.utf8.count > 107 {
            loaded.add(
                .unusableFile, at: "control.socket",
                "the path of the control socket has more than 107 bytes",
                remedy: "set control.socket to a shorter one")
        }
    }

    /// The directory of a file must take new files.
    private mutating func writable(_ path: String, at setting: String) {
        let directory = (path as NSString).deletingLastPathComponent
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue else {
            loaded.add(
                .missingFile, at: setting, "there is no directory \(directory)",
                remedy: "make it, owned by the user of the service")
            return
        }
        if access(directory, W_OK | X_OK) != 0 {
            loaded.add(
                .unusableFile, at: setting, "this user may not write to \(directory)",
                remedy: "run the check as the user of the service, or change the owner")
        } else if FileManager.default.fileExists(atPath: path), access(path, R_OK | W_OK) != 0 {
            loaded.add(.unusableFile, at: setting, "this user may not write \(path)")
        }
    }

    private mutating func key(_ configuration: ServiceConfiguration) {
        guard let secret = configuration.fingerprint?.secret else { return }
        var content = secret.reveal()
        let isKey = FingerprintKey(fileContent: content) != nil
        for index in content.indices { content[index] = 0 }
        if !isKey {
            loaded.add(
                .missingSecret, at: "fingerprint", "the key holds fewer than 32 bytes",
                remedy: "64 hexadecimal digits, base64 or raw")
        }
    }

    private mutating func rules(_ configuration: ServiceConfiguration) {
        var usable: [String] = []
        for path in configuration.rules.directories {
            if file(path, at: "rules.dirs") { usable.append(path) }
        }
        let rules = RuleBook.load(paths: usable)
        for diagnostic in rules.diagnostics where diagnostic.isError {
            let line = diagnostic.line > 0 ? ":\(diagnostic.line):\(diagnostic.column)" : ""
            loaded.add(
                .unusableFile, at: "rules.dirs",
                "\(diagnostic.path)\(line): \(diagnostic.harmless.message)",
                remedy: "`grantrail rules check` shows the place")
        }
    }

    private mutating func clients(_ configuration: ServiceConfiguration) {
        guard let path = configuration.clients, file(path, at: "clients") else { return }
        for diagnostic in ClientFile.read(path).diagnostics where diagnostic.isError {
            loaded.add(
                .unusableFile, at: "clients",
                "\(diagnostic.path):\(diagnostic.line):\(diagnostic.column): "
                    + diagnostic.harmless.message,
                remedy: "`grantrail clients check` shows the place")
        }
    }

    private mutating func places(_ configuration: ServiceConfiguration) {
        guard let geography = configuration.geography else { return }
        let files = [
            ("geo.city", geography.city), ("geo.asn", geography.asn),
            ("geo.networks", geography.networks),
        ]
        for (setting, path) in files {
            guard let path, file(path, at: setting) else { continue }
            do throws(PlacesError) {
                _ = try PlaceBook(
                    city: setting == "geo.city" ? path : nil,
                    asn: setting == "geo.asn" ? path : nil,
                    networks: setting == "geo.networks" ? path : nil, trustedProxies: [])
            } catch {
                loaded.add(.unusableFile, at: setting, error.message)
                for diagnostic in error.diagnostics {
                    loaded.add(
                        .unusableFile, at: setting,
                        "\(diagnostic.path):\(diagnostic.line): \(diagnostic.harmless.message)")
                }
            }
        }
    }

    private mutating func source(_ source: SourceConfiguration) {
        guard case .kafka(let kafka) = source.kind else { return }
        let settings = ServiceSources.settings(kafka, source, ID128(high: 0, low: 1))
        cluster(kafka.cluster, settings.problems(), at: "sources.\(source.name).")
    }

    /// - Parameter base: the section of the source or sink, with a dot at its end.
    private mutating func cluster(
        _ cluster: KafkaClusterConfiguration, _ problems: [KafkaSettingProblem], at base: String
    ) {
        for problem in problems where !problem.isFile {
            let isSecurity = problem.key.hasPrefix("tls") || problem.key.hasPrefix("sasl")
            loaded.add(
                .unknownValue, at: base + (isSecurity ? "security." : "") + problem.key,
                "\(problem.key) \(problem.message)")
        }
        guard let tls = cluster.encryption else { return }
        let files = [("ca", tls.authorities), ("certificate", tls.certificate), ("key", tls.key)]
        for (setting, path) in files {
            if let path { file(path, at: base + "security.tls." + setting) }
        }
    }

    private mutating func sink(_ sink: SinkConfiguration) {
        switch sink.kind {
        case .standardOutput: break
        case .file(let file): writable(file.path, at: "sinks.\(sink.name).path")
        case .webhook(let hook):
            if let path = hook.authorities { file(path, at: "sinks.\(sink.name).ca") }
        case .kafka(let topic):
            let problems = TopicSettings.problems(KafkaCluster(topic.cluster), topic.topic)
            cluster(topic.cluster, problems, at: "sinks.\(sink.name).")
        }
    }

    private mutating func listener(_ address: ListenAddress) {
        if address.isLoopback { return }
        loaded.add(
            .openListener, at: "http.listen",
            "other machines can connect to \(address.text), unencrypted and without a login",
            remedy: "let a firewall decide who may, or listen at 127.0.0.1 behind a proxy",
            severity: .notice)
    }

    private mutating func accounts(_ control: ServiceConfiguration.Control, socket: String) {
        for (setting, name) in control.unknown {
            let isGroup = setting == "group" || name.hasPrefix("group:")
            loaded.add(
                .unknownValue, at: "control." + setting,
                "this machine has no \(isGroup ? "group" : "user") '\(name.prefix(60))'",
                remedy: "a name or a number; in lists group:NAME stands for a group")
        }
        let directory = (socket as NSString).deletingLastPathComponent
        var status = stat()
        guard let group = SystemAccounts.number(ofGroup: control.group),
            stat(directory, &status) == 0
        else { return }
        let mayEnter = status.st_gid == group && status.st_mode & 0o010 != 0
        if mayEnter || status.st_mode & 0o001 != 0 { return }
        loaded.add(
            .unusableFile, at: "control.group",
            "members of \(control.group) may not enter \(directory), where the socket is",
            remedy: "put it elsewhere with control.socket, such as below /run", severity: .warning)
    }

    /// Whether a file or directory can be read.
    @discardableResult
    private mutating func file(_ path: String, at setting: String) -> Bool {
        if access(path, R_OK) == 0 { return true }
        let isMissing = errno == ENOENT || errno == ENOTDIR
        let reason = isMissing ? "there is no \(path)" : "this user may not read \(path)"
        loaded.add(isMissing ? .missingFile : .unusableFile, at: setting, reason)
        return false
    }
}
