"""Triage on the views of a store: the queries of Dashboards/sql with Grafana's period in them."""

from dashboards.boards import board, sqlite_variables
from dashboards.panels import (
    BLUE, RED, SEVERITY_COLOURS, YELLOW, sql_bars, sql_stat, sql_table, steps)

PERIOD = {"from": "$__from / 1000", "to": "$__to / 1000", "rows": "200", "step": "3600",
          "grant": "${grant:sqlstring}", "now": "$__to / 1000"}
SEVERITY = {"severity": SEVERITY_COLOURS}


def figures(sql):
    return (
        "What waits",
        sql_stat("Open", "Alerts of the period that nobody acknowledged or closed.",
                 sql("open-count"), "short", thresholds=steps((1, YELLOW), base=BLUE)),
        sql_stat("Open and severe", "Those of level high and critical.", sql("open-severe-count"),
                 "short", thresholds=steps((1, RED))),
        sql_bars("Alerts by hour", "When what was found happened, in event time.",
                 sql("alerts-over-time"), "short", width=16, colours=SEVERITY_COLOURS),
    )


def work(sql):
    return (
        "Work",
        sql_table("Open alerts", "The worst first, then the youngest. `grantrail alerts show ID` "
                  "has all of it, `grantrail grant show GRANT` draws the grant.",
                  sql("open-alerts"), height=12, colours=SEVERITY),
        sql_table("Open incidents", "Alerts about one grant or attacker, of which one is open. "
                  "`grantrail incidents show ID` has all of them.", sql("open-incidents"),
                  height=9, colours=SEVERITY),
    )


def parties(sql):
    return (
        "Who and whom",
        sql_table("Attackers", "Addresses that presented what was not theirs.", sql("attackers"),
                  width=12, colours={"worst": SEVERITY_COLOURS}),
        sql_table("Subjects", "People with most alerts.", sql("subjects"), width=12,
                  colours={"worst": SEVERITY_COLOURS}),
        sql_table("Clients", "Alerts by client and severity.", sql("clients"), width=12),
        sql_table("Rules", "Alerts by rule and what became of them. A rule whose alerts are all "
                  "closed is noise or a lesson.", sql("alerts-by-rule"), width=12,
                  colours=SEVERITY),
    )


def grant(sql):
    return (
        "One grant",
        sql_table("Alerts of the grant", "Everything said of the grant that is typed in above, in "
                  "order of event time.", sql("grant-alerts"), colours=SEVERITY),
    )


def delivery(sql):
    return (
        "Delivery",
        sql_table("Hooks", "What each hook took, has before it, and will not get.",
                  sql("deliveries-by-hook"), width=12, units={"oldest_pending_s": "s"}),
        sql_table("Not delivered", "Alerts that wait or were given up, with the last reason.",
                  sql("undelivered"), width=12, colours=SEVERITY),
    )


def trail(sql):
    return (
        "Trail",
        sql_table("Beside events", "What happened to sources, rules and the store.",
                  sql("controls"), width=16),
        sql_table("Sources", "How far each partition was taken in.", sql("sources"), width=8),
    )


def make(queries):
    """`queries` are the texts of Dashboards/sql by name."""

    def sql(name):
        return queries[name].bound(PERIOD)

    grant_id = {"name": "grant", "label": "Grant", "type": "textbox", "query": "", "hide": 0,
                "current": {"text": "", "value": ""}, "options": [], "skipUrlSync": False}
    return board(
        "triage-sqlite", "Grantrail / Triage",
        "Alerts that wait, whom they are about, and what became of them, from the store itself.",
        [figures(sql), work(sql), parties(sql), grant(sql), delivery(sql), trail(sql)],
        sqlite_variables(grant_id), refresh="1m", since="now-7d")
