"""An archive, shuffled as far as the lateness allows, is fed to the service live: through a topic
of one partition, of several keyed by session, of several at random, and through a growing file.
Each time the final alerts must be those of a backtest, whatever the service told on the way.
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

SECONDS = 6


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/check-live", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--disorder", default="0,5,30", help="seconds of event time (0,5,30)")
    parser.add_argument("--broker", choices=sorted(brokers.KINDS), default="noida")
    parser.add_argument("--partitions", type=int, default=4)
    processes.add_options(parser)
    return parser.parse_args()


def shuffled(lines, seconds, generator):
    """The records as they would come in if each were delayed by up to so many seconds: none comes
    later than one whose event time is that much ahead."""
    delayed = [(archive.event_time(line) + generator.uniform(0, 1000 * seconds),
                generator.random(), line) for line in lines]
    return [line for _, _, line in sorted(delayed)]


class Check:
    def __init__(self, options, report, work):
        self.options = options
        self.report = report
        self.work = work
        self.random = random.Random(options.seed)
        self.path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                     options.seed)
        self.lines = archive.lines(self.path)
        self.expected = evidence.backtest(options.binary, self.path)
        reference = os.path.join(work, "reference.db")
        evidence.output([options.binary, "ingest", self.path, "--store", reference])
        self.events = evidence.Events(options.binary, reference)
        self.broker = brokers.KINDS[options.broker](os.path.join(work, "broker")).start()

    def topic(self, seconds, name, partitions, key):
        """Feeds a topic while the service reads it."""
        name = f"{name}-{seconds}"
        self.broker.create_topic(name, partitions)
        feed = brokers.Feed(self.broker, name)
        records = [(key(line), line) for line in shuffled(self.lines, seconds, self.random)]
        source = kafka_source(self.broker, name, group=name, idle_after="1h")
        self.run(name, seconds, source,
                 lambda: feed.send_all(records, len(records) / SECONDS),
                 self.broker.environment())

    def file(self, seconds):
        """Writes a file, a piece at a time, while the service follows it."""
        folder = os.path.join(self.work, f"file-{seconds}")
        os.mkdir(folder)
        lines = shuffled(self.lines, seconds, self.random)
        path = os.path.join(folder, "events.jsonl")
        source = {"name": "log", "type": "file", "path": path, "dialect": "keycloak",
                  "start": "beginning", "idle_after": "1h"}

        def write():
            with open(path, "ab", buffering=0) as sink:
                for first in range(0, len(lines), 200):
                    sink.write(b"".join(line + b"\n" for line in lines[first:first + 200]))
                    time.sleep(SECONDS * 200 / len(lines))

        self.run(f"file-{seconds}", seconds, source, write)

    def run(self, name, seconds, source, feed, environment=None):
        """One run while records come, ended in an orderly way, and one that reads to the end."""
        service = Service(self.options.binary, self.work, [source], name=f"service-{name}",
                          environment=environment, lateness=f"{seconds}s")
        binary = self.options.binary
        sender = threading.Thread(target=feed)
        service.start()
        sender.start()
        sender.join()
        processes.wait_until(
            lambda: evidence.event_count(binary, service.store) >= len(self.lines)
            or not service.is_running(), 60, pause=0.3)
        first = service.terminate()
        service.start(until_end=True)
        status = service.finish(120)
        if (first, status) != (0, 0):
            self.report.check(name, False, f"status {first}, then {status}: {service.errors(2)}")
            return
        self.compare(name, service)

    def compare(self, name, service):
        binary, store = self.options.binary, service.store

        @evidence.told_as_failure
        def compare(report):
            evidence.check_events(report, f"{name}: events", self.events,
                                  evidence.Events(binary, store))
            evidence.check_alerts(report, f"{name}: final alerts", self.expected,
                                  evidence.stored_alerts(binary, store))
            evidence.check_printed(report, self.expected, service.printed(), name, killed=False)

        compare(self.report)


def main():
    options = arguments()
    report = Report()
    check = Check(options, report, processes.work_directory(options.keep))
    for seconds in (int(part) for part in options.disorder.split(",")):
        say(f"-- disorder and lateness {seconds} s")
        check.topic(seconds, "one", 1, lambda line: None)
        check.topic(seconds, "by-session", options.partitions, archive.session)
        check.topic(seconds, "at-random", options.partitions,
                    lambda line: str(check.random.random()).encode())
        check.file(seconds)
    report.exit()


main()
