"""Everything that goes wrong around the service: it says what, ends as documented, and recovers.

Each fault is caused, the message and the exit status are compared with what docs/ERRORS.md
promises, the cause is removed, and the store must then come to hold every event. Offsets that the
broker knows must never be ahead of what the store holds.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import time

import archive
import brokers
import evidence
import processes
from fault import PARTITIONS, Faults
from report import Report, say
from service import Service, configuration, kafka_source

NOBODY = 65534
# The check of the configuration may find it before the store does.
UNUSABLE = [74, 78]


def wrong_key(faults):
    service = faults.service("wrong-key")
    evidence.output([faults.binary, "ingest", faults.path, "--store", service.store])
    other = os.path.join(faults.work, "other-state")
    kept = dict(service.environment)
    service.environment["XDG_STATE_HOME"] = other
    simple = os.path.join(faults.work, "simple.db")
    subprocess.run([faults.binary, "ingest", faults.path, "--store", simple],
                   env=service.environment, capture_output=True, check=True)
    faults.ends("wrong key", service, [78], "key")
    service.environment = kept
    faults.recovers("wrong key", service)


def broken_configuration(faults):
    whole = configuration("s.db", [{"name": "f", "type": "file", "path": faults.path}])
    cases = {
        "no such setting": (whole + "snks: []\n", r"\d+:\d+.*snks"),
        "no YAML": (whole + "sources: [\n", r"\d+:\d+"),
        "wrong type": (whole.replace("lateness: \"30s\"", "lateness: soon"), r"\d+:\d+.*lateness"),
        "secret in the open": (whole + "fingerprint: hunter2hunter2\n", r"\d+:\d+"),
        "two faults at once": (
            whole.replace("type: stdout", "type: stdoutt") + "snks: []\n", r"(?s)stdoutt.*snks"),
    }
    for name, (text, pattern) in cases.items():
        path = os.path.join(faults.work, "broken.yml")
        with open(path, "w") as sink:
            sink.write(text)
        done = subprocess.run([faults.binary, "run", "--config", path], capture_output=True,
                              timeout=60, cwd=faults.work)
        said = done.stderr.decode(errors="replace")
        quiet = b"hunter2" not in done.stderr + done.stdout
        faults.report.check(
            f"configuration, {name}",
            done.returncode == 78 and re.search(pattern, said) is not None and quiet,
            f"status {done.returncode}, 78 expected; says: {' | '.join(said.splitlines()[:2])}")


def missing_configuration(faults):
    done = subprocess.run([faults.binary, "run", "--config", "/nowhere/run.yml"],
                          capture_output=True, timeout=60)
    said = done.stderr.decode(errors="replace").strip()
    faults.report.check("configuration is not there", done.returncode in (66, 78)
                        and "/nowhere/run.yml" in said, f"status {done.returncode}; says: {said}")


def powerless(faults, name):
    """A service of a user with the same key who may write nothing else."""
    service = faults.service(name)
    state = os.path.join(faults.work, f"{name}-state")
    shutil.copytree(os.environ["XDG_STATE_HOME"], state)
    service.environment["XDG_STATE_HOME"] = state
    if os.geteuid() == 0:
        for folder, _, files in os.walk(state):
            for one in [folder] + [os.path.join(folder, file) for file in files]:
                os.chown(one, NOBODY, NOBODY)
        return service, {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return service, {}


def unwritable_directory(faults):
    service, user = powerless(faults, "unwritable")
    service.store = os.path.join(faults.work, "locked", "store.db")
    os.mkdir(os.path.dirname(service.store))
    os.chmod(os.path.dirname(service.store), 0o555)
    faults.ends("unwritable directory", service, UNUSABLE, "store.db|locked", **user)
    os.chmod(os.path.dirname(service.store), 0o777)
    faults.recovers("unwritable directory", service, **user)


def read_only_store(faults):
    service, user = powerless(faults, "read-only")
    service.store = os.path.join(faults.work, "half", "store.db")
    os.mkdir(os.path.dirname(service.store))
    if user:
        os.chown(os.path.dirname(service.store), NOBODY, NOBODY)
    service.start(until_end=True, **user)
    if service.finish(60) != 0:
        faults.report.check("read-only store", False, service.errors(2))
        return
    if user:
        os.chown(service.store, 0, 0)
        os.chown(os.path.dirname(service.store), 0, 0)
    os.chmod(service.store, 0o444)
    os.chmod(os.path.dirname(service.store), 0o555)
    faults.ends("read-only store", service, UNUSABLE, "store.db", **user)
    os.chmod(os.path.dirname(service.store), 0o777)
    os.chmod(service.store, 0o666)
    faults.recovers("read-only store", service, **user)


def missing_directory(faults):
    service = faults.service("missing-directory")
    service.store = os.path.join(faults.work, "no", "such", "place", "store.db")
    faults.ends("directory is not there", service, UNUSABLE, "store.db|place")


def full_disk(faults):
    """A limit on the size of files stands for the full disk where nothing can be mounted."""
    topic = "full-disk"
    faults.produce(topic)
    service = faults.service("full-disk", topic)
    place = os.path.join(faults.work, "small")
    os.mkdir(place)
    service.store = os.path.join(place, "store.db")
    size = os.path.getsize(faults.reference) // 2
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    limits = {} if mounted else {
        "restore_signals": False,  # Python ignores SIGXFSZ; so shall the child
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    }
    try:
        how = "tmpfs" if mounted else "limit"
        faults.ends(f"disk full ({how})", service, [74], "full|space|too large", **limits)
        faults.nothing_ahead("disk full", service, topic)
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=2g", place], check=True)
        faults.recovers("disk full", service)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", place], check=False)


def corrupt_store(faults):
    """A changed byte is found by verification; a store without its head is refused."""
    service = faults.service("corrupt")
    evidence.output([faults.binary, "ingest", faults.path, "--store", service.store])
    whole = service.store + ".whole"
    shutil.copy(service.store, whole)
    size = os.path.getsize(whole)
    with open(service.store, "r+b") as store:
        store.seek(size // 2)
        byte = store.read(1)[0]
        store.seek(size // 2)
        store.write(bytes([byte ^ 0x40]))
    done = subprocess.run([faults.binary, "store", "verify", service.store], capture_output=True)
    said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[:1]
    faults.report.check("one byte changed: store verify", done.returncode == 1,
                        f"status {done.returncode}; says: {said}")
    with open(service.store, "r+b") as store:
        store.write(b"\0" * 4096)
    faults.ends("head of the store overwritten", service, [74], "store")
    shutil.copy(whole, service.store)
    faults.recovers("corrupt store", service)


def broker_down(faults):
    topic = "down"
    faults.produce(topic)
    faults.broker.stop()
    service = faults.service("down", topic)
    service.start()
    faults.says("broker down at start", service, "unreachable|refused|not reach|cannot be reached")
    faults.broker.start()
    stored = lambda: evidence.event_count(faults.binary, service.store)
    came = processes.wait_until(lambda: stored() == len(faults.events), 60, pause=0.2)
    faults.report.check("broker comes up", came, f"{stored()} of {len(faults.events)} events")
    faults.broker.stop()
    faults.says("broker goes down", service, "unreachable|refused|not reach|cannot be reached")
    faults.broker.start()
    time.sleep(2)
    faults.nothing_ahead("broker down", service, topic)
    faults.recovers("broker down", service)


def missing_topic(faults):
    topic = "not-yet"
    service = faults.service("missing-topic", topic)
    # The broker makes a topic for whoever asks; the service must not ask for that.
    service.start()
    faults.says("topic is not there", service, "not-yet|topic")
    missing = topic not in faults.broker.admin().list_topics(timeout=5).topics
    faults.report.check("reading makes no topic", missing)
    faults.produce(topic, create=missing)
    stored = lambda: evidence.event_count(faults.binary, service.store)
    came = processes.wait_until(lambda: stored() == len(faults.events), 60, pause=0.2)
    faults.report.check("topic comes up", came, f"{stored()} of {len(faults.events)} events")
    faults.recovers("missing topic", service)


def wrong_credentials(faults):
    """Tansu knows no user at its start, so every password is a wrong one."""
    broker = brokers.Tansu(os.path.join(faults.work, "tansu"), authentication=True)
    log = os.path.join(broker.directory, "broker.log")
    with open(log, "ab") as sink:
        broker.process = processes.start(broker.command(), stdout=sink, stderr=sink)
    password = os.path.join(faults.work, "password")
    with open(password, "w") as sink:
        sink.write("open sesame")
    os.chmod(password, 0o600)
    source = kafka_source(broker, "any", security={"sasl": {
        "mechanism": "SCRAM-SHA-256", "username": "nobody",
        "password": {"secret_file": password}}})
    service = Service(faults.binary, faults.work, [source], name="credentials",
                      environment=broker.environment())
    time.sleep(1)
    service.start()
    faults.says("wrong credentials", service, "authentication|credential|password|login")
    said = service.errors(1000)
    faults.report.check("the password is not logged", "open sesame" not in said)
    status = service.terminate()
    faults.report.check("wrong credentials: SIGTERM ends", status == 0, f"status {status}")
    broker.stop()


def oversized_message(faults):
    """A record beyond every limit is counted and passed over; those behind it are read."""
    topic = "oversized"
    faults.broker.create_topic(topic, PARTITIONS)
    # Small on its way through the broker, which refuses more than a megabyte.
    feed = brokers.Feed(faults.broker, topic, **{"message.max.bytes": 64_000_000,
                                                 "compression.type": "zstd"})
    half = len(faults.lines) // 2
    feed.send_all((archive.session(line), line) for line in faults.lines[:half])
    huge = json.dumps({"id": "x", "time": 1, "type": "LOGIN", "error": "x" * 30_000_000})
    feed.send(None, huge.encode(), partition=0)
    feed.send(None, None, partition=1)  # a tombstone
    feed.send(None, b"", partition=1)
    feed.send_all((archive.session(line), line) for line in faults.lines[half:])
    service = faults.service("oversized", topic)
    faults.recovers("oversized message, tombstone, empty record", service)


def clock_jump(faults):
    """A server whose clock is a month ahead for one record, and a day behind for another."""
    lines = list(faults.lines)
    middle = len(lines) // 2
    for ident, shift in (("11111111-1111-4111-8111-111111111111", 30 * 86_400_000),
                         ("22222222-2222-4222-8222-222222222222", -86_400_000)):
        record = json.loads(lines[middle])
        record.update(id=ident, time=record["time"] + shift)
        lines.insert(middle, json.dumps(record, separators=(",", ":")).encode())
    path = os.path.join(faults.work, "jumps.jsonl")
    with open(path, "wb") as sink:
        sink.write(b"\n".join(lines) + b"\n")
    topic = "jumps"
    faults.broker.create_topic(topic, 1)
    feed = brokers.Feed(faults.broker, topic)
    feed.send_all((None, line) for line in lines)
    service = faults.service("jumps", topic)
    service.start(until_end=True)
    status = service.finish(120)
    faults.report.check("clock jumps: read to the end", status == 0, f"status {status}, "
                        f"{service.errors(1)}")
    evidence.told_as_failure(check_jumps)(faults.report, faults, path, service)


def check_jumps(report, faults, path, service):
    """The month ahead must not silence anything; what is a day late is stored like the rest."""
    reference = path + ".db"
    evidence.output([faults.binary, "ingest", path, "--store", reference])
    evidence.check_events(report, "clock jumps: events", evidence.Events(faults.binary, reference),
                          evidence.Events(faults.binary, service.store))
    evidence.check_alerts(report, "clock jumps: final alerts",
                          evidence.backtest(faults.binary, path),
                          evidence.stored_alerts(faults.binary, service.store))


ALL = [
    broken_configuration, missing_configuration, wrong_key, missing_directory,
    unwritable_directory, read_only_store, corrupt_store, full_disk, broker_down, missing_topic,
    wrong_credentials, oversized_message, clock_jump,
]


def main():
    names = {fault.__name__.replace("_", "-"): fault for fault in ALL}
    parser = argparse.ArgumentParser(prog="Scripts/chaos faults", description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT",
                        help=f"only these; known are {', '.join(names)}")
    parser.add_argument("--events", type=int, default=60_000)
    processes.add_options(parser)
    options = parser.parse_args()
    unknown = [name for name in options.faults if name not in names]
    if unknown:
        parser.error(f"unknown fault {unknown[0]}; known are {', '.join(names)}")
    report = Report()
    work = processes.work_directory(options.keep)
    faults = Faults(options, report, work)
    for name in options.faults or names:
        say(f"-- {name}")
        try:
            names[name](faults)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            report.check(name, False, str(error))
    report.exit()


main()
