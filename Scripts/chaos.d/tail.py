"""The service follows files that are written, rotated, cut and compressed while it is killed.

A writer keeps four kinds of logs going: one renamed at rotation and compressed later, one copied
and truncated, one with the date in its name, and a growing number of short ones. JSON records have
ids of their own; those of the text log are known only by stream and offset, so that reading
anything twice would double them. What the store holds at the end must be what a reader of the
finished streams gets.
"""

import argparse
import gzip
import os
import random
import threading
import time

import archive
import evidence
import processes
from report import Report, say
from service import Service


def copy_slowly(source, sink):
    """As rotating tools do, under the final name: whoever looks meanwhile finds a part."""
    while piece := source.read(16384):
        sink.write(piece)
        sink.flush()
        time.sleep(0.002)


class Log:
    """A log that is written to, and a copy of every finished or unfinished stream of it."""

    def __init__(self, directory, streams, name):
        self.directory = directory
        self.streams = streams
        self.name = name
        self.rotations = 0
        self.open()

    def path(self):
        return os.path.join(self.directory, self.name)

    def open(self):
        self.file = open(self.path(), "ab", buffering=0)
        self.open_copy()

    def open_copy(self):
        name = f"{self.name}-{self.rotations:04}.log"
        self.copy = open(os.path.join(self.streams, name), "ab")

    def write(self, line, generator):
        """One record, now and then in two pieces as a busy logger does."""
        line += b"\n"
        self.copy.write(line)
        if generator.random() < 0.02:
            middle = generator.randrange(1, len(line))
            self.file.write(line[:middle])
            time.sleep(0.002)
            self.file.write(line[middle:])
        else:
            self.file.write(line)

    def close(self):
        self.file.close()
        self.copy.close()

    def rotate(self, generator):
        """A new file under the next name, unless a kind of log does otherwise."""
        self.close()
        self.rotations += 1
        self.open()


class Renamed(Log):
    """`a.log` becomes `a.log.1`, that becomes `a.log.2.gz`, as logrotate does with delaycompress.
    For a moment the plain file and its compressed twin stand side by side."""

    def rotate(self, generator):
        base = self.path()
        for old in range(self.rotations, 1, -1):
            name = f"{base}.{old}.gz"
            if os.path.exists(name):
                os.rename(name, f"{base}.{old + 1}.gz")
        if os.path.exists(f"{base}.1"):
            with open(f"{base}.1", "rb") as plain, gzip.open(f"{base}.2.gz", "wb") as packed:
                copy_slowly(plain, packed)
            time.sleep(generator.uniform(0, 0.2))
            os.remove(f"{base}.1")
        os.rename(base, f"{base}.1")
        super().rotate(generator)


class Truncated(Log):
    """`b.log` is copied to `b.log.1` and cut to nothing; the writer keeps its descriptor. What is
    written between copy and cut would be lost to everybody, so nothing is."""

    def rotate(self, generator):
        base = self.path()
        time.sleep(0.3)
        for old in range(self.rotations, 0, -1):
            os.rename(f"{base}.{old}", f"{base}.{old + 1}")
        with open(base, "rb") as source, open(f"{base}.1", "wb") as sink:
            copy_slowly(source, sink)
        os.truncate(base, 0)
        self.copy.close()
        self.rotations += 1
        self.open_copy()


class Dated(Log):
    """A new name for every day."""

    def path(self):
        return os.path.join(self.directory, f"{self.name}-day{self.rotations:03}.log")


class Growing(Log):
    """Short logs, several open at a time; the pattern matches more and more of them."""

    def path(self):
        return os.path.join(self.directory, f"{self.name}-{self.rotations:04}.log")


