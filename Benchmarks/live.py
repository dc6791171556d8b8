"""Latency, processor, memory and lag of the service at a steady rate, and its top speed.

At a steady rate: the time from handing a theft to the producer until the first line about it comes
out of the service, provisional or confirmed, for rules about refresh tokens. Broker, producer and
this program share the machine with the service.
"""

import argparse
import json
import os
import selectors
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

from confluent_kafka import KafkaException

import archive
import brokers
import evidence
import processes
from report import Report, say
from service import Service, configuration, kafka_source

TOPIC = "keycloak-events"
HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(prog="Benchmarks/live", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=10_000, help="events a second (10000)")
    parser.add_argument("--sessions", type=int, default=100_000, help="open at a time (100000)")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="refresh tokens that the "
                        "service remembers: once it does, its memory has to stay flat (1000000)")
    parser.add_argument("--thefts", type=float, default=1, help="thefts a second (1)")
    parser.add_argument("--top-speed", action="store_true", help="read a full topic instead")
    parser.add_argument("--events", type=int, default=2_000_000, help="of the full topic")
    parser.add_argument("--must-speed", type=int, default=200_000, help="events/s to reach")
    parser.add_argument("--must-latency", type=float, default=250, help="p99 in milliseconds")
    parser.add_argument("--must-slope", type=float, default=100, help="MB/h of memory; judged in "
                        "runs of 10 minutes and more")
    parser.add_argument("--broker", choices=sorted(brokers.KINDS), help="noida, which can forget; "
                        "tansu for the top speed, because it needs less of the processor")
    parser.add_argument("--kept", type=float, default=60, help="seconds that the broker keeps "
                        "records: these brokers look through all they have at every fetch, and "
                        "become slow with it; 0 to keep all (60)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", default=".build/live.json", help="file of the results")
    parser.add_argument("--binary", help="instead of a release build")
    parser.add_argument("--keep", action="store_true", help="keep the work directory")
    options = parser.parse_args()
    options.broker = options.broker or ("tansu" if options.top_speed else "noida")
    return options


def slope(points):
    """Least squares: units of y for one unit of x."""
    if len(points) < 2:
        return 0.0
    middle_x = statistics.fmean(x for x, _ in points)
    middle_y = statistics.fmean(y for _, y in points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))]


def sent_by(sent, moment):
    """Events sent by a moment, between two lines of the producer by proportion."""
    before, count = moment, 0
    for when, upto in sent:
        if when >= moment:
            share = (moment - before) / (when - before) if when > before else 1
            return round(count + max(share, 0) * (upto - count))
        before, count = when, upto
    return count


def stored_events(address):
    """How many events the service says it has; 0 while it does not answer. Asking it costs
    next to nothing; a process that opens the store would take a core from what is measured."""
    try:
        with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
            page = answer.read().decode()
    except OSError:
        return 0
    return int(float(page.partition("\ngrantrail_store_events ")[2].partition("\n")[0] or 0))


class Sampler:
    """Processor time, memory, store size and stored events of a process over time."""

    def __init__(self, pid, address, store):
        self.pid = pid
        self.address = address
        self.store = store
        self.started = time.time()
        self.samples = []
        self.stored = []

    def take(self):
        try:
            with open(f"/proc/{self.pid}/stat") as source:
                fields = source.read().rpartition(")")[2].split()
            with open(f"/proc/{self.pid}/status") as source:
                status = dict(line.split(":", 1) for line in source)
        except FileNotFoundError:
            return
        if "VmRSS" not in status:
            # It has ended and nobody has asked for its status yet.
            return
        size = sum(os.path.getsize(self.store + suffix) for suffix in ("", "-wal")
                   if os.path.exists(self.store + suffix))
        self.samples.append({
            "time": time.time(),
            "cpu": (int(fields[11]) + int(fields[12])) / TICKS,
            "rss": int(status["VmRSS"].split()[0]) * 1024,
            "anonymous": int(status["RssAnon"].split()[0]) * 1024,
            "store": size,
        })
        if len(self.samples) % 5 == 0:
            self.stored.append((time.time(), stored_events(self.address)))

    def after(self, seconds):
        return [one for one in self.samples if one["time"] - self.started >= seconds]


class Retention(threading.Thread):
    """Has the broker forget records after a while, as a topic's retention does."""

    def __init__(self, broker, partitions, seconds):
        super().__init__(daemon=True)
        self.broker = broker
        self.partitions = partitions
        self.seconds = seconds

    def run(self):
        while True:
            ends = self.broker.ends(TOPIC, self.partitions)
            time.sleep(self.seconds)
            try:
                self.broker.delete_before(TOPIC, ends)
            except (KafkaException, TimeoutError) as error:
                say(f"the broker keeps what it has: {error!r}")


