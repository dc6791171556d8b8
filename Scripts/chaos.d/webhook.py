"""Receivers fail, hang, reset, redirect, throttle and refuse while the service is killed.

The service follows a file that grows and tells four hooks of every alert. `calm` takes everything;
`wild` does anything at random, with two secrets in force; `doomed` fails until its deliveries are
given up, and takes them when they are replayed; `gone` answers 410. What a hook took is compared
with what the store says it had to be told.
"""

import argparse
import collections
import json
import os
import random
import time

import archive
import deliveries
import evidence
import processes
from misbehaving import FAULTS, RETRY_AFTER, Receivers
from report import Report, say, some
from service import Service

TIMEOUT = "2s"
MAX_AGE = "6s"


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos webhook", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=20, help="kills (20)")
    parser.add_argument("--events", type=int, default=40_000, help="events in all (40000)")
    processes.add_options(parser)
    return parser.parse_args()


class Chaos:
    """The service, its file and its hooks."""

    def __init__(self, options, work):
        self.options = options
        self.random = random.Random(options.seed)
        # `wild` is in rotation: both of its secrets are in force.
        names = {"calm": 1, "wild": 2, "doomed": 1, "gone": 1}
        self.secrets = {name: [deliveries.secret(self.random) for _ in range(count)]
                        for name, count in names.items()}
        self.receivers = Receivers(self.secrets, options.seed)
        path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                options.seed)
        log = os.path.join(work, "events.jsonl")
        source = {"name": "log", "type": "file", "path": log, "dialect": "keycloak",
                  "start": "beginning", "idle_after": "1h"}
        self.patience = 5.0
        self.writer = deliveries.Writer(archive.lines(path), log,
                                        options.rounds * self.patience / 2)
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
                    "timeout": TIMEOUT, "secret": {"secret_env": f"{name.upper()}_0"},
                    # Every revision is wanted, and no digest.
                    "budget": {"pages_per_day": 10_000, "tickets_per_day": 10_000}}
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

    def pending(self, *hooks):
        return deliveries.pending(self.service.store, *hooks)

    def settle(self, hooks, seconds, meanwhile=lambda: None):
        return deliveries.settle(self.service, hooks, self.writer, seconds, meanwhile)

    def command(self, *arguments):
        """A command on hooks, beside the service."""
        done = self.service.ask("hooks", *arguments, "--config", self.service.path("yml"))
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            raise RuntimeError(f"hooks {arguments[0]} ended with {done.returncode}: {said}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


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
    expected = deliveries.told(store)
    printed = {f"{one['id']}.{one['revision']}" for one in chaos.service.printed()}
    report.check("hooks have to tell what stdout told", printed == set(expected) and expected,
                 f"{len(expected)} revisions, {len(printed)} printed, "
                 f"{len(printed ^ set(expected))} in one only")
    for hook in ("calm", "wild"):
        deliveries.check_taken(report, hook, expected, receivers)
    check_dead(report, chaos, expected)
    check_requests(report, receivers)
    evidence.check_sound(report, chaos.options.binary, store)


def check_dead(report, chaos, expected):
    """What was given up is listed, replayed, and then accepted, each revision once."""
    receivers = chaos.receivers
    dead = {one for one, status in deliveries.rows(chaos.service.store, "doomed")
            if status == "dead"}
    listed, hooks = set(), []

    def replay():
        for row in chaos.command("dead", "--output", "ndjson"):
            if row["hook"] == "doomed":
                listed.add(f"{row['alert']}.{row['revision']}")
        hooks.extend(chaos.command("list", "--output", "ndjson"))
        receivers.heal("doomed")
        chaos.command("replay", "--hook", "doomed")

    settled = chaos.settle(["doomed"], 120, meanwhile=replay)
    report.check("doomed: dead deliveries are listed", bool(dead) and listed == dead
                 and dead == set(expected), f"{len(dead)} dead of {len(expected)}, "
                 f"{len(listed)} listed; {len(listed ^ dead)} in one only")
    report.check("doomed: replayed deliveries come to an end", settled,
                 f"{chaos.pending('doomed')} pending; {chaos.service.errors(1)}")
    deliveries.check_taken(report, "doomed", sorted(dead), receivers)
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
    deliveries.check_bodies(report, requests)
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
