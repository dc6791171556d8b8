"""A whole dashboard around its rows of panels."""

from dashboards.panels import PROMETHEUS, WIDTH

BOARDS = ("overview", "detections", "delivery", "pipeline", "triage-sqlite")


def _data_source(kind):
    return {
        "name": "datasource", "label": "Data source", "type": "datasource", "query": kind,
        "current": {}, "hide": 0, "includeAll": False, "multi": False, "options": [],
        "refresh": 1, "regex": "", "skipUrlSync": False,
    }


def labels_of(name, title, metric, matchers=""):
    """A variable with the values that a label has."""
    query = f"label_values({metric}{{{matchers}}}, {name})"
    return _choice(name, title, {
        "datasource": PROMETHEUS, "definition": query,
        "query": {"query": query, "refId": "Variables"}, "type": "query", "refresh": 2, "sort": 1,
    })


def _choice(name, title, more):
    return {
        "name": name, "label": title, "allValue": ".+", "current": {}, "hide": 0,
        "includeAll": True, "multi": True, "options": [], "regex": "", "skipUrlSync": False, **more,
    }


def prometheus_variables(*more):
    job = labels_of("job", "Job", "grantrail_build_info")
    instance = labels_of("instance", "Instance", "grantrail_build_info", 'job=~"$job"')
    return [_data_source("prometheus"), job, instance, *more]


def sqlite_variables(*more):
    return [_data_source("frser-sqlite-datasource"), *more]


def _placed(rows):
    """Panels from left to right and from top to bottom, under the headings of their rows."""
    panels, top = [], 0
    for heading, *members in rows:
        panels.append({
            "type": "row", "title": heading, "collapsed": False, "panels": [],
            "gridPos": {"h": 1, "w": WIDTH, "x": 0, "y": top},
        })
        top, left, tallest = top + 1, 0, 0
        for panel in members:
            place = panel["gridPos"]
            if left + place["w"] > WIDTH:
                top, left, tallest = top + tallest, 0, 0
            place.update(x=left, y=top)
            left, tallest = left + place["w"], max(tallest, place["h"])
            panels.append(panel)
        top += tallest
    return [{"id": number, **panel} for number, panel in enumerate(panels, 1)]


def board(name, title, about, rows, variables, refresh="30s", since="now-6h"):
    """`rows` are a heading and its panels."""
    return {
        "annotations": {"list": []}, "description": about, "editable": False,
        "fiscalYearStartMonth": 0, "graphTooltip": 1, "id": None,
        "links": [{
            "asDropdown": True, "icon": "external link", "includeVars": True, "keepTime": True,
            "tags": ["grantrail"], "targetBlank": False, "title": "Grantrail",
            "tooltip": "The other boards", "type": "dashboards", "url": "",
        }],
        "panels": _placed(rows), "refresh": refresh, "schemaVersion": 39, "tags": ["grantrail"],
        "templating": {"list": variables}, "time": {"from": since, "to": "now"},
        "timepicker": {}, "timezone": "", "title": title, "uid": f"grantrail-{name}",
        "version": 1, "weekStart": "",
    }
