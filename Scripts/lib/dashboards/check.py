"""Checks everything in Dashboards/: shape, names, rules, queries, and that each of them returns
something when a real Prometheus watches a real service, and when SQL meets a real store, by itself
and through Datasette."""

import argparse
import os
import re
import subprocess

import processes
import yaml
from report import Report, say, some

from dashboards import contract, demo, generate, promql, served, sqlcheck, sqlfiles, structure
from dashboards.boards import BOARDS

ROOT = "Dashboards"
GRAFANA = os.path.join(ROOT, "grafana")
RULES = [os.path.join(ROOT, "prometheus", name) for name in ("recording.yml", "alerts.yml")]
RUNBOOK = os.path.join("docs", "deploy", "ALERTS.md")
OPERATIONS = os.path.join("docs", "OPERATIONS.md")
SECONDS = 40

#: Alerts that the demo must raise: a hook that takes nothing, records that nobody can read, thefts.
RAISED = ["GrantrailHookDead", "GrantrailHookBreakerOpen", "GrantrailRejectsHigh",
          "GrantrailSevereAlerts"]


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/check-dashboards", description=__doc__)
    parser.add_argument("--offline", action="store_true", help="only what needs no service")
    parser.add_argument("--store", help="with --offline: a store that queries are tried on")
    parser.add_argument("--binary", help="instead of a release build")
    parser.add_argument("--keep", action="store_true", help="keep the work directory")
    return parser.parse_args()


def told(report, name, faults, count):
    """One line for many small checks."""
    faults = list(faults)
    return report.check(name, not faults and count > 0, some(faults, 5) if faults else str(count))


def tool(report, name, command, **options):
    """A program that must succeed."""
    done = subprocess.run(command, capture_output=True, **options)
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    report.check(name, done.returncode == 0, "" if done.returncode == 0 else said[-1500:])


def expressions(boards):
    """(where, expression) of every panel that asks Prometheus."""
    for board in boards:
        if board.kind == "prometheus":
            for panel, target in board.queries():
                yield f"{board.json['title']}: {panel['title']}", target["expr"]


def check_boards(report):
    told(report, "files are what their descriptions make", generate.stale(), len(BOARDS) + 1)
    names = sorted(name for name in os.listdir(GRAFANA) if name.endswith(".json"))
    boards = [structure.Board(os.path.join(GRAFANA, name)) for name in names]
    for board in boards:
        told(report, f"shape of {os.path.basename(board.path)}", structure.faults(board),
             len(board.panels))
    identifiers = [board.json["uid"] for board in boards]
    report.check("boards have uids of their own", len(set(identifiers)) == len(boards))
    return boards


def check_expressions(report, boards):
    recorded = {rule["record"] for path in RULES for rule in promql.rules(path) if "record" in rule}
    panels = [(where, structure.tried(expression)) for where, expression in expressions(boards)]
    ruled = [(rule.get("alert") or rule["record"], rule["expr"])
             for path in RULES for rule in promql.rules(path)]
    faults = [f"{where}: {fault}" for where, expression in panels
              for fault in promql.faults(expression)]
    told(report, "expressions of boards", faults, len(panels))
    faults = [f"{where}: {fault}" for where, expression in ruled
              for fault in promql.faults(expression, recorded)]
    told(report, "expressions of rules", faults, len(ruled))
    used = {contract.family(one.name) for _, expression in panels + ruled
            for one in promql.asked(expression)}
    families = {contract.family(name) for name in contract.SERIES}
    told(report, "every metric is shown", sorted(families - used), len(families))


def check_variables(report, boards):
    """`label_values(metric{…}, label)` names a metric that has the label."""
    faults, count = [], 0
    for board in boards:
        for name, variable in board.variables.items():
            if variable["type"] != "query":
                continue
            count += 1
            asked = re.fullmatch(r"label_values\((\w+)\{(.*)\}, (\w+)\)", variable["definition"])
            labels = contract.SERIES.get(asked[1], ("", set()))[1] if asked else set()
            if not asked or asked[3] not in labels | contract.TARGET_LABELS:
                faults.append(f"{board.json['title']}: {name}: {variable['definition']}")
    told(report, "variables of boards", faults, count)


