"""What a store and the printed alerts must hold: compared event by event and alert by alert."""

import functools
import hashlib
import json
import os
import re
import subprocess

from report import some

# Where an event came from differs between a file and a topic; the event does not.
SOURCE = re.compile(rb',"source":\{[^}]*\}')
EVENT_ID = re.compile(rb'\{"id":"([^"]+)"')
STATES = ("revision", "state")


def output(command):
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {said}")
    return done.stdout


def told_as_failure(comparison):
    """A command that fails fails the comparison, which is told like any other check."""

    @functools.wraps(comparison)
    def guarded(report, *arguments):
        try:
            comparison(report, *arguments)
        except (RuntimeError, ValueError, AttributeError) as error:
            report.check("comparison", False, str(error))

    return guarded


class Events:
    """The events of a store: a digest for every id, and ids that stand there more than once."""

    def __init__(self, binary, store):
        self.digests = {}
        self.doubled = []
        export = subprocess.Popen([binary, "store", "export", store], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        for line in export.stdout:
            event = EVENT_ID.match(line).group(1)
            if event in self.digests:
                self.doubled.append(event.decode())
            body = SOURCE.sub(b"", line, count=1)
            self.digests[event] = hashlib.blake2b(body, digest_size=8).digest()
        if export.wait() != 0:
            raise RuntimeError(f"store export {store} ended with {export.returncode}")

    def __len__(self):
        return len(self.digests)


def check_events(report, name, expected, actual):
    """Nothing lost, nothing doubled, nothing altered, nothing invented."""
    lost = [event.decode() for event in expected.digests if event not in actual.digests]
    invented = [event.decode() for event in actual.digests if event not in expected.digests]
    altered = [
        event.decode() for event, digest in expected.digests.items()
        if actual.digests.get(event, digest) != digest
    ]
    detail = (f"{len(actual)} events of {len(expected)}, lost {len(lost)}, "
              f"doubled {len(actual.doubled)}, altered {len(altered)}, invented {len(invented)}")
    for what in (lost, actual.doubled, altered, invented):
        if what:
            detail += f"; {some(what, 3)}"
    clean = not (lost or actual.doubled or altered or invented)
    return report.check(name, clean, detail)


def alerts_of(text):
    """Alerts by id, in their order, without what counts the tellings."""
    alerts = {}
    for line in text.splitlines():
        alert = json.loads(line)
        if alert.get("state") != "withdrawn":
            alerts[alert["id"]] = {key: alert[key] for key in alert if key not in STATES}
    return alerts


def backtest(binary, *paths):
    return alerts_of(output([binary, "backtest", *paths, "--output", "ndjson"]))


def stored_alerts(binary, store):
    return alerts_of(output([binary, "alerts", "list", "--store", store, "--output", "ndjson"]))


def check_alerts(report, name, expected, actual):
    """The same alerts, equal in every field and in their order."""
    missing = [describe(expected[key]) for key in expected if key not in actual]
    extra = [describe(actual[key]) for key in actual if key not in expected]
    differing = [
        f"{describe(alert)} in {differences(alert, actual[key])}"
        for key, alert in expected.items() if key in actual and actual[key] != alert
    ]
    ordered = missing or extra or list(expected) == list(actual)
    detail = (f"{len(actual)} of {len(expected)}, missing {len(missing)}, extra {len(extra)}, "
              f"differing {len(differing)}" + ("" if ordered else ", in another order"))
    for what in (missing, extra, differing):
        if what:
            detail += f"; {some(what, 3)}"
    clean = not (missing or extra or differing) and bool(ordered)
    return report.check(name, clean and bool(expected), detail)


def describe(alert):
    return f"{alert['rule']['name']} {alert['id'][:12]} at {alert['time']}"


def differences(left, right):
    return " ".join(key for key in sorted(left.keys() | right.keys())
                    if left.get(key) != right.get(key))


def check_sound(report, binary, store):
    done = subprocess.run([binary, "store", "verify", store], capture_output=True)
    said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
    detail = "" if done.returncode == 0 else f"status {done.returncode}, {said[:1]}"
    return report.check("store verify", done.returncode == 0, detail)


def check_printed(report, expected, runs, name="", killed=True):
    """Every final alert was told; what was told and did not stay was taken back. Tellings that
    were repeated are counted, and allowed only after a kill."""
    last, tellings = {}, {}
    for alert in runs:
        last[alert["id"]] = alert
        telling = (alert["id"], alert["revision"], alert["state"])
        tellings[telling] = tellings.get(telling, 0) + 1
    untold = [describe(alert) for key, alert in expected.items()
              if key not in last or last[key]["state"] == "withdrawn"]
    standing = [describe(alert) for key, alert in last.items()
                if alert["state"] != "withdrawn" and key not in expected]
    repeated = sum(count - 1 for count in tellings.values())
    detail = (f"{len(expected) - len(untold)} of {len(expected)} told, {len(standing)} told that "
              f"do not stand, {repeated} tellings repeated")
    for what in (untold, standing):
        if what:
            detail += f"; {some(what, 3)}"
    name = f"{name}: alerts on stdout" if name else "alerts on stdout"
    clean = not untold and not standing and (killed or not repeated)
    return report.check(name, clean, detail)


def store_info(binary, store):
    """`store info`, or None while there is no store that can be read."""
    if not os.path.exists(store):
        return None
    done = subprocess.run([binary, "store", "info", store, "--output", "json"],
                          capture_output=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def event_count(binary, store):
    info = store_info(binary, store)
    return info["events"] if info else 0
