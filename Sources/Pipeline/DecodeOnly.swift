public import Intake

/// Reads, scans and decodes, and drops the events: the cost of intake alone.
public struct DecodeOnly {
    public init() {}

    /// - Throws: ``PipelineError``.
    public func run(
        _ inputs: [Input], options: IntakeOptions
    ) throws(PipelineError) -> IntakeTally {
        do throws(IntakeError) {
            let feeds = try FeedSet(inputs, options: options)
            while try feeds.next() != nil {}
            return feeds.tally
        } catch {
            throw .intake(error)
        }
    }
}
