"""The service reads a topic while it is killed at random moments and the broker is restarted.

At the end the store must hold exactly the events of the archive, the stored alerts must be those
of a backtest, and every one of them must have been told.
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
from report import Report, say
from service import Service, kafka_source

TOPIC = "keycloak-events"


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos kafka", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=50, help="kills (50)")
    parser.add_argument("--events", type=int, default=1_020_000,
                        help="events in all (1020000: somewhat over 10^6 records)")
    parser.add_argument("--broker", choices=sorted(brokers.KINDS), default="noida")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--restarts", type=int, default=5, help="restarts of the broker (5); none "
                        "where it keeps nothing")
    processes.add_options(parser)
    return parser.parse_args()


class Chaos:
    """One topic, one service, and everything that happens to them."""

    def __init__(self, options, work):
        self.options = options
        self.random = random.Random(options.seed)
        path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                options.seed)
        self.path = path
        self.records = [(archive.session(line), line) for line in archive.lines(path)]
        self.broker = brokers.KINDS[options.broker](os.path.join(work, "broker")).start()
        self.broker.create_topic(TOPIC, options.partitions)
        self.feed = brokers.Feed(self.broker, TOPIC)
        self.service = Service(options.binary, work, [self.source()],
                               environment=self.broker.environment())
        self.sent = 0
        self.patience = 2 * self.broker.join_seconds + 1
        self.stuck = 0
        self.killed = self.moving = self.restarts = 0
        self.ended = []

    def source(self):
        # Nothing goes idle: how long a dead broker is silent must not decide over alerts.
        return kafka_source(self.broker, TOPIC, idle_after="1h")

    def stored(self):
        return evidence.event_count(self.options.binary, self.service.store)

    def produce(self, upto, seconds):
        """Sends the next records, spread over some seconds, from a thread."""
        part = self.records[self.sent:upto]
        rate = len(part) / max(seconds, 0.05)
        sender = threading.Thread(target=self.feed.send_all, args=(part, rate))
        sender.start()
        self.sent = upto
        return sender

    def round(self, number):
        """Starts the service, sends a share of the records beside it, kills it."""
        before = self.stored()
        self.service.start()
        moment = self.random.uniform(0.02, self.patience)
        # Records still come when the kill falls.
        upto = len(self.records) * number // self.options.rounds
        sender = self.produce(upto, 1.3 * moment)
        if self.restarts_now(number):
            # The producer is quiet meanwhile: what the broker confirmed it must have kept.
            sender.join()
            self.broker.stop()
            time.sleep(self.random.uniform(0, 1))
            self.broker.start()
            self.restarts += 1
            moment = self.random.uniform(0.02, self.patience)
        time.sleep(moment)
        coming = sender.is_alive()
        if self.service.kill():
            self.killed += 1
        else:
            self.ended.append(f"round {number}: {self.service.errors()}")
        sender.join()
        after = self.stored()
        self.moving += coming and after > before
        # A service that never comes to read would make this no test at all.
        self.stuck = 0 if after > before else self.stuck + 1
        if self.stuck > 2 and after < self.sent:
            self.patience = min(self.patience * 1.5, 30)
        say(f"round {number}: killed after {moment:.2f} s, {after} of {self.sent} stored")

    def restarts_now(self, number):
        wanted = self.options.restarts if self.broker.persists else 0
        return wanted and number % max(self.options.rounds // wanted, 1) == 0


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory(options.keep)
    chaos = Chaos(options, work)
    say(f"{len(chaos.records)} records, {options.partitions} partitions on {options.broker}")
    for number in range(1, options.rounds + 1):
        chaos.round(number)
    if chaos.broker.ends_are_exact:
        held = sum(chaos.broker.ends(TOPIC, options.partitions))
        report.check("the broker kept every record", held == len(chaos.records), str(held))
    report.check("the service ended only when killed", not chaos.ended, "; ".join(chaos.ended[:3]))
    report.check(
        "kills", chaos.killed == options.rounds and chaos.moving > 0,
        f"{chaos.killed} of {options.rounds}, {chaos.moving} while events were being stored; "
        f"{chaos.restarts} restarts of the broker")
    if not chaos.broker.ends_are_exact:
        # A run until the end would stop before the last batch: read it without one first.
        chaos.service.start()
        processes.wait_until(lambda: chaos.stored() >= len(chaos.records), 300, pause=0.5)
        chaos.service.terminate()
    chaos.service.start(until_end=True)
    status = chaos.service.finish(900)
    report.check("the last run reads to the end", status == 0,
                 f"status {status}, {chaos.service.errors(1)}")
    conclude(report, options, chaos, work)
    report.exit()


@evidence.told_as_failure
def conclude(report, options, chaos, work):
    """Compares the store with the archive and the alerts with a backtest of it."""
    binary, store = options.binary, chaos.service.store
    evidence.check_sound(report, binary, store)
    reference = os.path.join(work, "reference.db")
    evidence.output([binary, "ingest", chaos.path, "--store", reference])
    evidence.check_events(report, "events", evidence.Events(binary, reference),
                          evidence.Events(binary, store))
    expected = evidence.backtest(binary, chaos.path)
    evidence.check_alerts(report, "final alerts", expected, evidence.stored_alerts(binary, store))
    evidence.check_printed(report, expected, chaos.service.printed())


main()
