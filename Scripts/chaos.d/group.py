"""Services with stores of their own share a consumer group; members join, leave and are killed.

Together their stores must hold every event, and each of them none twice. Events that two stores
hold, because a partition changed hands before its offset was committed, are named. A grant that
was split between stores may be judged differently; but what a store's own events prove, its
service must have found, exactly.

The archive's days pass in a minute. So that a handover takes as much of the lateness as it does
where time is what it is, the lateness is so much longer: `--lateness` is in seconds of the clock.
If a handover took longer nevertheless, its events came too late in the store that took over. Rules
over windows have passed those for good, so only alerts about grants are compared then, and by rule
and session: an alert that a late event began is not known where later hits are counted, so that the
next one on time begins another, with an anchor and an id of its own.
"""

import argparse
import math
import os
import random
import re
import threading
import time

import archive
import brokers
import evidence
import processes
from report import Report, say, some
from service import Service, kafka_source

TOPIC = "keycloak-events"
LIFECYCLE = ("REF-", "COD-01")
#: A group stands still for as long as the broker gives its members to come back, which is
#: max.poll.interval.ms, after the session timeout of one that was killed; twice that is a failure.
PATIENCE = 2 * (120 + 6)


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos group", description=__doc__)
    parser.add_argument("--processes", type=int, choices=(2, 3), help="2 or 3; without it both")
    parser.add_argument("--events", type=int, default=200_000, help="events in all (200000)")
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--pause", type=float, default=5, help="seconds between changes (5)")
    parser.add_argument("--lateness", type=float, default=30, help="in seconds of the clock (30)")
    parser.add_argument("--broker", choices=sorted(brokers.KINDS), default="noida")
    processes.add_options(parser)
    return parser.parse_args()


def changes(members):
    """What happens to the group, one after another."""
    first, second, last = members[0], members[1], members[-1]
    steps = [("joins", member) for member in members]
    steps += [("is killed", second), ("joins", second), ("leaves", first), ("joins", first)]
    if last is not second:
        steps += [("is killed", last), ("leaves", second), ("joins", last), ("joins", second)]
    else:
        steps += [("leaves", last), ("is killed", first), ("joins", last), ("joins", first)]
    return steps


class Member(Service):
    """One service, and how many of its events came too late."""

    late_when_killed = 0

    @property
    def name(self):
        return os.path.basename(self.directory)

    def kill(self):
        """What it says of late events dies with it, so it is asked before."""
        status = self.status() if self.is_running() else None
        self.late_when_killed += (status or {}).get("late", 0)
        return super().kill()

    def leave(self):
        self.tell_to_end()
        return self.end(PATIENCE)

    @property
    def late(self):
        """Events that came too late, over all runs."""
        count = self.late_when_killed
        for run in range(1, self.runs + 1):
            with open(os.path.join(self.directory, f"run-{run:04}.err")) as source:
                count += sum(map(int, re.findall(r", (\d+) came late", source.read())))
        return count


def disturb(report, members, pause, generator):
    """Makes the changes; a member that ends by itself is a failure."""
    ended = []
    acts = {"joins": Member.start, "is killed": Member.kill, "leaves": Member.leave}
    for what, member in changes(members):
        time.sleep(pause * generator.uniform(0.3, 1.7))
        say(f"{member.name} {what}")
        if what != "joins" and not member.is_running():
            ended.append(f"{member.name}: {member.errors(1)}")
        result = acts[what](member)
        if what == "leaves" and result != 0:
            ended.append(f"{member.name} left with {result}")
    report.check("members end only when told", not ended, "; ".join(ended))


def run_group(report, options, count, work, broker, path):
    """One topic read by `count` services."""
    topic = f"{TOPIC}-{count}"
    broker.create_topic(topic, options.partitions)
    source = kafka_source(broker, topic, group=f"group-{count}", idle_after="1h")
    lines = archive.lines(path)
    seconds = options.pause * len(changes([None] * count))
    span = (archive.event_time(lines[-1]) - archive.event_time(lines[0])) / 1000
    lateness = math.ceil(options.lateness * span / seconds)
    say(f"{count} members: {span / 86_400:.1f} days in {seconds:.0f} s, lateness {lateness} s")
    members = [
        Member(options.binary, work, [source], name=f"of-{count}-member-{number}",
               environment=broker.environment(), lateness=f"{lateness}s")
        for number in range(1, count + 1)
    ]
    records = [(archive.session(line), line) for line in lines]
    feed = brokers.Feed(broker, topic)
    sender = threading.Thread(target=feed.send_all, args=(records, len(records) / seconds))
    sender.start()
    disturb(report, members, options.pause, random.Random(options.seed))
    sender.join()
    settle(report, options, members, broker, source, len(records))
    conclude(report, options, members, path, work)


