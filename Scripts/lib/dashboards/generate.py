"""Writes Dashboards/grafana/*.json from the descriptions beside this file, and the metadata of
Datasette from Dashboards/sql. With --check only compares, and fails when a file is out of date."""

import importlib
import json
import os
import sys

from dashboards import canned, sqlfiles
from dashboards.boards import BOARDS

FOLDER = os.path.join("Dashboards", "grafana")


def texts():
    """What each file has to hold, by path."""
    queries = sqlfiles.read(os.path.join("Dashboards", "sql"))
    for name in BOARDS:
        module = importlib.import_module("dashboards." + name.partition("-")[0])
        text = json.dumps(module.make(queries), indent=2, ensure_ascii=False) + "\n"
        yield os.path.join(FOLDER, name + ".json"), text
    yield os.path.join("Dashboards", "datasette", "metadata.yaml"), canned.make(queries)


def stale():
    """Paths of files that differ from what they have to hold."""
    found = []
    for path, text in texts():
        try:
            with open(path, encoding="utf-8") as source:
                same = source.read() == text
        except FileNotFoundError:
            same = False
        if not same:
            found.append(path)
    return found


def main():
    if sys.argv[1:] == ["--check"]:
        found = stale()
        for path in found:
            print(f"{path} is out of date; run Scripts/generate-dashboards", file=sys.stderr)
        sys.exit(1 if found else 0)
    if sys.argv[1:]:
        sys.exit("usage: Scripts/generate-dashboards [--check]")
    for path, text in texts():
        with open(path, "w", encoding="utf-8") as sink:
            sink.write(text)


if __name__ == "__main__":
    main()
