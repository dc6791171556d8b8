"""The shape of a dashboard's JSON: what Grafana needs to load it from a file, and what its linter
asks for, said here in our own words."""

import json
import re

VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
#: Grafana's own, with the value that stands for each where an expression is tried.
BUILT_IN = {
    "__rate_interval": "15s", "__interval": "15s", "__range": "1m", "__from": "0",
    "__to": "9999999999000",
}
#: The units that the boards use, all of them Grafana's names.
UNITS = {"none", "short", "s", "bytes", "percentunit", "cps"}
VISIBLE = {"stat", "timeseries", "state-timeline", "heatmap", "table"}


class Board:
    """A dashboard as it stands in a file."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as source:
            self.text = source.read()
        self.path = path
        self.json = json.loads(self.text)
        self.variables = {one["name"]: one for one in self.json["templating"]["list"]}
        self.panels = [one for one in self.json["panels"] if one["type"] != "row"]
        self.kind = self.variables.get("datasource", {}).get("query")

    def queries(self):
        """(panel, target) pairs."""
        for panel in self.panels:
            for target in panel["targets"]:
                yield panel, target


def faults(board):
    """Everything that is wrong with one board, one line each."""
    return [*_whole(board), *_variables(board), *_places(board), *_references(board)] + [
        f"panel {panel.get('title')!r}: {fault}"
        for panel in board.panels for fault in _panel(board, panel)]


def _whole(board):
    whole = board.json
    if "${DS_" in board.text or "__inputs" in whole:
        yield "inputs are not resolved where a board is loaded from a file"
    if whole["id"] is not None:
        yield "id must be null"
    if not re.fullmatch(r"grantrail-[a-z-]{1,30}", whole.get("uid") or ""):
        yield "uid must be fixed: grantrail-…"
    if whole["editable"] is not False:
        yield "editable must be false"
    for key in ("title", "description"):
        if not whole.get(key):
            yield f"{key} is missing"
    identifiers = [panel["id"] for panel in whole["panels"]]
    if len(set(identifiers)) != len(identifiers):
        yield "panel ids repeat"
    titles = [panel["title"] for panel in board.panels]
    for title in {one for one in titles if titles.count(one) > 1}:
        yield f"two panels are called {title!r}"


def _variables(board):
    source = board.variables.get("datasource")
    if not source or source["type"] != "datasource" or source["label"] != "Data source":
        yield "there is no variable `datasource`, labelled Data source"
    if board.kind != "prometheus":
        return
    for name in ("job", "instance"):
        one = board.variables.get(name)
        if not one:
            yield f"there is no variable `{name}`"
        elif one["label"] != name.capitalize() or not one["multi"] or one["allValue"] != ".+":
            yield f"the variable `{name}` must be labelled, multiple, and .+ for all"
    for one in board.variables.values():
        if one["type"] == "query" and one["datasource"]["uid"] != "${datasource}":
            yield f"the variable `{one['name']}` asks another data source"


def _places(board):
    taken = {}
    for panel in board.json["panels"]:
        place = panel["gridPos"]
        if place["x"] < 0 or place["w"] < 1 or place["h"] < 1 or place["x"] + place["w"] > 24:
            yield f"{panel['title']!r} stands outside the grid"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other is not panel["title"]:
                    yield f"{panel['title']!r} covers {other!r}"
                    return


def _references(board):
    """Every variable that is named exists, and every one that exists is used."""
    named = {first or second for first, second in VARIABLE.findall(board.text)}
    for name in sorted(named - set(board.variables) - set(BUILT_IN)):
        # `$1` belongs to label_replace.
        if not name.isdigit():
            yield f"${name} is no variable of this board"
    for name in sorted(set(board.variables) - named):
        yield f"the variable `{name}` is not used"


def _panel(board, panel):
    if panel["type"] not in VISIBLE:
        yield f"unknown type {panel['type']!r}"
    for key in ("title", "description"):
        if not panel.get(key):
            yield f"{key} is missing"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield "unit is missing or unknown"
    if panel["datasource"]["uid"] != "${datasource}":
        yield "the data source is not ${datasource}"
    if not panel["targets"]:
        yield "nothing is asked"
    names = [target["refId"] for target in panel["targets"]]
    if len(set(names)) != len(names):
        yield "refIds repeat"
    for target in panel["targets"]:
        yield from _target(board, target)


def _target(board, target):
    if target["datasource"]["uid"] != "${datasource}":
        yield "a query asks another data source"
    if board.kind != "prometheus":
        return
    expression = target["expr"]
    for window in re.findall(r"\b(?:rate|irate)\([^\[]*\[([^\]]*)\]", expression):
        if window != "$__rate_interval":
            yield f"a rate over {window} in place of $__rate_interval"
    for window in re.findall(r"\bincrease\([^\[]*\[([^\]]*)\]", expression):
        if window not in ("$__rate_interval", "$__range"):
            yield f"an increase over {window}"
        if window == "$__range" and not target.get("instant"):
            yield "an increase over the period must be asked once"
    for selector in re.findall(r"\{([^}]*)\}", expression):
        for matcher in ('job=~"$job"', 'instance=~"$instance"'):
            if matcher not in selector:
                yield f"{{{selector}}} lacks {matcher}"


def tried(expression, variables=".+"):
    """An expression as Grafana would send it, for a short period and every value."""

    def value(found):
        name = found[1] or found[2]
        return found[0] if name.isdigit() else BUILT_IN.get(name, variables)

    return VARIABLE.sub(value, expression)