def settle(report, options, members, broker, source, wanted):
    """Lets the members read all there is and judge it, and end."""
    stored = lambda: sum(evidence.event_count(options.binary, one.store) for one in members)
    processes.wait_by_progress(lambda: stored() >= wanted, stored, PATIENCE)
    committed = lambda: broker.committed(source["topic"], options.partitions, source["group"])
    ends = broker.ends(source["topic"], options.partitions)
    processes.wait_by_progress(lambda: committed() == ends, committed, PATIENCE)
    name = f"{len(members)} members"
    behind = [f"partition {number}: {offset} of {end}" for number, (offset, end)
              in enumerate(zip(committed(), ends)) if offset != end]
    report.check(f"{name} committed to the end", not behind and sum(ends) == wanted,
                 some(behind, 3) or str(wanted))
    for member in members:
        member.tell_to_end()
    left = [member.end(PATIENCE) for member in members]
    # What they still hold open they close without the group: one that is alone in it would wait
    # for the others to come back, as long as the broker gives them.
    nothing = os.path.join(os.path.dirname(members[0].directory), "nothing.jsonl")
    open(nothing, "wb").close()
    for member in members:
        member.sources = [{"name": "nothing", "type": "file", "path": nothing}]
        member.start(until_end=True)
    finished = [member.end(PATIENCE) for member in members]
    said = [f"{one.name}: {one.errors(1)}" for one, status in zip(members, finished) if status != 0]
    report.check(f"{name} drain and end", not any(left + finished) and None not in left + finished,
                 f"status {left}, then {finished}" + "".join(f"; {one}" for one in said))


@evidence.told_as_failure
def conclude(report, options, members, path, work):
    binary = options.binary
    reference = os.path.join(work, "reference.db")
    if not os.path.exists(reference):
        evidence.output([binary, "ingest", path, "--store", reference])
    whole = evidence.Events(binary, reference)
    parts, alerts = [], {}
    for number, member in enumerate(members, 1):
        evidence.check_sound(report, binary, member.store)
        parts.append(evidence.Events(binary, member.store))
        stored = evidence.stored_alerts(binary, member.store)
        check_member(report, f"member {number} of {len(members)}", member.late,
                     evidence.backtest(binary, "--store", member.store), stored)
        alerts.update(stored)
    check_union(report, whole, parts)
    expected = lifecycle(evidence.backtest(binary, path))
    differing = [evidence.describe(alert) for key, alert in expected.items() if key not in alerts]
    print(f"     alerts about grants: {len(expected) - len(differing)} of {len(expected)} of an "
          f"undivided backtest; not so where grants were split: {some(differing)}")


def lifecycle(alerts):
    """Those about grants, which need nothing but the events of one session."""
    return {key: alert for key, alert in alerts.items()
            if alert["rule"]["name"].startswith(LIFECYCLE)}


def check_member(report, name, late, expected, stored):
    """What a store's own events prove its service must have found."""
    if not late:
        evidence.check_alerts(report, f"{name}, no event late: alerts", expected, stored)
        return
    expected, stored = by_session(expected), by_session(stored)
    missing = [evidence.describe(expected[key]) for key in expected if key not in stored]
    extra = [evidence.describe(stored[key]) for key in stored if key not in expected]
    report.check(f"{name}, {late} events late: alerts about grants by rule and session",
                 bool(expected) and not missing and not extra,
                 f"{len(stored)} of {len(expected)}"
                 + (f"; missing {some(missing, 3)}" if missing else "")
                 + (f"; extra {some(extra, 3)}" if extra else ""))


def by_session(alerts):
    return {(alert["rule"]["name"], alert["keys"].get("session")): alert
            for alert in lifecycle(alerts).values()}


def check_union(report, whole, parts):
    """Every event is somewhere; those in more than one place are named."""
    union, overlaps = {}, []
    for part in parts:
        overlaps += [event.decode() for event in part.digests if event in union]
        union.update(part.digests)
    lost = [event.decode() for event in whole.digests if event not in union]
    altered = [event.decode() for event, digest in union.items()
               if whole.digests.get(event) != digest]
    doubled = sum(len(part.doubled) for part in parts)
    shares = " + ".join(str(len(part)) for part in parts)
    report.check(f"union of {len(parts)} stores", not (lost or altered or doubled),
                 f"{shares} of {len(whole)} events, lost {len(lost)}, doubled in a store "
                 f"{doubled}, altered {len(altered)}" + (f"; {some(lost, 3)}" if lost else ""))
    print(f"     in two stores: {len(overlaps)}{': ' + some(overlaps) if overlaps else ''}")


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory(options.keep)
    path = archive.simulate(options.binary, os.path.join(work, "in"), options.events, options.seed)
    broker = brokers.KINDS[options.broker](os.path.join(work, "broker")).start()
    for count in [options.processes] if options.processes else [2, 3]:
        run_group(report, options, count, work, broker, path)
    report.exit()


main()
