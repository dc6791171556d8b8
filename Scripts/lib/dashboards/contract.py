"""What `/metrics` and the views of a store promise. Dashboards, rules and queries may use
nothing else, and everything that is promised must be used somewhere."""

#: name without prefix: (type, labels)
_OWN = {
    "build_info": ("gauge", "version"),
    "ready": ("gauge", ""),
    "source_ready": ("gauge", "source"),
    "events_ingested_total": ("counter", "source"),
    "records_total": ("counter", "source"),
    "events_rejected_total": ("counter", "reason"),
    "events_duplicate_total": ("counter", ""),
    "late_events_total": ("counter", ""),
    "kafka_consumer_lag": ("gauge", "source partition"),
    "last_event_timestamp_seconds": ("gauge", "source"),
    "watermark_timestamp_seconds": ("gauge", ""),
    "events_pending": ("gauge", ""),
    "store_events": ("gauge", ""),
    "store_bytes": ("gauge", ""),
    "store_free_bytes": ("gauge", ""),
    "commits_total": ("counter", ""),
    "commit_seconds": ("histogram", ""),
    "rules_loaded": ("gauge", ""),
    "alerts_total": ("counter", "rule severity"),
    "alerts_provisional": ("gauge", ""),
    "alerts_withdrawn_total": ("counter", ""),
    "snapshot_timestamp_seconds": ("gauge", ""),
    "delivery_attempts_total": ("counter", "hook result"),
    "delivery_queue": ("gauge", "hook"),
    "delivery_oldest_seconds": ("gauge", "hook"),
    "delivery_dead": ("gauge", "hook"),
    "notifications_held_total": ("counter", "hook reason"),
    "notifications_silenced_total": ("counter", ""),
    "silences": ("gauge", ""),
    "hook_breaker_open": ("gauge", "hook"),
    "series_omitted": ("gauge", ""),
}

#: The names that every Prometheus client library gives a process.
_PROCESS = {
    "process_resident_memory_bytes": ("gauge", ""),
    "process_cpu_seconds_total": ("counter", ""),
    "process_start_time_seconds": ("gauge", ""),
    "process_open_fds": ("gauge", ""),
}


def _series():
    """Every name a query may use, with its type and labels."""
    families = {f"grantrail_{name}": family for name, family in _OWN.items()} | _PROCESS
    series = {}
    for name, (kind, labels) in families.items():
        labels = set(labels.split())
        if kind == "histogram":
            series[name + "_bucket"] = ("counter", labels | {"le"})
            series[name + "_sum"] = ("counter", labels)
            series[name + "_count"] = ("counter", labels)
        else:
            series[name] = (kind, labels)
    return series


SERIES = _series()
#: What Prometheus puts on every series, and its own metric of a target.
TARGET_LABELS = {"job", "instance"}
SCRAPE = {"up": ("gauge", set())}

SEVERITIES = ["critical", "high", "medium", "low", "info"]

VIEWS = {
    "v_alerts": "id rule title severity severity_level state revision time_s time client subject "
                "grant_id attacker_ip message status incident",
    "v_incidents": "id former title severity severity_level status alerts first_seen_s first_seen "
                   "last_seen_s last_seen client subject attacker_ip",
    "v_deliveries": "hook sequence alert revision status attempts created_s created due_s "
                    "last_status reason",
    "v_controls": "seq time_s time kind position body",
    "v_sources": "source partition offset",
}

#: Tables whose rows are as many as the events, or as their texts.
EVENT_TABLES = ["segment", "journal", "dict", "run"]


def family(name):
    """The metric that a series belongs to."""
    for suffix in ("_bucket", "_sum", "_count"):
        if name.endswith(suffix) and name in SERIES and name not in _PROCESS:
            return name.removesuffix(suffix)
    return name
