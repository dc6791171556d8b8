import AuditModel
import Configuration
import Foundation
import Intake
import KafkaAccess
import MarkedText
import Pipeline
import TokenScan

/// What `doctor` looks at on this machine.
struct MachineCheck {
    enum State: String {
        case ok, advice, problem
    }

    /// One thing that was looked at. Texts may hold names of files and hosts.
    struct Row {
        var name: String
        var state: State
        var what: String
        var remedy: String?
    }

    private(set) var rows: [Row] = []

    /// Brokers have so long to answer.
    private static let patience: Int32 = 5_000

    var hasProblems: Bool { rows.contains { $0.state == .problem } }

    private mutating func add(
        _ name: String, _ state: State, _ what: String, _ remedy: String? = nil
    ) {
        rows.append(Row(name: name, state: state, what: what, remedy: remedy))
    }

    // MARK: - The machine

    /// The key, as a service finds it whose configuration names none.
    mutating func key() {
        let environment = ProcessInfo.processInfo.environment
        do throws(KeyFileError) {
            let loaded = try KeyFile.load(explicitPath: nil) { environment[$0] }
            if let notice = loaded.notice {
                add("key", .advice, notice)
            } else {
                let made = loaded.wasCreated ? ", made just now" : ""
                add("key", .ok, "\(loaded.path) can be read by its owner alone\(made)")
            }
        } catch {
            add("key", .problem, error.message)
        }
    }

    /// What programs that keep the clock right leave behind while they run.
    private static let clockMarks = [
        "/run/systemd/timesync/synchronized", "/run/chrony", "/run/chronyd.pid", "/run/ntpd.pid",
    ]

    /// Whether something keeps the clock right: what comes from ahead of it waits. In a container
    /// its host does, and nothing is said.
    mutating func clock() {
        let files = FileManager.default
        if Self.clockMarks.contains(where: files.fileExists(atPath:)) {
            add("clock", .ok, "synchronised")
        } else if files.fileExists(atPath: "/run/systemd/system") {
            add(
                "clock", .advice, "nothing is seen to synchronise this machine's clock",
                "run: systemctl enable --now systemd-timesyncd")
        }
    }

    /// The disk and the file of a store that is there, or will be.
    mutating func store(_ path: String, _ lowWater: LowWater = .standard) {
        let files = FileManager.default
        if let attributes = try? files.attributesOfItem(atPath: path),
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 != 0
        {
            add(
                "store", .advice, "others than its owner may use \(path)",
                "run: chmod 600 \(path)")
        }
        let directory = (path as NSString).deletingLastPathComponent
        let place = directory.isEmpty ? "." : directory
        guard let system = try? files.attributesOfFileSystem(forPath: place),
            let free = (system[.systemFreeSize] as? NSNumber)?.int64Value,
            let total = (system[.systemSize] as? NSNumber)?.int64Value
        else { return add("disk", .problem, "there is no directory \(place)") }
        let least = lowWater.bytes(of: total)
        let text = "\(free / 1_000_000) MB free below \(place)"
        if free < least {
            add(
                "disk", .problem, "\(text), less than \(least / 1_000_000) MB",
                "make room, or set store.retention")
        } else {
            add("disk", .ok, text)
        }
    }

    // MARK: - The service

    mutating func configuration(_ loaded: LoadedConfiguration) {
        for diagnostic in loaded.diagnostics {
            let shown = diagnostic.harmless
            let place = shown.line > 0 ? "\(shown.path):\(shown.line): " : "\(shown.path): "
            add(
                "configuration", shown.isError ? .problem : .advice, place + shown.message,
                shown.remedy)
        }
        if !loaded.hasErrors {
            add("configuration", .ok, "\(loaded.path) can be used")
        }
    }

    mutating func service(_ configuration: ServiceConfiguration) {
        do throws(ControlError) {
            _ = try ControlClient.ask("status", at: configuration.controlSocket)
            add("service", .ok, "answers at \(configuration.controlSocket)")
        } catch {
            add(
                "service", .advice,
                error.isNobodyThere ? "no service runs with this configuration" : error.message)
        }
        let mode = configuration.mode == .observe ? "observe: nothing is sent" : "alert"
        add("mode", .ok, mode)
    }

    mutating func source(_ source: SourceConfiguration) {
        switch source.kind {
        case .file(let file):
            do throws(IntakeError) {
                let found = try InputSet.resolve(paths: file.paths)
                add("source \(source.name)", .ok, "\(found.count) files")
            } catch {
                add("source \(source.name)", .advice, error.message)
            }
        case .kafka(let kafka):
            let settings = ServiceSources.settings(kafka, source, ID128.none)
            for topic in kafka.topics { self.topic(topic, settings) }
        }
    }

    private mutating func topic(_ topic: String, _ settings: KafkaSettings) {
        let name = "source \(settings.name)"
        do throws(SourceError) {
            if let trouble = try KafkaProbe.trouble(
                with: topic, settings, within: Self.patience)
            {
                let brokers = settings.cluster.brokers.joined(separator: ", ")
                add(
                    name, .problem, "\(trouble) (\(brokers))",
                    "check brokers, security and topic of the source (docs/KAFKA.md)")
            } else {
                add(name, .ok, "topic \(topic) can be reached")
            }
        } catch {
            add(name, .problem, error.message)
        }
    }
}
