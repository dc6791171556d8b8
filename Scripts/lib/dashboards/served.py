"""Datasette over a copy of a store: every canned query answers with what it declares."""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse

import processes
from brokers import free_port
from report import some

from dashboards.demo import fetch

METADATA = os.path.join("Dashboards", "datasette", "metadata.yaml")


class Datasette:
    """On the loopback interface, with no SQL but the canned queries."""

    def __init__(self, work, store):
        # Its name in addresses is that of the file.
        path = os.path.join(work, "grantrail.db")
        shutil.copyfile(store, path)
        self.port = free_port(19500, 19599)
        with open(os.path.join(work, "datasette.log"), "wb") as log:
            self.process = processes.start(
                [sys.executable, "-m", "datasette", "serve", "--immutable", path,
                 "--metadata", METADATA, "--host", "127.0.0.1", "--port", str(self.port),
                 "--setting", "default_allow_sql", "off",
                 "--setting", "allow_download", "off"], stdout=log, stderr=subprocess.STDOUT)

    def ask(self, path, **values):
        query = urllib.parse.urlencode(values)
        return json.loads(fetch(f"http://127.0.0.1:{self.port}/{path}.json?{query}"))

    def is_up(self):
        try:
            return bool(self.ask("-/versions"))
        except OSError:
            return False


def check(report, work, store, queries, grant):
    """All queries with their defaults; `grant` is the id of one that has alerts."""
    datasette = Datasette(work, store)
    if not processes.wait_until(datasette.is_up, 60, pause=0.2):
        report.check("Datasette answers", False)
        return
    faults = []
    for name, query in queries.items():
        values = {"grant": grant} if "grant" in query.used else {}
        try:
            answer = datasette.ask(f"grantrail/{name}", **values)
        except (urllib.error.HTTPError, ValueError) as error:
            faults.append(f"{name}: {error}")
            continue
        if answer.get("columns") != query.columns:
            faults.append(f"{name}: columns are {answer.get('columns')}")
        if not answer.get("rows"):
            faults.append(f"{name}: no rows")
    report.check("queries by Datasette", not faults and bool(queries),
                 some(faults) or str(len(queries)))
    try:
        datasette.ask("grantrail", sql="SELECT 1")
        report.check("Datasette takes no other SQL", False)
    except urllib.error.HTTPError as error:
        report.check("Datasette takes no other SQL", error.code == 403, str(error.code))
    processes.stop(datasette.process)
