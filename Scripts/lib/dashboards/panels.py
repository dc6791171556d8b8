"""The parts of a Grafana dashboard, as few as these boards need.

Boards are lists of rows, rows are lists of panels; places follow from widths and heights, so that
no two panels overlap. In an expression `@` stands for the matchers of the board's variables.
"""

GREEN, YELLOW, ORANGE, RED, BLUE = "green", "yellow", "orange", "red", "blue"
SEVERITY_COLOURS = {
    "critical": "dark-red", "high": "red", "medium": "orange", "low": "yellow", "info": "blue",
}
SCOPE = 'job=~"$job", instance=~"$instance"'
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
SQLITE = {"type": "frser-sqlite-datasource", "uid": "${datasource}"}
WIDTH = 24


def steps(*limits, base=GREEN):
    """Thresholds: a base colour, then (value, colour) pairs going up."""
    whole = [{"color": base, "value": None}]
    whole += [{"color": colour, "value": value} for value, colour in limits]
    return {"mode": "absolute", "steps": whole}


def words(**values):
    """Shows 0 and 1 as words: words(no=("Down", RED), yes=("Up", GREEN))."""
    options = {}
    for index, (key, number) in enumerate((("no", "0"), ("yes", "1"))):
        text, colour = values[key]
        options[number] = {"color": colour, "index": index, "text": text}
    return [{"type": "value", "options": options}]


def _target(expression, legend, number, **more):
    return {
        "datasource": PROMETHEUS, "editorMode": "code", "expr": expression.replace("@", SCOPE),
        "legendFormat": legend or "__auto", "refId": chr(ord("A") + number), **more,
    }


def _panel(kind, title, about, width, height, defaults, options, targets, source=PROMETHEUS):
    return {
        "type": kind, "title": title, "description": about, "datasource": source,
        "gridPos": {"h": height, "w": width, "x": 0, "y": 0},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options, "targets": targets,
    }


def stat(title, about, expression, unit, width=4, legend="", thresholds=None, mappings=None,
         decimals=None, text="auto", graph="none"):
    """One figure, asked once for the whole period."""
    defaults = {
        "color": {"mode": "thresholds"}, "unit": unit, "thresholds": thresholds or steps(),
        "mappings": mappings or [],
    }
    if decimals is not None:
        defaults["decimals"] = decimals
    options = {
        "colorMode": "value", "graphMode": graph, "justifyMode": "auto", "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": text,
    }
    targets = [_target(expression, legend, 0, instant=True, range=False)]
    return _panel("stat", title, about, width, 4, defaults, options, targets)


def lines(title, about, queries, unit, width=12, stack=False, bars=False, colours=None,
          thresholds=None, height=8):
    """Values over time. `queries` are (expression, legend) pairs; `colours` go by series name."""
    custom = {
        "drawStyle": "bars" if bars else "line", "lineWidth": 1, "showPoints": "never",
        "fillOpacity": 60 if bars else (20 if stack else 8), "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stack else "none"},
    }
    if thresholds:
        custom["thresholdsStyle"] = {"mode": "dashed"}
    defaults = {
        "color": {"mode": "palette-classic"}, "custom": custom, "min": 0, "unit": unit,
        "thresholds": thresholds or steps(), "mappings": [],
    }
    options = {
        "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom",
                   "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    targets = [_target(expression, legend, number)
               for number, (expression, legend) in enumerate(queries)]
    panel = _panel("timeseries", title, about, width, height, defaults, options, targets)
    panel["fieldConfig"]["overrides"] = colour_overrides(colours)
    return panel


def colour_overrides(colours):
    return [
        {"matcher": {"id": "byName", "options": name},
         "properties": [{"id": "color", "value": {"fixedColor": colour, "mode": "fixed"}}]}
        for name, colour in (colours or {}).items()
    ]