class Steady:
    """One run at a steady rate."""

    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.broker = brokers.KINDS[options.broker](os.path.join(work, "broker")).start()
        self.broker.create_topic(TOPIC, options.partitions)
        self.address = f"127.0.0.1:{brokers.free_port(19300, 19399)}"
        self.first = {}
        self.alerts = 0
        self.drained = False

    def start_service(self):
        store = os.path.join(self.work, "live.db")
        path = os.path.join(self.work, "live.yml")
        with open(path, "w") as sink:
            sink.write(configuration(store, [kafka_source(self.broker, TOPIC)],
                                     snapshot_every="5m", tokens=self.options.tokens,
                                     listen=self.address))
        self.errors = open(os.path.join(self.work, "live.err"), "w+b")
        self.service = processes.start(
            [self.options.binary, "run", "--config", path], stdout=subprocess.PIPE,
            stderr=self.errors, env={**os.environ, **self.broker.environment()}, bufsize=0)
        self.sampler = Sampler(self.service.pid, self.address, store)

    def start_traffic(self):
        options = self.options
        self.log = open(os.path.join(self.work, "traffic.txt"), "w+")
        command = [sys.executable, os.path.join(HERE, "live_traffic.py"), self.broker.address,
                   TOPIC, options.rate, options.minutes * 60, options.sessions, options.thefts,
                   options.seed]
        self.traffic = processes.start([str(part) for part in command], stdout=self.log)
        if options.kept and self.broker.forgets:
            Retention(self.broker, options.partitions, options.kept).start()

    def listen(self):
        """Notes when each theft is first told of, and takes a sample every second. False if the
        service ended before its time; at the end it is drained."""
        os.set_blocking(self.service.stdout.fileno(), False)
        selector = selectors.DefaultSelector()
        selector.register(self.service.stdout, selectors.EVENT_READ)
        rest, sample_at, end = b"", time.time(), None
        while self.service.poll() is None:
            for _ in selector.select(max(0, sample_at - time.time())):
                now = time.time()
                rest = self.hear(rest + (self.service.stdout.read(1 << 20) or b""), now)
            if time.time() >= sample_at:
                self.sampler.take()
                sample_at += 1
            if end is None and self.traffic.poll() is not None:
                end = time.time() + 5
            if end and time.time() > end and not self.drained:
                self.drained = True
                self.service.terminate()
            if end and time.time() > end + 60:
                self.service.kill()
        return self.drained

    def hear(self, text, now):
        *lines, rest = text.split(b"\n")
        for line in lines:
            alert = json.loads(line)
            self.alerts += 1
            if alert["rule"]["name"].startswith("REF-") and alert["state"] != "withdrawn":
                self.first.setdefault(alert["keys"].get("session"), now)
        return rest

    def told(self):
        """Thefts by session and what was sent by when."""
        self.log.seek(0)
        thefts, sent = {}, []
        for line in self.log:
            what, value, moment = line.split()
            if what == "theft":
                thefts[value] = float(moment)
            else:
                sent.append((float(moment), int(value)))
        return thefts, sent


def steady(report, options, work):
    run = Steady(options, work)
    run.start_service()
    # The service has joined its group before the first event, so that latency is measured only.
    time.sleep(5)
    run.start_traffic()
    alive = run.listen()
    run.errors.seek(0)
    words = run.errors.read().decode(errors="replace").strip().splitlines()[-2:]
    report.check("the service ran through", alive, "" if alive else " | ".join(words))
    status = run.service.wait()
    if alive:
        report.check("SIGTERM drains", status == 0, f"status {status}")
    results = summary(report, options, run)
    with open(options.json, "w") as sink:
        json.dump(results, sink, indent=4)
        sink.write("\n")
    say(f"results: {options.json}")


def summary(report, options, run):
    thefts, sent = run.told()
    sampler = run.sampler
    # By then the ledger is full and makes room for new tokens.
    warm = min(420, options.minutes * 60 / 3)
    samples = sampler.after(warm) or sampler.samples
    latencies = sorted((run.first[name] - moment) * 1000 for name, moment in thefts.items()
                       if name in run.first)
    hours = [one["time"] / 3600 for one in samples]
    memory = slope(list(zip(hours, (one["rss"] / 1e6 for one in samples))))
    rates = [100 * (right["cpu"] - left["cpu"]) / (right["time"] - left["time"])
             for left, right in zip(samples, samples[1:])]
    lags = [sent_by(sent, when) - stored for when, stored in sampler.stored]
    total = sent[-1][1] if sent else 0
    stored = evidence.event_count(options.binary, sampler.store)
    results = {
        "events": total, "stored": stored, "rate": options.rate, "minutes": options.minutes,
        "broker": options.broker, "thefts": len(thefts), "told": len(latencies),
        "alert_lines": run.alerts,
        "latency_ms": {name: round(percentile(latencies, share), 1) if latencies else None
                       for name, share in (("p50", .5), ("p95", .95), ("p99", .99), ("max", 1))},
        "cpu_percent": round(statistics.fmean(rates), 1) if rates else None,
        "cpu_slope_percent_per_hour": round(slope(list(zip(hours[1:], rates))), 1),
        "rss_mb": round(samples[-1]["rss"] / 1e6, 1) if samples else None,
        "rss_slope_mb_per_hour": round(memory, 1),
        "anonymous_slope_mb_per_hour":
            round(slope(list(zip(hours, (one["anonymous"] / 1e6 for one in samples)))), 1),
        "store_mb": round(sampler.samples[-1]["store"] / 1e6, 1) if sampler.samples else None,
        "store_bytes_per_event": round(sampler.samples[-1]["store"] / max(stored, 1), 1)
        if sampler.samples else None,
        "lag_median": statistics.median(lags) if lags else None,
        "lag_max": max(lags, default=None),
    }
    judge(report, options, results)
    return results


