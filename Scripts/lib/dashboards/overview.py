"""Is it well, is anything burning, does anybody hear of it."""

from dashboards.boards import board, prometheus_variables
from dashboards.panels import (
    GREEN, ORANGE, RED, SEVERITY_COLOURS, YELLOW, lines, stat, steps, words)


def state():
    return (
        "State",
        stat("Ready", "Whether every instance reads, stores and judges now. It is not ready while "
             "the rules learn from the store or a source is not reached.",
             "min(grantrail_ready{@})", "none",
             mappings=words(no=("Not ready", RED), yes=("Ready", GREEN))),
        stat("Up for", "Time since the youngest instance was started.",
             "time() - max(process_start_time_seconds{@})", "s", decimals=0),
        stat("Severe alerts", "Alerts of level high and critical, confirmed in the period.",
             'sum(increase(grantrail_alerts_total{severity=~"high|critical", @}[$__range]))',
             "short", thresholds=steps((1, RED)), decimals=0),
        stat("Events", "Events a second.",
             "sum(rate(grantrail_events_ingested_total{@}[$__rate_interval]))", "cps",
             thresholds=steps((0.001, GREEN), base=ORANGE)),
        stat("Waiting deliveries", "Alerts that some hook has not taken yet.",
             "sum(grantrail_delivery_queue{@})", "short", decimals=0,
             thresholds=steps((100, YELLOW), (1000, RED))),
        stat("Dead deliveries", "Alerts that some hook will not get unless somebody replays them: "
             "`grantrail hooks dead`.",
             "sum(grantrail_delivery_dead{@})", "short", decimals=0, thresholds=steps((1, RED))),
    )


def alerts():
    return (
        "Alerts",
        lines("Alerts by severity", "Alerts confirmed in each step of the graph.",
              [("sum by (severity) (increase(grantrail_alerts_total{@}[$__rate_interval]))",
                "{{severity}}")],
              "short", stack=True, bars=True, colours=SEVERITY_COLOURS),
        lines("Attempts to deliver", "Attempts at all hooks, by what became of them. Retried ones "
              "come again; dead ones do not.",
              [("sum by (result) (rate(grantrail_delivery_attempts_total{@}[$__rate_interval]))",
                "{{result}}")],
              "cps", colours={"delivered": GREEN, "retried": ORANGE, "dead": RED}),
    )


def intake():
    return (
        "Intake",
        lines("Events by source", "Events that records gave, in a second.",
              [("sum by (source) (rate(grantrail_events_ingested_total{@}[$__rate_interval]))",
                "{{source}}")],
              "cps", stack=True),
        lines("Age of the youngest event", "How far the youngest event of each source lies behind "
              "now, in its own time. It grows while a source is silent.",
              [("time() - max by (source) (grantrail_last_event_timestamp_seconds{@})",
                "{{source}}")], "s"),
        lines("Share of rejected records", "Records that gave no event, of all records.",
              [("sum(rate(grantrail_events_rejected_total{@}[$__rate_interval])) "
                "/ sum(rate(grantrail_records_total{@}[$__rate_interval]))", "rejected")],
              "percentunit", thresholds=steps((0.01, RED))),
        lines("Kafka lag", "Records that wait in the topics, over all partitions.",
              [("sum by (source) (grantrail_kafka_consumer_lag{@})", "{{source}}")], "short"),
    )


def resources():
    return (
        "Resources",
        lines("Store", "Size of the store and free space where it lies.",
              [("sum by (instance) (grantrail_store_bytes{@})", "{{instance}} store"),
               ("min by (instance) (grantrail_store_free_bytes{@})", "{{instance}} free")],
              "bytes", width=8),
        lines("Memory", "Resident memory.",
              [("max by (instance) (process_resident_memory_bytes{@})", "{{instance}}")],
              "bytes", width=8),
        lines("Processor", "Processors in use: 1 is one whole core.",
              [("sum by (instance) (rate(process_cpu_seconds_total{@}[$__rate_interval]))",
                "{{instance}}")], "short", width=8),
    )


def versions():
    return (
        "Versions",
        stat("Version", "What runs, one figure an instance.",
             "max by (version, instance) (grantrail_build_info{@})", "none", width=24,
             legend="{{instance}} {{version}}", text="name"),
    )


def make(_queries):
    return board(
        "overview", "Grantrail / Overview",
        "Whether Grantrail is well, what it found, and whether anybody was told.",
        [state(), alerts(), intake(), resources(), versions()], prometheus_variables())