def states(title, about, expression, legend, mappings, width=12, height=8):
    """Bands over time that change colour with a value of 0 or 1."""
    defaults = {
        "color": {"mode": "thresholds"}, "custom": {"fillOpacity": 70, "lineWidth": 0},
        "unit": "none", "thresholds": steps(), "mappings": mappings,
    }
    options = {
        "alignValue": "left", "mergeValues": True, "rowHeight": 0.9, "showValue": "auto",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    targets = [_target(expression, legend, 0)]
    return _panel("state-timeline", title, about, width, height, defaults, options, targets)


def heatmap(title, about, expression, unit, width=12, height=8):
    """A histogram over time; `unit` is that of its bounds."""
    options = {
        "calculate": False, "cellGap": 1, "color": {"mode": "scheme", "scheme": "Oranges",
                                                    "steps": 32},
        "yAxis": {"axisPlacement": "left", "unit": unit}, "legend": {"show": False},
        "tooltip": {"mode": "single", "yHistogram": False}, "showValue": "never",
        "filterValues": {"le": 1e-9}, "rowsFrame": {"layout": "auto"},
    }
    defaults = {"custom": {"scaleDistribution": {"type": "linear"}}, "unit": unit}
    targets = [_target(expression, "{{le}}", 0, format="heatmap")]
    return _panel("heatmap", title, about, width, height, defaults, options, targets)


def ranking(title, about, expression, unit, names, width=12, height=8, colours=None):
    """A table of label values and one figure, the greatest first. `names` are
    (label, column title) pairs; the figure is called by the last of them."""
    labels, figure = names[:-1], names[-1]
    defaults = {
        "color": {"mode": "thresholds"}, "unit": unit, "decimals": 0, "thresholds": steps(),
        "custom": {"align": "auto", "cellOptions": {"type": "auto"}}, "mappings": [],
    }
    options = {"cellHeight": "sm", "showHeader": True,
               "sortBy": [{"desc": True, "displayName": figure}]}
    targets = [_target(expression, "", 0, instant=True, range=False, format="table")]
    panel = _panel("table", title, about, width, height, defaults, options, targets)
    panel["transformations"] = [{"id": "organize", "options": {
        "excludeByName": {"Time": True},
        "indexByName": {label: number for number, (label, _) in enumerate(labels)},
        "renameByName": dict(labels) | {"Value": figure},
    }}]
    panel["fieldConfig"]["overrides"] = _cell_colours(colours)
    return panel


def _cell_colours(colours):
    """Colours the words of a column: {"Severity": {"high": "red"}}."""
    overrides = []
    for column, values in (colours or {}).items():
        options = {value: {"color": colour, "index": index, "text": value}
                   for index, (value, colour) in enumerate(values.items())}
        overrides.append({"matcher": {"id": "byName", "options": column}, "properties": [
            {"id": "mappings", "value": [{"type": "value", "options": options}]},
            {"id": "custom.cellOptions", "value": {"type": "color-text"}},
        ]})
    return overrides


def _query(sql, kind, times):
    return {
        "datasource": SQLITE, "rawQueryText": sql, "queryText": sql, "queryType": kind,
        "timeColumns": times, "refId": "A",
    }


def sql_table(title, about, sql, width=24, height=9, colours=None, units=None):
    """The rows of a query. `units` go by column."""
    defaults = {
        "color": {"mode": "thresholds"}, "unit": "none", "thresholds": steps(), "mappings": [],
        "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True},
    }
    options = {"cellHeight": "sm", "showHeader": True}
    panel = _panel("table", title, about, width, height, defaults, options,
                   [_query(sql, "table", [])], SQLITE)
    panel["fieldConfig"]["overrides"] = _cell_colours(colours) + [
        {"matcher": {"id": "byName", "options": column},
         "properties": [{"id": "unit", "value": unit}]}
        for column, unit in (units or {}).items()
    ]
    return panel


def sql_bars(title, about, sql, unit, width=24, height=8, colours=None):
    """A query with a column `time` in unix seconds and one column a series."""
    panel = lines(title, about, [], unit, width, stack=True, bars=True, colours=colours,
                  height=height)
    panel.update(datasource=SQLITE, targets=[_query(sql, "time series", ["time"])])
    return panel


def sql_stat(title, about, sql, unit, width=4, thresholds=None):
    """The one figure that a query returns."""
    panel = stat(title, about, "", unit, width, thresholds=thresholds)
    panel.update(datasource=SQLITE, targets=[_query(sql, "table", [])])
    return panel