class Writer(threading.Thread):
    """Deals the records of two archives to the logs, in time order, at an even rate."""

    def __init__(self, json_records, text_records, live, streams, seconds, seed):
        super().__init__(daemon=True)
        self.random = random.Random(seed)
        self.seconds = seconds
        self.written = 0
        self.error = None
        folders = {}
        for kind in ("json", "text"):
            folders[kind] = (os.path.join(live, kind), os.path.join(streams, kind))
            for folder in folders[kind]:
                os.makedirs(folder)
        self.logs = {
            "json": [Renamed(*folders["json"], "a.log"), Dated(*folders["json"], "c")]
            + [Growing(*folders["json"], f"d{number}") for number in range(3)],
            "text": [Truncated(*folders["text"], "b.log"), Renamed(*folders["text"], "e.log")],
        }
        self.records = self.merged(json_records, text_records)

    @staticmethod
    def merged(json_records, text_records):
        """Both archives span the same days; a share of each in turn keeps their times together."""
        whole = [(index / len(json_records), "json", line)
                 for index, line in enumerate(json_records)]
        whole += [(index / len(text_records), "text", line)
                  for index, line in enumerate(text_records)]
        whole.sort(key=lambda record: record[0])
        return [(kind, line) for _, kind, line in whole]

    def run(self):
        try:
            self.work()
        except Exception as error:  # told by the main thread, which must not wait for ever
            self.error = error

    def work(self):
        # About twenty rotations of every log in the whole run, each at a moment of its own.
        chance = 20 * 7 / len(self.records)
        started = time.monotonic()
        for count, (kind, line) in enumerate(self.records):
            if count % 32 == 0:
                ahead = count / len(self.records) * self.seconds - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)
            log = self.random.choice(self.logs[kind])
            log.write(line, self.random)
            self.written += 1
            if self.random.random() < chance:
                log.rotate(self.random)
        for logs in self.logs.values():
            for log in logs:
                log.close()

    def rotations(self):
        return sum(log.rotations for logs in self.logs.values() for log in logs)


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/chaos tail", description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=50, help="kills (50)")
    parser.add_argument("--events", type=int, default=200_000, help="events in all (200000)")
    processes.add_options(parser)
    return parser.parse_args()


def sources(live):
    return [
        {"name": kind, "type": "file", "path": os.path.join(live, kind, "*.log*"),
         "dialect": "keycloak", "start": "beginning", "idle_after": "1h"}
        for kind in ("json", "text")
    ]


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory(options.keep)
    binary = options.binary
    half = options.events // 2
    json_path = archive.simulate(binary, os.path.join(work, "in"), half, options.seed)
    text_path = archive.simulate(binary, os.path.join(work, "in-text"), half, options.seed + 1,
                                 "keycloak-text")
    live, streams = os.path.join(work, "live"), os.path.join(work, "streams")
    patience = 2.5
    writer = Writer(archive.lines(json_path), archive.lines(text_path), live, streams,
                    options.rounds * patience / 2, options.seed)
    service = Service(binary, work, sources(live))
    generator = random.Random(options.seed)
    ended, moving = [], 0
    writer.start()
    for number in range(1, options.rounds + 1):
        before = evidence.event_count(binary, service.store)
        service.start()
        moment = generator.uniform(0.02, patience)
        time.sleep(moment)
        if not service.kill():
            ended.append(f"round {number}: {service.errors()}")
        after = evidence.event_count(binary, service.store)
        moving += after > before and writer.is_alive()
        say(f"round {number}: killed after {moment:.2f} s, {after} stored, "
            f"{writer.written} written, {writer.rotations()} rotations")
    writer.join()
    if writer.error:
        raise writer.error
    report.check("the service ended only when killed", not ended, "; ".join(ended[:3]))
    report.check("kills", moving > 0, f"{options.rounds - len(ended)} of {options.rounds}, "
                 f"{moving} while events were being stored; {writer.rotations()} rotations")
    service.start(until_end=True)
    status = service.finish(600)
    report.check("the last run reads to the end", status == 0,
                 f"status {status}, {service.errors(1)}")
    conclude(report, binary, service, streams, work)
    report.exit()


@evidence.told_as_failure
def conclude(report, binary, service, streams, work):
    """Compares with what a reader of every finished stream gets."""
    evidence.check_sound(report, binary, service.store)
    reference = os.path.join(work, "reference.db")
    for kind in ("json", "text"):
        evidence.output([binary, "ingest", os.path.join(streams, kind), "--store", reference])
    evidence.check_events(report, "events", evidence.Events(binary, reference),
                          evidence.Events(binary, service.store))
    expected = evidence.backtest(binary, "--store", reference)
    evidence.check_alerts(report, "final alerts", expected,
                          evidence.stored_alerts(binary, service.store))
    evidence.check_printed(report, expected, service.printed())


main()
