"""Simulated archives of a Keycloak server, and what Grantrail makes of them offline."""

import json
import os
import re
import subprocess

SESSION = re.compile(rb'"(?:sessionId|code_id)":"([^"]+)"')


def simulate(binary, directory, events, seed, dialect="keycloak", quiet=False):
    """Path of one archive in time order."""
    command = [
        binary, "simulate", "--out", directory, "--events", str(events), "--seed", str(seed),
        "--dialect", dialect,
    ] + (["--quiet"] if quiet else [])
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name = {"keycloak": "keycloak.jsonl", "keycloak-text": "keycloak-text.log"}[dialect]
    return os.path.join(directory, name)


def lines(path):
    """The records of an archive, without line ends."""
    with open(path, "rb") as source:
        return source.read().splitlines()


def session(line):
    """What a record is keyed by in a topic: its session, or None where it belongs to none."""
    found = SESSION.search(line)
    return found.group(1) if found else None


def event_time(line):
    """Milliseconds since 1970."""
    return json.loads(line)["time"]
