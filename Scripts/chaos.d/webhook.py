"""Receivers fail, hang, reset, redirect, throttle and refuse while the service is killed.

The service follows a file that grows and tells four hooks of every alert. `calm` takes everything;
`wild` does anything at random, with two secrets in force; `doomed` fails until its deliveries are
given up, and takes them when they are replayed; `gone` answers 410. What a hook took is compared
with what the store says it had to be told.
"""

import argparse
import base64
import collections
import json
import os
import random
import sqlite3
import subprocess
import threading
import time

import archive
import evidence
import processes
from misbehaving import FAULTS, RETRY_AFTER, Receivers
from report import Report, say, some
from service import Service

TIMEOUT = "2s"
MAX_AGE = "6s"


def secret(generator):
    return "whsec_" + base64.b64encode(generator.randbytes(32)).decode()


class Writer(threading.Thread):
    """Writes an archive to a file that is followed, at an even rate."""

    def __init__(self, lines, path, seconds):
        super().__init__(daemon=True)
        self.lines, self.path, self.seconds = lines, path, seconds
        self.written = 0

    def run(self):
        started = time.monotonic()
        with open(self.path, "ab", buffering=0) as sink:
            for first in range(0, len(self.lines), 50):
                ahead = first / len(self.lines) * self.seconds - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)
                part = self.lines[first:first + 50]
                sink.write(b"".join(line + b"\n" for line in part))
                self.written += len(part)


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos webhook", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=20, help="kills (20)")
    parser.add_argument("--events", type=int, default=40_000, help="events in all (40000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", help="instead of a release build")
    parser.add_argument("--keep", action="store_true", help="keep the work directory")
    return parser.parse_args()


