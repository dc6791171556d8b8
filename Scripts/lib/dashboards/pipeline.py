"""From the sources to the disk."""

from dashboards.boards import board, labels_of, prometheus_variables
from dashboards.panels import GREEN, RED, YELLOW, heatmap, lines, states, steps, words

SOURCE = 'source=~"$source"'


def sources():
    return (
        "Sources",
        states("Readiness", "Whether the source is reached and read.",
               f"min by (source) (grantrail_source_ready{{{SOURCE}, @}})", "{{source}}",
               words(no=("not ready", RED), yes=("ready", GREEN))),
        lines("Records by source", "Records read a second, usable or not.",
              [(f"sum by (source) (rate(grantrail_records_total{{{SOURCE}, @}}"
                "[$__rate_interval]))", "{{source}}")], "cps", stack=True),
        lines("Kafka lag by partition", "Records that wait in the topic.",
              [(f"max by (source, partition) (grantrail_kafka_consumer_lag{{{SOURCE}, @}})",
                "{{source}} {{partition}}")], "short"),
        lines("Age of the youngest event", "How far the youngest event lies behind now, in its "
              "own time.",
              [("time() - max by (source) "
                f"(grantrail_last_event_timestamp_seconds{{{SOURCE}, @}})", "{{source}}")], "s"),
    )


def records():
    return (
        "What becomes of records",
        lines("Events by source", "Events that records gave, in a second; those seen before too.",
              [(f"sum by (source) (rate(grantrail_events_ingested_total{{{SOURCE}, @}}"
                "[$__rate_interval]))", "{{source}}")], "cps", width=8, stack=True),
        lines("Rejected by reason", "Records a second that gave no event. They are kept, redacted: "
              "`grantrail store quarantine`.",
              [("sum by (reason) (rate(grantrail_events_rejected_total{@}[$__rate_interval]))",
                "{{reason}}")], "cps", width=8, stack=True),
        lines("Seen before and late", "Events a second that the store had already, and events "
              "behind the watermark.",
              [("sum(rate(grantrail_events_duplicate_total{@}[$__rate_interval]))",
                "seen before"),
               ("sum(rate(grantrail_late_events_total{@}[$__rate_interval]))", "late")],
              "cps", width=8),
    )


def commits():
    share = "sum by (le) (rate(grantrail_commit_seconds_bucket{@}[$__rate_interval]))"
    return (
        "Commits",
        lines("Commit time", "How long a commit takes: the middle one, the slowest of a hundred, "
              "and the mean.",
              [(f"histogram_quantile(0.5, {share})", "half"),
               (f"histogram_quantile(0.99, {share})", "99 %"),
               ("sum(rate(grantrail_commit_seconds_sum{@}[$__rate_interval])) "
                "/ sum(rate(grantrail_commit_seconds_count{@}[$__rate_interval]))", "mean")],
              "s", width=8, thresholds=steps((1, RED))),
        heatmap("Commit times", "How many commits took how long.", share, "s", width=8),
        lines("Commits", "Commits a second.",
              [("sum by (instance) (rate(grantrail_commits_total{@}[$__rate_interval]))",
                "{{instance}}")], "cps", width=8),
    )


def memory_of_rules():
    return (
        "Rules",
        lines("Watermark behind now", "How far final verdicts lie behind the clock.",
              [("time() - min by (instance) (grantrail_watermark_timestamp_seconds{@})",
                "{{instance}}")], "s", width=8),
        lines("Events that wait", "Events that the watermark has not passed.",
              [("sum by (instance) (grantrail_events_pending{@})", "{{instance}}")],
              "short", width=8),
        lines("Age of the snapshot", "What a restart must learn anew; `store.snapshot_every` "
              "bounds it.",
              [("time() - min by (instance) (grantrail_snapshot_timestamp_seconds{@})",
                "{{instance}}")], "s", width=8, thresholds=steps((1800, YELLOW))),
    )


def store():
    return (
        "Store and process",
        lines("Events stored", "Events in the store, of any process that wrote to it.",
              [("max by (instance) (grantrail_store_events{@})", "{{instance}}")],
              "short", width=8),
        lines("Bytes", "Size of the store and free space where it lies.",
              [("max by (instance) (grantrail_store_bytes{@})", "{{instance}} store"),
               ("min by (instance) (grantrail_store_free_bytes{@})", "{{instance}} free")],
              "bytes", width=8),
        lines("Bytes an event", "Size of the store by events in it.",
              [("max by (instance) (grantrail_store_bytes{@}) "
                "/ max by (instance) (grantrail_store_events{@} > 0)", "{{instance}}")],
              "bytes", width=8),
        lines("Memory", "Resident memory.",
              [("max by (instance) (process_resident_memory_bytes{@})", "{{instance}}")],
              "bytes", width=8),
        lines("Processor", "Processors in use: 1 is one whole core.",
              [("sum by (instance) (rate(process_cpu_seconds_total{@}[$__rate_interval]))",
                "{{instance}}")], "short", width=8),
        lines("Open files", "Open file descriptors.",
              [("max by (instance) (process_open_fds{@})", "{{instance}}")], "short", width=8),
        lines("Series left off", "Sources or partitions beyond the thousand that the page of "
              "metrics shows: above 0 these boards miss something.",
              [("max by (instance) (grantrail_series_omitted{@})", "{{instance}}")],
              "short", width=24, height=5, thresholds=steps((1, YELLOW))),
    )


def make(_queries):
    source = labels_of("source", "Source", "grantrail_records_total",
                       'job=~"$job", instance=~"$instance"')
    return board(
        "pipeline", "Grantrail / Pipeline",
        "From the sources through the rules to the disk: what flows, what waits, what is refused.",
        [sources(), records(), commits(), memory_of_rules(), store()],
        prometheus_variables(source))
