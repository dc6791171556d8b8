"""Services with stores of their own share a consumer group; members join, leave and are killed.

Together their stores must hold every event, and each of them none twice. Events that two stores
hold, because a partition changed hands before its offset was committed, are named. A grant that
was split between stores may be judged differently; one that lies whole in a store may not be
passed over there.
"""

import argparse
import os
import random
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


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos group", description=__doc__)
    parser.add_argument("--processes", type=int, choices=(2, 3), help="2 or 3; without it both")
    parser.add_argument("--events", type=int, default=200_000, help="events in all (200000)")
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--pause", type=float, default=5, help="seconds between changes (5)")
    parser.add_argument("--broker", choices=sorted(brokers.KINDS), default="noida")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", help="instead of a release build")
    parser.add_argument("--keep", action="store_true", help="keep the work directory")
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


def disturb(report, members, pause, generator):
    """Makes the changes; a member that ends by itself is a failure."""
    ended = []
    acts = {"joins": Service.start, "is killed": Service.kill, "leaves": Service.terminate}
    for what, member in changes(members):
        time.sleep(pause * generator.uniform(0.3, 1.7))
        say(f"{os.path.basename(member.directory)} {what}")
        if what != "joins" and not member.is_running():
            ended.append(f"{os.path.basename(member.directory)}: {member.errors(1)}")
        result = acts[what](member)
        if what == "leaves" and result != 0:
            ended.append(f"{os.path.basename(member.directory)} left with {result}")
    report.check("members end only when told", not ended, "; ".join(ended))


def run_group(report, options, count, work, broker, path):
    """One topic read by `count` services."""
    topic = f"{TOPIC}-{count}"
    broker.create_topic(topic, options.partitions)
    source = kafka_source(broker, topic, group=f"group-{count}", idle_after="1h")
    members = [
        Service(options.binary, work, [source], name=f"of-{count}-member-{number}",
                environment=broker.environment())
        for number in range(1, count + 1)
    ]
    records = [(archive.session(line), line) for line in archive.lines(path)]
    feed = brokers.Feed(broker, topic)
    seconds = options.pause * len(changes(members))
    sender = threading.Thread(target=feed.send_all, args=(records, len(records) / seconds))
    sender.start()
    disturb(report, members, options.pause, random.Random(options.seed))
    sender.join()
    stores = [member.store for member in members]

    def complete():
        return sum(evidence.event_count(options.binary, store) for store in stores) >= len(records)

    processes.wait_until(complete, 120, pause=0.5)
    committed = lambda: sum(broker.committed(topic, options.partitions, source["group"]))
    processes.wait_until(lambda: committed() >= len(records), 30, pause=0.5)
    report.check(f"{count} members committed to the end", committed() >= len(records),
                 f"{committed()} of {len(records)}")
    # One after the other closes what it still holds open.
    left = [member.terminate() for member in members]
    finished = []
    for member in members:
        member.start(until_end=True)
        finished.append(member.finish(120))
    report.check(f"{count} members drain and end", not any(left + finished) and None not in
                 finished, f"status {left}, then {finished}")
    conclude(report, options, members, path, work)


@evidence.told_as_failure
def conclude(report, options, members, path, work):
    binary = options.binary
    reference = os.path.join(work, "reference.db")
    if not os.path.exists(reference):
        evidence.output([binary, "ingest", path, "--store", reference])
    whole = evidence.Events(binary, reference)
    parts = []
    for member in members:
        evidence.check_sound(report, binary, member.store)
        parts.append(evidence.Events(binary, member.store))
    check_union(report, whole, parts)
    expected = evidence.backtest(binary, path)
    alerts = {}
    for member in members:
        alerts.update(evidence.stored_alerts(binary, member.store))
    check_lifecycle(report, expected, alerts, whole, parts)


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


def check_lifecycle(report, expected, alerts, whole, parts):
    """Alerts about grants: those that differ must come from grants that were split."""
    wanted = {key: alert for key, alert in expected.items()
              if alert["rule"]["name"].startswith(LIFECYCLE)}
    judged = {alert["keys"].get("session") for alert in alerts.values()
              if alert["rule"]["name"].startswith(LIFECYCLE)}
    split, passed_over = [], []
    for key, alert in wanted.items():
        if key in alerts:
            continue
        session = alert["keys"].get("session")
        held = any(part.sessions.get(session) == whole.sessions.get(session) for part in parts)
        silent = held and session not in judged
        (passed_over if silent else split).append(evidence.describe(alert))
    report.check(
        "alerts about grants", bool(wanted) and not passed_over,
        f"{len(wanted) - len(split) - len(passed_over)} of {len(wanted)} equal, {len(split)} "
        f"judged differently where grants were split, {len(passed_over)} passed over"
        + (f"; {some(passed_over, 3)}" if passed_over else ""))
    if split:
        print(f"     judged differently: {some(split)}")


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
