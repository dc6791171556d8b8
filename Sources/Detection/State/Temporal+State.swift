internal import AuditModel

extension TemporalOperator {
    static var stateName: StaticString { "temporal" }

    func write(to writer: inout StateWriter) {
        table.write(to: &writer) { writer, state in
            writer.put(state.steps.count)
            for step in state.steps {
                writer.put(step.links.count)
                for link in step.links {
                    writer.record(link.event)
                    writer.put(link.start)
                    writer.array(link.before)
                }
            }
        }
    }

    mutating func read(from reader: inout StateReader) throws(StateFault) {
        let leasts = leasts
        try table.read(from: &reader) { reader throws(StateFault) in
            let count: Int = try reader.get()
            try reader.require(count == leasts.count, "a pattern has other steps than its rule")
            var steps: ContiguousArray<Step> = []
            for least in leasts { steps.append(try Step(from: &reader, least: least)) }
            return State(steps: steps)
        }
    }
}

extension TemporalOperator.Step {
    /// Reads the events of one input.
    fileprivate init(from reader: inout StateReader, least: Int) throws(StateFault) {
        self.init(least: least)
        let count = try reader.count(ofBytes: 8)
        try reader.require(count <= least, "a step of a pattern has too many events")
        for _ in 0..<count {
            links.append(
                TemporalOperator.Link(
                    event: try reader.record(), start: try reader.get(),
                    before: try reader.array()))
        }
    }
}
