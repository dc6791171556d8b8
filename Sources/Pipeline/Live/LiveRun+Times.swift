internal import AuditModel
internal import Intake
internal import LogFormats

extension LiveRun {
    /// Tells apart times that occur twice by the order of a partition; says what it cannot tell.
    func settleTimes(of batch: inout DecodedBatch, _ name: PartitionBoard.Name) {
        let zone = options.sources[name.source].settings.timeZone
        guard var hour = repeatedHours[name] ?? RepeatedHour(zone) else { return }
        hour.settle(&batch)
        repeatedHours[name] = hour
        if batch.tally.ambiguousTimes == 0 { return }
        log(
            LiveLogLine(
                .warning, "time.ambiguous",
                "\(options.sources[name.source].source.name): \(batch.tally.ambiguousTimes) events "
                    + "lie in an hour that the clocks repeat, and nothing tells which pass is "
                    + "meant; the first was taken"))
    }
}
