"""The service writes alerts into a topic of a real broker while it is killed and that restarted.

The service follows a file that grows and tells a topic of every alert. It is killed at random
moments, and the broker is stopped and started again beside it. At the end the topic must hold every
revision that the store says it had to be told, each grant's in their order in one partition, and
nothing more often than kills and restarts explain.
"""

import argparse
import collections
import os
import random
import time

from confluent_kafka import Consumer, TopicPartition

import archive
import brokers
import deliveries
import evidence
import processes
from report import Report, say, some
from service import Service

TOPIC = "grantrail-alerts"
HOOK = "bus"


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos sink", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=20, help="kills (20)")
    parser.add_argument("--events", type=int, default=40_000, help="events in all (40000)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--restarts", type=int, default=4, help="restarts of the broker (4)")
    processes.add_options(parser)
    return parser.parse_args()


class Chaos:
    """A file that grows, the service, and a broker with one topic."""

    def __init__(self, options, work):
        self.options = options
        self.random = random.Random(options.seed)
        self.broker = brokers.Noida(os.path.join(work, "broker")).start()
        self.broker.create_topic(TOPIC, options.partitions)
        path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                options.seed)
        log = os.path.join(work, "events.jsonl")
        source = {"name": "log", "type": "file", "path": log, "dialect": "keycloak",
                  "start": "beginning", "idle_after": "1h"}
        sink = {"name": HOOK, "type": "kafka", "brokers": [self.broker.address], "topic": TOPIC,
                "body": "cloudevents-binary", "min": "info", "timeout": "2s"}
        self.patience = 5.0
        self.writer = deliveries.Writer(archive.lines(path), log,
                                        options.rounds * self.patience / 2)
        self.service = Service(options.binary, work, [source], sinks=[sink], drain_timeout="60s")
        self.ended, self.kills, self.restarts, self.moving = [], 0, 0, 0

    def written(self):
        """Messages that the topic holds."""
        return sum(self.broker.ends(TOPIC, self.options.partitions))

    def round(self, number):
        before = self.written()
        self.service.start()
        wanted = self.options.restarts
        if wanted and number % max(self.options.rounds // wanted, 1) == 0:
            time.sleep(self.random.uniform(0.2, self.patience))
            # Killed, it would lose what it has confirmed.
            self.broker.stop()
            time.sleep(self.random.uniform(0, 2))
            self.broker.start()
            self.restarts += 1
        moment = self.random.uniform(0.2, self.patience)
        time.sleep(moment)
        if self.service.kill():
            self.kills += 1
        else:
            self.ended.append(f"round {number}: {self.service.errors()}")
        after = self.written()
        self.moving += after > before
        say(f"round {number}: killed after {moment:.2f} s, {self.writer.written} events written, "
            f"{after} messages in the topic")

    def messages(self):
        """All messages of the topic, those of a partition in their order."""
        consumer = Consumer({"bootstrap.servers": self.broker.address, "group.id": "check",
                             "enable.auto.commit": False, "log_level": 0,
                             **self.broker.properties})
        try:
            consumer.assign([TopicPartition(TOPIC, number, 0)
                             for number in range(self.options.partitions)])
            wanted, found = self.written(), []
            end = time.monotonic() + 60
            while len(found) < wanted and time.monotonic() < end:
                message = consumer.poll(1)
                if message is not None and not message.error():
                    found.append(message)
            return found
        finally:
            consumer.close()


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
    report.check("kills", chaos.kills > 0 and chaos.moving > 0,
                 f"{chaos.kills} of the service, {chaos.moving} while the topic grew; "
                 f"{chaos.restarts} restarts of the broker")
    conclude(report, chaos)
    report.exit()


@evidence.told_as_failure
def conclude(report, chaos):
    store = chaos.service.store
    settled = deliveries.settle(chaos.service, [HOOK], chaos.writer, 240)
    unwritten = [one for one, status in deliveries.rows(store, HOOK) if status != "delivered"]
    report.check("every delivery is written", settled and not unwritten,
                 f"{len(unwritten)} are not; {chaos.service.errors(1)}")
    expected = deliveries.told(store)
    messages = chaos.messages()
    headers = [{name: value.decode() for name, value in one.headers() or []} for one in messages]
    check_told(report, chaos, expected, headers)
    check_order(report, expected, messages, headers)
    unlike = [one.get("grantrail-id") for one in headers if one.get("ce_id") != one["grantrail-id"]]
    report.check("CloudEvents have the same id", bool(headers) and not unlike, some(unlike, 3))
    evidence.check_sound(report, chaos.options.binary, store)


def check_told(report, chaos, expected, headers):
    """Every revision is there; more than once only as often as something was stopped."""
    times = collections.Counter(one.get("grantrail-id") for one in headers)
    lost = [one for one in expected if one not in times]
    invented = [one for one in times if one not in set(expected)]
    # A kill hides the outcomes of what was written since the last commit.
    most = max(times.values(), default=0)
    allowed = 1 + chaos.kills + chaos.restarts
    repeats = sum(times.values()) - len(times)
    detail = (f"{len(times)} of {len(expected)} revisions, lost {len(lost)}, invented "
              f"{len(invented)}, {repeats} repeats, one at most {most} times")
    for what in (lost, invented):
        if what:
            detail += f"; {some(what, 3)}"
    clean = bool(expected) and not lost and not invented
    report.check("each revision is in the topic", clean and most <= allowed, detail)


def check_order(report, expected, messages, headers):
    """Each key has one partition, in which revisions first stand in the order of commits."""
    place = {one: number for number, one in enumerate(expected)}
    partitions, reached, seen, backwards = collections.defaultdict(set), {}, set(), []
    for message, names in zip(messages, headers):
        identifier = names.get("grantrail-id")
        partitions[message.key()].add(message.partition())
        if identifier in seen:
            continue
        seen.add(identifier)
        number = place.get(identifier, -1)
        if number < reached.get(message.key(), -1):
            backwards.append(identifier)
        reached[message.key()] = max(number, reached.get(message.key(), -1))
    torn = [key for key, numbers in partitions.items() if len(numbers) > 1]
    several = len(seen) - len(partitions)
    report.check("each grant has one partition", bool(partitions) and not torn,
                 f"{len(partitions)} keys; {some(torn, 3)}" if torn else f"{len(partitions)} keys")
    report.check("a grant's alerts in order", not backwards,
                 f"{several} behind another of their key; {some(backwards, 3)}")


main()