class Chaos:
    """The service, its file and its hooks."""

    def __init__(self, options, work):
        self.options = options
        self.random = random.Random(options.seed)
        # `wild` is in rotation: both of its secrets are in force.
        names = {"calm": 1, "wild": 2, "doomed": 1, "gone": 1}
        self.secrets = {name: [secret(self.random) for _ in range(count)]
                        for name, count in names.items()}
        self.receivers = Receivers(self.secrets, options.seed)
        path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                options.seed)
        log = os.path.join(work, "events.jsonl")
        source = {"name": "log", "type": "file", "path": log, "dialect": "keycloak",
                  "start": "beginning", "idle_after": "1h"}
        self.patience = 3.0
        self.writer = Writer(archive.lines(path), log, options.rounds * self.patience / 2)
        self.service = Service(options.binary, work, [source], environment=self.environment(),
                               sinks=self.hooks(), drain_timeout="60s")
        self.ended, self.moving = [], 0

    def environment(self):
        return {f"{name.upper()}_{number}": one
                for name, secrets in self.secrets.items() for number, one in enumerate(secrets)}

    def hooks(self):
        hooks = []
        for name, secrets in self.secrets.items():
            hook = {"name": name, "type": "webhook", "url": self.receivers.server.url(name),
                    "body": "grantrail", "min": "info", "allow_private": True, "allow_http": True,
                    "timeout": TIMEOUT, "secret": {"secret_env": f"{name.upper()}_0"}}
            if len(secrets) > 1:
                hook["previous_secret"] = {"secret_env": f"{name.upper()}_1"}
            if name == "doomed":
                hook["max_age"] = MAX_AGE
            hooks.append(hook)
        return hooks

    def round(self, number):
        before = len(self.receivers.requests)
        self.service.start()
        moment = self.random.uniform(0.2, self.patience)
        time.sleep(moment)
        if not self.service.kill():
            self.ended.append(f"round {number}: {self.service.errors()}")
        self.receivers.killed()
        after = len(self.receivers.requests)
        self.moving += after > before
        say(f"round {number}: killed after {moment:.2f} s, {self.writer.written} written, "
            f"{after} requests, {len(self.receivers.accepted('wild'))} accepted by wild")

    def deliveries(self, hook):
        """(`webhook-id`, status) of each row that the store has for a hook, in order."""
        database = sqlite3.connect(f"file:{self.service.store}?mode=ro", uri=True)
        try:
            return database.execute(
                "SELECT alert || '.' || revision, status FROM v_deliveries WHERE hook = ? "
                "ORDER BY sequence", (hook,)).fetchall()
        finally:
            database.close()

    def pending(self, *hooks):
        return sum(status == "pending" for hook in hooks for _, status in self.deliveries(hook))

    def settle(self, hooks, seconds, meanwhile=lambda: None):
        """Runs until hooks have nothing before them any more; whether they came so far. A service
        that stops commits what is under way, which may be one more alert: then once again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.service.start()
            self.listens()
            meanwhile()
            processes.wait_until(lambda: self.is_done(hooks) or not self.service.is_running(),
                                 end - time.monotonic(), pause=0.5)
            if not self.service.is_running():
                return False
            self.service.terminate()
            if self.is_done(hooks):
                return True
            meanwhile = lambda: None
        return False

    def is_done(self, hooks):
        stored = evidence.event_count(self.options.binary, self.service.store)
        return stored == self.writer.written and not self.pending(*hooks)

    def listens(self):
        """Waits until the service answers commands."""
        ask = [self.options.binary, "control", "status", "--config", self.service.path("yml")]
        processes.wait_until(lambda: subprocess.run(
            ask, capture_output=True, env=self.service.environment).returncode == 0, 30, pause=0.2)

    def command(self, *arguments):
        """A command on hooks, beside the service."""
        done = subprocess.run(
            [self.options.binary, "hooks", *arguments, "--config", self.service.path("yml")],
            capture_output=True, env=self.service.environment)
        said = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode != 0:
            raise RuntimeError(f"hooks {arguments[0]} ended with {done.returncode}: {said.strip()}")
        return [json.loads(line) for line in done.stdout.decode().splitlines()
                if line.startswith("{")]


def told_in_store(store):
    """Every notable revision, in order of commits: what hooks with `min: info` have to be told."""
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return [f"{identifier}.{revision}" for identifier, revision in database.execute(
            "SELECT lower(hex(id)), revision FROM notice WHERE state <> 'historic' ORDER BY seq")]
    finally:
        database.close()


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory(options.keep)
    chaos = Chaos(options, work)
    chaos.writer.start()
    for number in range(1, options.rounds + 1):
        chaos.round(number)
    chaos.writer.join()
    report.check("the service ended only when killed", not chaos.ended, "; ".join(chaos.ended[:3]))
    report.check("kills", chaos.moving > 0, f"{options.rounds - len(chaos.ended)} of "
                 f"{options.rounds}, {chaos.moving} while hooks were told")
    conclude(report, chaos)
    report.exit()


@evidence.told_as_failure
def conclude(report, chaos):
    receivers, store = chaos.receivers, chaos.service.store
    settled = chaos.settle(["calm", "wild", "doomed"], 240)
    report.check("every delivery comes to an end", settled,
                 f"{chaos.pending('calm', 'wild', 'doomed')} pending; {chaos.service.errors(1)}")
    expected = told_in_store(store)
    printed = {f"{one['id']}.{one['revision']}" for one in chaos.service.printed()}
    report.check("hooks have to tell what stdout told", printed == set(expected) and expected,
                 f"{len(expected)} revisions, {len(printed)} printed, "
                 f"{len(printed ^ set(expected))} in one only")
    for hook in ("calm", "wild"):
        check_taken(report, hook, expected, receivers)
    check_dead(report, chaos, expected)
    check_requests(report, receivers)
    evidence.check_sound(report, chaos.options.binary, store)


def check_taken(report, hook, expected, receivers):
    """Each revision accepted once; again only after a kill, which hides what was accepted."""
    accepted = receivers.accepted(hook)
    times = collections.defaultdict(list)
    for one in accepted:
        times[one.id].append(one.kills)
    lost = [one for one in expected if one not in times]
    invented = [one for one in times if one not in set(expected)]
    unexplained = [one for one, kills in times.items()
                   if any(first == second for first, second in zip(kills, kills[1:]))]
    repeats = sum(len(kills) - 1 for kills in times.values())
    detail = (f"{len(times)} of {len(expected)} revisions, lost {len(lost)}, invented "
              f"{len(invented)}, {repeats} again after a kill, {len(unexplained)} again without")
    for what in (lost, invented, unexplained):
        if what:
            detail += f"; {some(what, 3)}"
    clean = not (lost or invented or unexplained)
    report.check(f"{hook}: each revision accepted once", clean and bool(expected), detail)
    check_order(report, hook, accepted)


def check_order(report, hook, accepted):
    """What an alert was said to be never goes back."""
    reached, seen, backwards = {}, set(), []
    for one in accepted:
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.revision < reached.get(one.alert, -1):
            backwards.append(one.id)
        reached[one.alert] = max(one.revision, reached.get(one.alert, -1))
    several = len(seen) - len(reached)
    report.check(f"{hook}: revisions of an alert in order", not backwards,
                 f"{len(reached)} alerts, {several} later revisions; {some(backwards, 3)}"
                 if backwards else f"{len(reached)} alerts, {several} later revisions")


def check_dead(report, chaos, expected):
    """What was given up is listed, replayed, and then accepted, each revision once."""
    receivers = chaos.receivers
    dead = {one for one, status in chaos.deliveries("doomed") if status == "dead"}
    listed, hooks = set(), []

    def replay():
        for row in chaos.command("dead", "--output", "ndjson"):
            if row["hook"] == "doomed":
                listed.add(f"{row['alert']}.{row['revision']}")
        hooks.extend(chaos.command("list", "--output", "ndjson"))
        receivers.heal("doomed")
        chaos.command("replay", "doomed")

    settled = chaos.settle(["doomed"], 120, meanwhile=replay)
    report.check("doomed: dead deliveries are listed", bool(dead) and listed == dead
                 and dead == set(expected), f"{len(dead)} dead of {len(expected)}, "
                 f"{len(listed)} listed; {len(listed ^ dead)} in one only")
    report.check("doomed: replayed deliveries come to an end", settled,
                 f"{chaos.pending('doomed')} pending; {chaos.service.errors(1)}")
    check_taken(report, "doomed", sorted(dead), receivers)
    check_gone(report, chaos, [row for row in hooks if row.get("name", row.get("hook")) == "gone"])


def check_gone(report, chaos, rows):
    """A hook that answered 410 is disabled and told as such; it is not asked again and again."""
    asked = len(chaos.receivers.of("gone"))
    told = json.dumps(rows)
    report.check("gone: 410 disables the hook", len(rows) == 1 and "disabled" in told
                 and "410" in told and asked > 0, f"{asked} requests; {told}")
    # Deliveries that were under way side by side may each meet a 410, once after every kill.
    limit = 4 * (1 + chaos.options.rounds)
    report.check("gone: left alone", asked <= limit, f"{asked} requests of at most {limit}")


def check_requests(report, receivers):
    """What holds of each request: signature, body, pauses, and no step aside."""
    with receivers.lock:
        requests = list(receivers.requests)
    report.check("signatures", not receivers.unverified,
                 f"{len(requests)} requests, {len(receivers.unverified)} unverified"
                 + (f"; {some(receivers.unverified, 3)}" if receivers.unverified else ""))
    report.check("ids name alert and revision", not receivers.misnamed,
                 some(receivers.misnamed, 3))
    bodies = collections.defaultdict(set)
    for one in requests:
        bodies[one.hook, one.id].add(one.digest)
    changed = [key for key, digests in bodies.items() if len(digests) > 1]
    report.check("a body is the same at each attempt", not changed, some(changed, 3))
    trapped = [one for one in requests if one.hook not in receivers.secrets]
    report.check("redirects are not followed", not trapped, some(one.hook for one in trapped))
    early, throttled = [], 0
    last = {}
    for one in requests:
        before = last.get((one.hook, one.id))
        if before and before.action == "throttle" and before.kills == one.kills:
            throttled += 1
            if one.time - before.time < RETRY_AFTER:
                early.append(f"{one.id} after {one.time - before.time:.2f} s")
        last[one.hook, one.id] = one
    report.check("Retry-After is kept", not early,
                 f"{throttled} pauses" + (f"; {some(early, 3)}" if early else ""))
    done = collections.Counter(str(one.action) for one in requests if one.hook == "wild")
    report.check("every fault happened", all(done[str(name)] for name, _ in FAULTS),
                 ", ".join(f"{name} {count}" for name, count in sorted(done.items())))


main()
