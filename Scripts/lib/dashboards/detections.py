"""What the rules found, and what could make them wrong."""

from dashboards.boards import board, labels_of, prometheus_variables
from dashboards.contract import SEVERITIES
from dashboards.panels import (
    BLUE, ORANGE, SEVERITY_COLOURS, YELLOW, lines, ranking, stat, steps)

RULE = 'rule=~"$rule"'


def found():
    members = [
        stat(severity.capitalize(), f"Alerts of level {severity}, confirmed in the period.",
             f'sum(increase(grantrail_alerts_total{{{RULE}, severity="{severity}", @}}[$__range]))'
             " or vector(0)",
             "short", decimals=0,
             thresholds=steps((0.5, SEVERITY_COLOURS[severity])))
        for severity in SEVERITIES
    ]
    rules = stat("Rules loaded", "The least of all instances.",
                 "min(grantrail_rules_loaded{@})", "short", decimals=0,
                 thresholds=steps((1, BLUE), base=ORANGE))
    return ("Found", *members, rules)


def over_time():
    told = f"grantrail_alerts_total{{{RULE}, @}}"
    return (
        "Over time",
        lines("Alerts by severity", "Alerts confirmed in each step of the graph.",
              [(f"sum by (severity) (increase({told}[$__rate_interval]))", "{{severity}}")],
              "short", stack=True, bars=True, colours=SEVERITY_COLOURS),
        lines("Busiest rules", "The ten rules with most alerts in each step of the graph.",
              [(f"topk(10, sum by (rule) (increase({told}[$__rate_interval])))", "{{rule}}")],
              "short", stack=True, bars=True),
        ranking("Rules", "Alerts confirmed in the period, by rule and severity. A rule that is far "
                "ahead of all others wants its thresholds looked at.",
                f"sum by (rule, severity) (increase({told}[$__range])) > 0", "short",
                [("rule", "Rule"), ("severity", "Severity"), "Alerts"],
                colours={"Severity": SEVERITY_COLOURS}),
        lines("Provisional and withdrawn", "Alerts that later events may still change, and alerts "
              "that later events took back, in each step of the graph.",
              [("sum(grantrail_alerts_provisional{@})", "provisional now"),
               ("sum(increase(grantrail_alerts_withdrawn_total{@}[$__rate_interval]))",
                "withdrawn")], "short"),
    )


def doubts():
    return (
        "What may make it wrong",
        lines("Late events", "Events that came behind the watermark, of all events. Rules over "
              "windows have passed them: above a few in a thousand `rules.lateness` is too short.",
              [("sum(rate(grantrail_late_events_total{@}[$__rate_interval])) "
                "/ sum(rate(grantrail_events_ingested_total{@}[$__rate_interval]))", "late")],
              "percentunit", width=8, thresholds=steps((0.01, YELLOW))),
        lines("Events that wait", "Events that the watermark has not passed: rules have only "
              "looked ahead at them.",
              [("sum by (instance) (grantrail_events_pending{@})", "{{instance}}")],
              "short", width=8),
        lines("Watermark behind now", "How far final verdicts lie behind the clock.",
              [("time() - min by (instance) (grantrail_watermark_timestamp_seconds{@})",
                "{{instance}}")], "s", width=8),
    )


def make(_queries):
    rule = labels_of("rule", "Rule", "grantrail_alerts_total",
                     'job=~"$job", instance=~"$instance"')
    return board(
        "detections", "Grantrail / Detections",
        "What the rules found, which rules speak most, and what could make them wrong.",
        [found(), over_time(), doubts()], prometheus_variables(rule), since="now-24h")
