import ArgumentParser
import Configuration
import EventStore
import Foundation
import MarkedText
import Pipeline

/// Whose hooks: a service's configuration, or a store alone.
struct HookArguments: ParsableArguments {
    @Option(
        help: """
            The service's configuration; default: as with run. Secrets that only the service can \
            read may be missing.
            """)
    var config: String?

    @Option(help: "The store's file. Alone: no configuration is read.")
    var store: String?

    func place() -> HookPlace {
        let named = ProcessInfo.processInfo.environment["GRANTRAIL_CONFIG", default: ""]
        if let store, config == nil, named.isEmpty {
            return HookPlace(store: store, socket: store + ".sock", outline: nil)
        }
        let overrides = store.map {
            [SettingOverride(path: "store.path", flag: "--store", values: [$0])]
        }
        let loaded = ConfigurationFile.load(
            named: config, overrides: overrides ?? [], in: .process)
        guard let outline = loaded.outline else {
            for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
            Terminal.fail("the configuration cannot be used; name the --store", status: 78)
        }
        return HookPlace(store: outline.store, socket: outline.controlSocket, outline: outline)
    }
}

/// A store, and the service that may be writing it.
struct HookPlace {
    var store: String
    var socket: String
    /// Nil when only the store is known.
    var outline: ServiceOutline?

    /// Does something with the store, opened to read.
    func reading<Result>(
        _ body: (EventStore) throws(StoreError) -> Result
    ) throws(PipelineError) -> Result {
        let opened = try openStore(store, .readOnly)
        return try onStore { () throws(StoreError) in
            let result = try body(opened)
            try opened.close()
            return result
        }
    }

    /// Makes changes: through the service that owns the store, or without one in the store itself.
    ///
    /// - Returns: what was changed, counted.
    func change(_ requests: [OutboxRequest]) throws(PipelineError) -> Int {
        var changed = 0
        for request in requests {
            changed += try StoreChange.make(
                store: store, socket: socket,
                asking: { (socket) throws(ControlError) in
                    let line = String(
                        decoding: try ControlClient.ask(request.line, at: socket), as: UTF8.self)
                    return Self.count(OutboxAnswer(line: line), socket)
                },
                changing: { (store) throws(StoreError) in
                    try request.perform(on: store, at: ServiceClock.system.wall(), by: .own)
                })
        }
        return changed
    }

    private static func count(_ answer: OutboxAnswer?, _ socket: String) -> Int {
        switch answer {
        case .changed(let count): return count
        case .refused(let reason): Terminal.fail(reason, status: 69)
        case nil:
            Terminal.fail(
                "the answer of the service at \(socket) cannot be read: it may be of another "
                    + "version; start it again with this one", status: 69)
        }
    }
}
