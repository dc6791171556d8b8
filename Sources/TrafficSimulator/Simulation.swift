/// A simulation of one plan: equal plans give equal events.
///
/// ```swift
/// let simulation = Simulation(plan: .demo())
/// try simulation.run(into: &sink)
/// ```
public struct Simulation: Sendable {
    public let plan: SimulationPlan

    public init(plan: SimulationPlan) { self.plan = plan }

    /// What became of one planned attack.
    public struct Attack: Sendable, Equatable {
        public var scenario: AttackScenario
        /// Everything the expected rule needs was written; false where the log ends too early.
        public var isComplete: Bool
    }

    /// Runs the simulation and hands every event to `sink`, in time order. Memory grows with the
    /// number of subjects, not with the number of events.
    ///
    /// - Returns: the planned attacks, by the number that ``SimulatedEvent/attack`` carries.
    @discardableResult
    public func run<Sink: SimulatedEventSink & ~Copyable>(
        into sink: inout Sink
    ) throws(SimulationError) -> [Attack] {
        var engine = Engine(plan: plan)
        var left = plan.targetEvents.map { max(0, $0) } ?? Int.max
        while left > 0, engine.step() {
            for event in engine.events where event.time >= engine.world.start && left > 0 {
                try sink.accept(event, world: engine.world)
                left -= 1
            }
        }
        return engine.thieves.map {
            Attack(scenario: $0.scenario, isComplete: $0.isDetectable)
        }
    }
}