def judge(report, options, results):
    latency = results["latency_ms"]
    wanted = options.rate * options.minutes * 60
    report.check("rate", results["events"] >= 0.99 * wanted,
                 f"{results['events'] / options.minutes / 60:,.0f} events/s")
    report.check("stored", results["events"] == results["stored"],
                 f"{results['stored']} of {results['events']} events")
    report.check("thefts told", results["thefts"] == results["told"] > 0,
                 f"{results['told']} of {results['thefts']}")
    report.check("latency", latency["p99"] is not None and latency["p99"] <= options.must_latency,
                 "ms: " + ", ".join(f"{name} {value}" for name, value in latency.items()))
    judged = options.minutes >= 10
    report.check("memory", not judged or results["rss_slope_mb_per_hour"] <= options.must_slope,
                 f"{results['rss_mb']} MB, {results['rss_slope_mb_per_hour']:+} MB/h (anonymous "
                 f"{results['anonymous_slope_mb_per_hour']:+})")
    report.check("processor", not judged or results["cpu_slope_percent_per_hour"] <= 10,
                 f"{results['cpu_percent']} %, {results['cpu_slope_percent_per_hour']:+} %/h")
    report.check("lag", True, f"events: median {results['lag_median']}, max {results['lag_max']}")
    report.check("store", True, f"{results['store_mb']} MB, {results['store_bytes_per_event']} "
                 "bytes an event")


def top_speed(report, options, work):
    """A full topic read to its end by one process."""
    path = archive.simulate(options.binary, os.path.join(work, "in"), options.events, options.seed)
    records = archive.lines(path)
    size = os.path.getsize(path)
    broker = brokers.KINDS[options.broker](os.path.join(work, "broker")).start()
    broker.create_topic(TOPIC, options.partitions)
    feed = brokers.Feed(broker, TOPIC)
    feed.send_all((archive.session(line), line) for line in records)
    say(f"{len(records)} records, {size / 1e9:.2f} GB on {options.broker}")
    count = len(records)
    del records
    source = kafka_source(broker, TOPIC)
    address = f"127.0.0.1:{brokers.free_port(19300, 19399)}"
    service = Service(options.binary, work, [source], environment=broker.environment(),
                      snapshot_every="5m", listen=address)
    started = time.monotonic()
    process = service.start(until_end=broker.ends_are_exact)
    marks = []
    while process.poll() is None and (not marks or marks[-1][1] < count):
        time.sleep(0.25)
        stored = stored_events(address)
        if stored and (not marks or stored > marks[-1][1]):
            marks.append((time.monotonic() - started, stored))
        if time.monotonic() - started > 600:
            break
    status = service.finish(120) if broker.ends_are_exact else service.terminate()
    stored = evidence.event_count(options.binary, service.store)
    report.check("read to the end", status == 0 and stored == count,
                 f"status {status}, {stored} of {count}" + ("" if status == 0 else
                                                            f", {service.errors(2)}"))
    if len(marks) > 1:
        # From the first events that were seen to the last: joining the group is not counted.
        (start, first), (end, last) = marks[0], marks[-1]
        speed = (last - first) / (end - start)
        report.check("top speed", speed >= options.must_speed,
                     f"{speed:,.0f} events/s, {speed * size / count / 1e6:,.0f} MB/s; first events "
                     f"after {start:.1f} s, all after {end:.1f} s")
        with open(options.json, "w") as sink:
            json.dump({"events": count, "bytes": size, "events_per_second": round(speed),
                       "first_after_s": start, "all_after_s": end}, sink, indent=4)
            sink.write("\n")
    else:
        report.check("top speed", False, f"all at once: too few events to tell ({marks})")


def main():
    options = arguments()
    report = Report()
    work = processes.work_directory(options.keep)
    (top_speed if options.top_speed else steady)(report, options, work)
    report.exit()


main()
