public import ArgumentParser
public import AuditModel
public import Clients
public import Delivery
public import EventStore
public import TrafficSimulator

extension Severity: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }

    public static var allValueStrings: [String] { names }
}

extension SimulatedDialect: ExpressibleByArgument {}

extension ClientImport.Source: ExpressibleByArgument {}

extension HookBody: ExpressibleByArgument {}

extension PIIProfile: ExpressibleByArgument {}

extension AlertExport.Form: ExpressibleByArgument {}

extension Triage.Status: ExpressibleByArgument {}
