"""Services with stores of their own share a consumer group; members join, leave and are killed.

Together their stores must hold every event, and each of them none twice. Events that two stores
hold, because a partition changed hands before its offset was committed, are named. A grant that
was split between stores may be judged differently; but what a store's own events prove about
grants, its service must have found.
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
    parts, alerts = [], {}
    for number, member in enumerate(members, 1):
        evidence.check_sound(report, binary, member.store)
        parts.append(evidence.Events(binary, member.store))
        stored = lifecycle(evidence.stored_alerts(binary, member.store))
        check_member(report, f"member {number} of {len(members)}",
                     lifecycle(evidence.backtest(binary, "--store", member.store)), stored)
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


def check_member(report, name, expected, stored):
    """What a store's own events prove its service must have found, however late they came."""
    missing = [evidence.describe(expected[key]) for key in expected if key not in stored]
    extra = [evidence.describe(stored[key]) for key in stored if key not in expected]
    report.check(f"{name}: alerts about grants", bool(expected) and not missing and not extra,
                 f"{len(stored)} of the {len(expected)} that its events prove"
                 + (f"; missing {some(missing, 3)}" if missing else "")
                 + (f"; extra {some(extra, 3)}" if extra else ""))


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