def check_rules(report):
    alerts = [rule for rule in promql.rules(RULES[1]) if "alert" in rule]
    with open(RUNBOOK, encoding="utf-8") as source:
        headings = set(re.findall(r"^## (\w+)$", source.read(), re.MULTILINE))
    with open(os.path.join(ROOT, "prometheus", "tests", "alerts.yml"), encoding="utf-8") as source:
        tests = source.read()
    faults = []
    for rule in alerts:
        name, notes = rule["alert"], rule.get("annotations", {})
        if rule["labels"].get("severity") not in ("page", "ticket"):
            faults.append(f"{name}: severity")
        if not notes.get("summary") or not notes.get("description"):
            faults.append(f"{name}: summary or description is missing")
        if notes.get("runbook") != f"{RUNBOOK}#{name.lower()}" or name not in headings:
            faults.append(f"{name}: no part of {RUNBOOK} is about it")
        if name not in tests:
            faults.append(f"{name}: no test raises it")
    faults += [f"{RUNBOOK}: no alert is called {name}"
               for name in headings - {rule["alert"] for rule in alerts}]
    told(report, "alerts are explained and tested", faults, len(alerts))
    tool(report, "promtool check rules", ["promtool", "check", "rules", *RULES])
    tests = os.path.join(ROOT, "prometheus", "tests")
    for name in sorted(os.listdir(tests)):
        tool(report, f"promtool test rules {name}", ["promtool", "test", "rules", name], cwd=tests)
    tool(report, "promtool check config", ["promtool", "check", "config", "--syntax-only",
                                           os.path.join("docs", "deploy", "prometheus-scrape.yml")])
    tool(report, "amtool check-config",
         ["amtool", "check-config", os.path.join(ROOT, "alertmanager", "example.yml")])
    for kind in ("datasources", "dashboards"):
        with open(os.path.join(GRAFANA, "provisioning", kind, "grantrail.yaml")) as source:
            read = yaml.safe_load(source)
        report.check(f"provisioning of {kind}", read["apiVersion"] == 1)


def check_documented(report):
    """docs/OPERATIONS.md names the metrics of the contract, with their labels."""
    with open(OPERATIONS, encoding="utf-8") as source:
        rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", source.read(), re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", labels)) for name, _, labels in rows
                  if name.startswith(("grantrail_", "process_"))}
    known = {contract.family(name): labels - {"le"} for name, (_, labels) in
             contract.SERIES.items()}
    faults = sorted(name for name in known.keys() | documented.keys()
                    if known.get(name) != documented.get(name))
    told(report, f"metrics of {OPERATIONS}", faults, len(documented))


def check_page(report, text):
    """The page of a service names what the contract names, and nothing else."""
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    expected = {contract.family(name): kind for name, (kind, _) in contract.SERIES.items()
                if contract.family(name) == name}
    expected |= {contract.family(name): "histogram" for name in contract.SERIES
                 if contract.family(name) != name}
    faults = [f"{name} is missing" for name in sorted(set(expected) - set(types))]
    faults += [f"{name} is not in the contract" for name in sorted(set(types) - set(expected))]
    faults += [f"{name} is a {types[name]}" for name, kind in sorted(expected.items())
               if types.get(name, kind) != kind]
    told(report, "metrics of the page", faults, len(types))
    tool(report, "promtool check metrics", ["promtool", "check", "metrics"], input=text.encode())


def check_answers(report, boards, prometheus):
    """Every expression returns something; so does every series that a rule looks at."""
    panels = [(where, structure.tried(expression)) for where, expression in expressions(boards)]
    told(report, "every panel shows something",
         [where for where, expression in panels if not prometheus.query(expression)], len(panels))
    rules = [rule for path in RULES for rule in promql.rules(path)]
    recorded = [rule["record"] for rule in rules if "record" in rule]
    told(report, "every recording rule gives series", [one for one in recorded if not prometheus.query(one)],
         len(recorded))
    asked = {str(one) for rule in rules for one in promql.asked(rule["expr"])}
    told(report, "every series that a rule looks at is there",
         [one for one in sorted(asked) if not prometheus.query(one)], len(asked))
    raised = {rule["alert"]: rule["expr"] for rule in rules if rule.get("alert") in RAISED}
    told(report, "alerts about faults that were made",
         [name for name in RAISED if not prometheus.query(raised[name])], len(raised))


def check_live(report, options, boards, queries):
    work = processes.work_directory(options.keep)
    subject = demo.Demo(options.binary, work)
    if not processes.wait_until(subject.is_up, 60):
        report.check("the service answers", False, subject.service.errors())
        return
    prometheus = demo.Prometheus(work, subject.address, [os.path.abspath(path) for path in RULES])
    if not processes.wait_until(prometheus.watches, 60, pause=0.5):
        report.check("Prometheus watches the service", False)
        return
    say(f"Prometheus watches for {SECONDS} s")
    subject.run(SECONDS)
    check_page(report, subject.page())
    check_answers(report, boards, prometheus)
    check_store(report, queries, boards, subject.copy(), work)


def check_store(report, queries, boards, store, work):
    """What asks a store, on a copy of one."""
    grant = sqlcheck.check_store(report, queries, boards, store)
    served.check(report, work, store, queries, grant)


def main():
    options = arguments()
    report = Report()
    boards = check_boards(report)
    check_expressions(report, boards)
    check_variables(report, boards)
    check_documented(report)
    check_rules(report)
    queries = sqlfiles.read(os.path.join(ROOT, "sql"))
    sqlcheck.check_files(report, queries)
    if not options.offline:
        check_live(report, options, boards, queries)
    elif options.store:
        work = processes.work_directory(options.keep)
        check_store(report, queries, boards, options.store, work)
    report.exit()


if __name__ == "__main__":
    main()
