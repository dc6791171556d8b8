"""The queries of Dashboards/sql as canned queries of Datasette."""

import json

ABOUT = ("A copy of a Grantrail store. Texts hold what clients and attackers sent. Times are unix "
         "seconds; a parameter that is left empty has its default.")


def default(name, value):
    """The parameter as a number, which Datasette hands over as text; empty it has its default."""
    otherwise = "strftime('%s', 'now')" if name == "now" else f"'{value}'"
    return f"CAST(coalesce(nullif(:{name}, ''), {otherwise}) AS INTEGER)"


def bound(query):
    """The text of a query with its defaults; parameters that are texts stay as they are."""
    values = {name: default(name, value) if value.isdigit() else f":{name}"
              for name, value in query.parameters.items()}
    return query.bound(values)


def make(queries):
    """The text of the metadata."""
    lines = ["# Written by Scripts/generate-dashboards from Dashboards/sql.",
             "title: Grantrail", f"description: {json.dumps(ABOUT)}",
             "databases:", "  grantrail:", "    queries:"]
    for name, query in queries.items():
        lines += [f"      {name}:", f"        title: {json.dumps(query.header['title'])}",
                  f"        description: {json.dumps(query.header.get('about', ''))}"]
        if query.parameters:
            lines.append(f"        params: [{', '.join(query.parameters)}]")
        lines.append("        sql: |-")
        lines += ["          " + line for line in bound(query).splitlines()]
    return "\n".join(lines) + "\n"
