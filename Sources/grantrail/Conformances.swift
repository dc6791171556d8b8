public import ArgumentParser
public import AuditModel
public import TrafficSimulator

extension Severity: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }

    public static var allValueStrings: [String] { names }
}

extension SimulatedDialect: ExpressibleByArgument {}
