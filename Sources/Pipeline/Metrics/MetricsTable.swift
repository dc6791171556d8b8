internal import AuditModel
internal import Intake

/// Every metric that there is. The page and docs/OPERATIONS.md come from this table alone.
enum MetricsTable {
    private typealias Sample = MetricDefinition.Sample

    static let all: [MetricDefinition] = service + sources + store + alerts + delivery + process

    private static let service: [MetricDefinition] = [
        .init(.info, "grantrail_build_info", ["version"], "The version of the program.") {
            [Sample([$0.version], 1)]
        },
        .init(
            .gauge, "grantrail_ready",
            "1 while everything that comes in is read, stored and judged."
        ) { [Sample([], $0.status.isReady)] },
        .init(.gauge, "grantrail_rules_loaded", "Rules in use.") { [Sample([], $0.status.rules)] },
        .init(
            .gauge, "grantrail_snapshot_timestamp_seconds",
            "When the memory of the rules was last saved by this process."
        ) { time($0.status.lastSnapshot).map { [$0] } ?? [] },
        .init(
            .gauge, "grantrail_series_omitted",
            "Series that are left off this page, because there are more than it shows."
        ) { [Sample([], MetricsPage.omitted($0))] },
    ]

    private static let sources: [MetricDefinition] = [
        .init(
            .gauge, "grantrail_source_ready", ["source"], "1 while the source can be read."
        ) { each($0) { Sample([$0.name], $0.condition.isReady) } },
        .init(
            .counter, "grantrail_records_total", ["source"], "Records read, of any content."
        ) { each($0) { Sample([$0.name], $0.records) } },
        .init(
            .counter, "grantrail_events_ingested_total", ["source"],
            "Events that records gave, those the store had already included."
        ) { each($0) { Sample([$0.name], $0.events) } },
        .init(
            .counter, "grantrail_events_rejected_total", ["reason"],
            "Records that could not be used, by error code."
        ) { snapshot in
            IssueCode.allCases.map {
                Sample([$0.rawValue], snapshot.status.tally.rejected[$0] ?? 0)
            }
        },
        .init(
            .counter, "grantrail_events_duplicate_total", "Events that the store had already."
        ) { [Sample([], $0.status.tally.duplicates)] },
        .init(
            .counter, "grantrail_late_events_total",
            "Events that came later than the lateness allows."
        ) { [Sample([], $0.status.late)] },
        .init(
            .gauge, "grantrail_kafka_consumer_lag", ["source", "partition"],
            "Messages that are known to wait in a partition."
        ) { snapshot in
            snapshot.status.sources.flatMap { source in
                source.lag.sorted { $0.key < $1.key }.map {
                    Sample([source.name, $0.key], Int($0.value))
                }
            }
        },
        .init(
            .gauge, "grantrail_last_event_timestamp_seconds", ["source"],
            "The greatest event time seen."
        ) { each($0) { source in time(source.lastTime, [source.name]) } },
        .init(
            .gauge, "grantrail_watermark_timestamp_seconds",
            "Event time before which alerts are final."
        ) { snapshot in
            let frontier = snapshot.status.frontier.flatMap { $0 == .max ? nil : $0 }
            return time(frontier).map { [$0] } ?? []
        },
        .init(
            .gauge, "grantrail_events_pending", "Events that wait for the watermark."
        ) { [Sample([], $0.status.pending)] },
    ]

    private static let store: [MetricDefinition] = [
        .init(.gauge, "grantrail_store_events", "Events in the store.") {
            [Sample([], Int(max(0, $0.status.stored - ($0.status.disk?.firstPosition ?? 0))))]
        },
        .init(
            .gauge, "grantrail_store_bytes", "Size of the store on disk, its log included."
        ) { $0.status.disk.map { [Sample([], Int($0.bytes))] } ?? [] },
        .init(
            .gauge, "grantrail_store_free_bytes", "Free space beside the store."
        ) { ($0.status.disk?.free).map { [Sample([], Int($0))] } ?? [] },
        .init(.counter, "grantrail_commits_total", "Transactions that were made durable.") {
            [Sample([], $0.status.commits)]
        },
        .init(
            histogram: "grantrail_commit_seconds", "How long it took to make one durable."
        ) { $0.status.commitSeconds },
    ]

