"""Whether the queries of Dashboards/sql, and the panels made of them, return what they declare,
and leave the events of a store alone."""

import re
import sqlite3

from report import some

from dashboards import contract, structure

#: Views that a query may read.
NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
#: What a step of a plan reads from one end to the other.
SCANNED = re.compile(r"\bSCAN (?:TABLE )?(\w+)")


def check_files(report, queries):
    """Headers and texts by themselves."""
    faults = []
    for name, query in queries.items():
        if query.used != set(query.parameters):
            faults.append(f"{name}: params are {sorted(query.used)}")
        if not query.header["title"]:
            faults.append(f"{name}: no title")
        faults += [f"{name}: reads {view}" for view in NAMED.findall(query.text)
                   if view not in contract.VIEWS]
        if not query.text.upper().startswith("SELECT"):
            faults.append(f"{name}: more than a SELECT")
    report.check("files of SQL", not faults and bool(queries), some(faults) or str(len(queries)))


def check_store(report, queries, boards, path):
    """On a store: the views, the queries, and the panels. Returns the id of a grant with alerts."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        _check_views(report, database)
        _check_queries(report, database, queries)
        _check_panels(report, database, boards)
        return _grant(database)
    finally:
        database.close()


def _check_views(report, database):
    faults = []
    for view, columns in contract.VIEWS.items():
        try:
            shown = database.execute(f"SELECT * FROM {view} LIMIT 1")
        except sqlite3.Error as error:
            faults.append(f"{view}: {error}")
            continue
        if [one[0] for one in shown.description] != columns.split():
            faults.append(f"{view} has {[one[0] for one in shown.description]}")
        if not shown.fetchall():
            faults.append(f"{view} is empty")
    report.check("views of the store", not faults, some(faults) or str(len(contract.VIEWS)))


def _scans(database, text, values):
    """Tables of events that a query would read from one end to the other."""
    plan = database.execute("EXPLAIN QUERY PLAN " + text, values).fetchall()
    return [table for step in plan for table in SCANNED.findall(step[3])
            if table in contract.EVENT_TABLES]


def _grant(database):
    """The id of the grant with most alerts."""
    found = database.execute("SELECT grant_id FROM v_alerts WHERE grant_id IS NOT NULL "
                             "GROUP BY grant_id ORDER BY count(*) DESC LIMIT 1").fetchone()
    return found[0] if found else ""


def _values(query, database):
    """The defaults of the parameters, and a grant."""
    values = {name: value if not re.fullmatch(r"\d+", value) else int(value)
              for name, value in query.parameters.items()}
    if "grant" in values:
        values["grant"] = _grant(database)
    return values


def _check_queries(report, database, queries):
    faults = []
    for name, query in queries.items():
        try:
            values = _values(query, database)
            answer = database.execute(query.text, values)
            columns = [one[0] for one in answer.description]
            if columns != query.columns:
                faults.append(f"{name}: columns are {columns}")
            if not answer.fetchall():
                faults.append(f"{name}: no rows")
            faults += [f"{name}: scans {table}" for table in _scans(database, query.text, values)]
        except sqlite3.Error as error:
            faults.append(f"{name}: {error}")
    report.check("queries on the store", not faults and bool(queries),
                 some(faults) or str(len(queries)))


def _check_panels(report, database, boards):
    """As Grafana would ask them, with the variable `grant` filled in."""
    grant = _grant(database)
    faults, count = [], 0
    for board in boards:
        if board.kind == "prometheus":
            continue
        for panel, target in board.queries():
            count += 1
            text = structure.tried(target["rawQueryText"], f"'{grant}'")
            try:
                rows = database.execute(text)
                names = [one[0] for one in rows.description]
                faults += [f"{panel['title']}: no column {column}"
                           for column in _columns(panel, target) if column not in names]
                if not rows.fetchall():
                    faults.append(f"{panel['title']}: no rows")
                faults += [f"{panel['title']}: scans {table}"
                           for table in _scans(database, text, {})]
            except sqlite3.Error as error:
                faults.append(f"{panel['title']}: {error}")
    report.check("panels on the store", not faults and count > 0, some(faults) or str(count))


def _columns(panel, target):
    """Columns that a panel names."""
    overridden = [one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]]
    return target["timeColumns"] + overridden
