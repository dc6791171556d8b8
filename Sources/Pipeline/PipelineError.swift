public import Delivery
public import EventStore
public import Intake
public import Places
public import TokenScan

/// Why a pipeline could not do its work.
public enum PipelineError: Error, Sendable {
    case intake(IntakeError)
    case store(StoreError)
    case key(KeyFileError)
    case places(PlacesError)
    case source(SourceError)
    case control(ControlError)
    /// Not one record of the input gave an event.
    case nothingUsable(IntakeTally)
    case unknownDialect(String, known: [String])
    case unknownTimeZone(String)
    case noGrant(String)
    case ambiguousGrant(String, [String])
    case noAlert(String)
    case hook(HookError)
    case ambiguousAlert(String, [String])
    case noIncident(String)
    case ambiguousIncident(String, [String])
    /// So many deliveries wait for their hooks, and the service ended.
    case undelivered(Int)

    /// What could not be done: why; what to do. One line.
    public var message: String {
        switch self {
        case .intake(let error): error.message
        case .store(let error): error.message
        case .key(let error): error.message
        case .places(let error): error.message
        case .source(let error): error.message
        case .control(let error): "\(error.message) [\(error.code.rawValue)]"
        case .nothingUsable(let tally):
            tally.records == 0
                ? "the input holds no record; check that the file is the one you meant"
                : "no record of the input could be used (\(tally.records) read, "
                    + "\(tally.ignored) not events, \(tally.rejectedCount) unusable); "
                    + "check the path, or name the format with --dialect"
        case .unknownDialect(let name, let known):
            "unknown dialect '\(name)'; known are: " + known.joined(separator: ", ")
        case .unknownTimeZone(let name):
            "unknown time zone '\(name)'; use a name such as UTC or Europe/Berlin"
        case .noGrant(let id):
            "no grant matches '\(id)'; `grantrail grant list` shows what is there"
        case .ambiguousAlert(let id, let ids):
            "'\(id)' is the start of \(ids.count) alerts; use more digits: "
                + ids.prefix(5).joined(separator: ", ")
        case .hook(let error): error.message
        case .noAlert(let id):
            "no alert matches '\(id)'; `grantrail alerts list` shows what is there"
        case .noIncident(let name):
            "no incident matches '\(name)'; `grantrail incidents list` shows what is there"
        case .ambiguousIncident(let name, let names):
            "'\(name)' is the start of \(names.count) incidents; use more of the name: "
                + names.prefix(5).joined(separator: ", ")
        case .undelivered(let count):
            "\(count) deliveries were not taken within drain_timeout; they are kept, and tried at "
                + "the next start: `grantrail hooks list` shows them"
        case .ambiguousGrant(let id, let ids):
            "'\(id)' matches \(ids.count) grants; use more digits: "
                + ids.prefix(5).joined(separator: ", ")
        }
    }

    /// The exit status the command line promises.
    public var exitStatus: Int32 {
        switch self {
        case .intake(let error): error.exitStatus
        case .store(let error): error.exitStatus
        case .key: 78
        case .undelivered: 69
        case .hook: 78
        case .places(let error): error.exitStatus
        case .source(let error): error.exitStatus
        case .control(let error): error.exitStatus
        case .nothingUsable: 65
        case .unknownDialect, .unknownTimeZone: 64
        case .noGrant, .ambiguousGrant, .noAlert, .ambiguousAlert, .noIncident,
            .ambiguousIncident: 66
        }
    }
}