    private static let alerts: [MetricDefinition] = [
        .init(
            .counter, "grantrail_alerts_total", ["rule", "severity"],
            "Alerts by the rule and the severity they were first confirmed with.",
            mostSeries: AlertCounts.most + Severity.allCases.count
        ) { snapshot in
            snapshot.status.confirmed.counts.sorted { $0.key < $1.key }.map {
                Sample([$0.key.rule, $0.key.severity.name], $0.value)
            }
        },
        .init(.gauge, "grantrail_alerts_provisional", "Alerts that are not final yet.") {
            [Sample([], $0.status.provisional)]
        },
        .init(
            .counter, "grantrail_alerts_withdrawn_total",
            "Alerts that the events that followed did not bear out."
        ) { [Sample([], $0.status.withdrawn)] },
        .init(.gauge, "grantrail_silences", "Silences that hold back notifications now.") {
            [Sample([], $0.status.silences)]
        },
        .init(
            .counter, "grantrail_notifications_silenced_total",
            "Revisions of alerts that nobody was told because somebody silenced them."
        ) { [Sample([], $0.status.silenced)] },
    ]

    private static let delivery: [MetricDefinition] = [
        .init(
            .counter, "grantrail_delivery_attempts_total", ["hook", "result"],
            "Attempts to deliver: delivered, to be retried, or dead for good."
        ) { snapshot in
            snapshot.status.hooks.flatMap {
                [
                    Sample([$0.hook, "delivered"], $0.delivered),
                    Sample([$0.hook, "retried"], $0.retried),
                    Sample([$0.hook, "dead"], $0.gaveUp),
                ]
            }
        },
        .init(.gauge, "grantrail_delivery_queue", ["hook"], "Deliveries that wait.") {
            $0.status.hooks.map { Sample([$0.hook], $0.queue) }
        },
        .init(
            .gauge, "grantrail_delivery_oldest_seconds", ["hook"],
            "How long the oldest delivery has waited; 0 when none does."
        ) { $0.status.hooks.map { Sample([$0.hook], seconds: $0.oldestSeconds) } },
        .init(
            .gauge, "grantrail_delivery_dead", ["hook"],
            "Deliveries that were given up and lie there to be replayed."
        ) { $0.status.hooks.map { Sample([$0.hook], $0.dead) } },
        .init(
            .counter, "grantrail_notifications_held_total", ["hook", "reason"],
            "Notifications that were held back for a digest, by the budget that was spent."
        ) { snapshot in
            snapshot.status.hooks.flatMap {
                [
                    Sample([$0.hook, NotificationClass.pages.name], $0.heldPages),
                    Sample([$0.hook, NotificationClass.tickets.name], $0.heldTickets),
                ]
            }
        },
        .init(
            .gauge, "grantrail_hook_breaker_open", ["hook"],
            "1 while nothing but a probe is sent, because too much failed."
        ) { $0.status.hooks.map { Sample([$0.hook], $0.breakerOpen) } },
    ]

    private static let process: [MetricDefinition] = [
        .init(
            .gauge, "process_resident_memory_bytes", "Memory of the process that is resident."
        ) { $0.process.residentBytes.map { [Sample([], Int($0))] } ?? [] },
        .init(
            .counter, "process_cpu_seconds_total", "Time that the process spent on processors."
        ) { $0.process.processorSeconds.map { [Sample([], seconds: $0)] } ?? [] },
        .init(.gauge, "process_start_time_seconds", "When the process was started.") {
            $0.process.startSeconds.map { [Sample([], seconds: $0)] } ?? []
        },
        .init(.gauge, "process_open_fds", "Open file descriptors.") {
            $0.process.openFiles.map { [Sample([], $0)] } ?? []
        },
    ]

    private static func each(
        _ snapshot: MetricsSnapshot, _ sample: (LiveStatus.Source) -> Sample?
    ) -> [Sample] {
        snapshot.status.sources.compactMap(sample)
    }

    /// Nanoseconds UTC as Unix seconds; what is not known has no sample.
    private static func time(_ nanoseconds: Int64?, _ labels: [String] = []) -> Sample? {
        // Whole seconds apart: a float of all nanoseconds of half a century is not exact.
        nanoseconds.map {
            Sample(
                labels, seconds: Double($0 / 1_000_000_000) + Double($0 % 1_000_000_000) / 1e9)
        }
    }
}
