"""The unit docs/deploy/grantrail.service under a systemd of its own, in a container of this
machine's files: it is started, reloaded, stuck, stopped and started again while a log grows and a
hook is told. Needs root.
"""

import argparse
import os
import random
import re
import shutil
import signal
import time
import urllib.request

import archive
import brokers
import deliveries
import evidence
import processes
from machine import Machine, Unit, status
from report import Report, say
from scene import Inbox

FOLDER = os.path.join("docs", "deploy")
STORE = "/var/lib/grantrail/s.db"
LOG = "/var/log/keycloak/keycloak.log"
KEY = "/etc/grantrail/secrets/fingerprint-key"
CONFIGURATION = "/etc/grantrail/config.yaml"
RULES = "/etc/grantrail/rules.d"
DROP_IN = "/etc/systemd/system/grantrail.service.d/check.conf"
STOPS = 3
RULE = """title: A login of nobody
id: 5a1c0a57-3b1e-4c55-9d3c-6f1f6a0c0bff
name: OWN-99
status: test
logsource: {product: oauth}
detection: {login: {kind: session.started, client: nobody}, condition: login}
level: informational
"""


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/check-service", description=__doc__)
    parser.add_argument("--events", type=int, default=60_000, help="events in all (60000)")
    parser.add_argument("--seconds", type=int, default=90, help="in which they come (90)")
    processes.add_options(parser)
    return parser.parse_args()


class Check:
    """The machine with the service in it, its log, and its hook."""

    def __init__(self, options, report, work):
        self.options, self.report, self.work = options, report, work
        self.secret = deliveries.secret(random.Random(options.seed))
        self.inbox = Inbox({"soc": [self.secret]}, options.seed)
        self.port = brokers.free_port()
        self.machine = Machine(work)
        self.unit = Unit(self.machine, "grantrail.service")
        self.store = self.machine.path(STORE)
        self.install()
        self.archive = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                        options.seed)
        self.writer = deliveries.Writer(archive.lines(self.archive), self.machine.path(LOG),
                                        options.seconds)

    def install(self):
        """As docs/deploy/README.md says; the hook and the port are ours."""
        shutil.copy2(self.options.binary, self.machine.path("/usr/bin/grantrail"))
        os.chmod(self.machine.path("/usr/bin/grantrail"), 0o755)
        self.machine.prepare("useradd", "--system", "--home-dir", "/var/lib/grantrail",
                             "--shell", "/usr/sbin/nologin", "grantrail")
        self.machine.write(KEY, os.urandom(32).hex() + "\n", 0o600)
        self.machine.write(os.path.join(os.path.dirname(KEY), "soc-secret"), self.secret + "\n",
                           0o600)
        os.chmod(self.machine.path(os.path.dirname(KEY)), 0o700)
        os.makedirs(self.machine.path(RULES), exist_ok=True)
        self.machine.write(LOG, "")
        self.machine.write("/etc/systemd/system/grantrail.service", text("grantrail.service"))
        self.configure()

    def configure(self):
        changes = {
            '"https://soc.example/hooks/grantrail"': f'"{self.inbox.server.url("soc")}"',
            "    min: medium\n": "    min: info\n    allow_private: true\n    allow_http: true\n",
            "127.0.0.1:8088": f"127.0.0.1:{self.port}",
            "{lateness: 30s}": f"{{lateness: 30s, dirs: [{RULES}]}}",
            "budget: {pages_per_day: 5, tickets_per_day: 50}":
                "budget: {pages_per_day: 10000, tickets_per_day: 10000}",
        }
        configuration = text("config.yaml")
        for old, new in changes.items():
            if configuration.count(old) != 1:
                raise RuntimeError(f"config.yaml has no {old.strip()} to change")
            configuration = configuration.replace(old, new)
        self.machine.write(CONFIGURATION, configuration)

    def page(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=5) as page:
                return page.read().decode()
        except OSError:
            return ""

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", self.page("metrics"), re.M)
        return int(float(found[1])) if found else None

    def heard(self, pattern, times=1, seconds=20):
        """Whether the journal of the unit comes to say something so many times."""
        return processes.wait_until(
            lambda: len(re.findall(pattern, self.unit.log())) >= times, seconds, pause=0.3)

    def is_well(self):
        """Whether it is active, once it is through with what it was asked."""
        return processes.wait_until(self.unit.is_active, 10, pause=0.2)

    def count(self, pattern):
        return len(re.findall(pattern, self.unit.log()))

    def last(self, lines=2):
        said = [line for line in self.unit.log().splitlines() if not line.startswith("{")]
        return " | ".join(said[-lines:])


def text(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as source:
        return source.read()


def check_start(check):
    began = time.monotonic()
    code, said = check.unit.do("start")
    took = time.monotonic() - began
    shown = check.unit.show("Type", "ActiveState", "SubState", "StatusText", "NRestarts")
    check.report.check(
        "it starts, and says that it is ready", code == 0 and shown.get("Type") == "notify"
        and shown.get("ActiveState") == "active" and shown.get("StatusText"),
        f"status {code} after {took:.1f} s; {shown} {said}{'' if code == 0 else check.last(4)}")
    if code != 0:
        raise RuntimeError("without a start there is nothing to check")
    verbose = check.page("readyz?verbose")
    check.report.check("/readyz answers", '"ready":true' in verbose.replace(" ", ""),
                       verbose[:120])


def check_sandbox(check):
    """What the kernel holds of the unit's directives, seen from outside."""
    pid = check.unit.process()
    now = status(pid)
    rights = {name: now[name] for name in (
        "Uid", "NoNewPrivs", "Seccomp", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    bare = all(int(now[name], 16) == 0 for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb"))
    check.report.check("sandbox: no root, no capability, filtered system calls",
                       bare and now["Uid"].split()[0] != "0" and now["NoNewPrivs"] == "1"
                       and now["Seccomp"] == "2", str(rights))
    leader = check.machine.leader()
    own = [name for name in ("mnt", "user", "cgroup")
           if os.readlink(f"/proc/{pid}/ns/{name}") != os.readlink(f"/proc/{leader}/ns/{name}")]
    check.report.check("sandbox: users and mounts of its own", {"mnt", "user"} <= set(own),
                       ", ".join(own))
    inside = lambda path: f"/proc/{pid}/root{path}"
    fixed = [path for path in ("/", "/usr", "/etc", "/var", "/var/log/keycloak", "/opt")
             if not os.statvfs(inside(path)).f_flag & os.ST_RDONLY]
    free = [path for path in ("/var/lib/grantrail", "/var/log/grantrail")
            if os.statvfs(inside(path)).f_flag & os.ST_RDONLY]
    check.report.check("sandbox: only its own directories can be written", not fixed and not free,
                       f"writable {fixed}, read-only {free}")
    homes = [path for path in ("/root", "/home") if os.listdir(inside(path))]
    devices = sorted(set(os.listdir(inside("/dev"))) & {"mem", "kmsg", "vda", "sda", "fuse", "kvm"})
    with open(f"/proc/{pid}/mountinfo") as source:
        hidden = re.search(r" /proc .*hidepid=(invisible|2)", source.read())
    check.report.check("sandbox: no homes, no devices, no processes of others",
                       not homes and not devices and hidden, f"{homes} {devices} {bool(hidden)}")
    denied = check.machine.ask(
        "runuser", "-u", "grantrail", "--", "cat", KEY).returncode != 0
    key = os.stat(inside("/run/credentials/grantrail.service/fingerprint-key"))
    check.report.check("secrets are handed over, not left open", denied and not key.st_mode & 0o077,
                       f"mode {key.st_mode & 0o777:o}")


def check_reloads(check):
    """Good rules come into use; bad ones, and a bad configuration, leave everything as it is."""
    report, unit = check.report, check.unit
    before, pid = check.metric("grantrail_rules_loaded"), unit.show("MainPID")
    check.machine.write(os.path.join(RULES, "own.yml"), RULE)
    code, said = unit.do("reload")
    loaded = check.heard(r"\[rules\.loaded\]")
    rules = check.metric("grantrail_rules_loaded")
    report.check("reload: one more rule is in use", code == 0 and loaded and before
                 and rules == before + 1 and check.is_well(), f"{before}, then {rules}; {said}")
    check.machine.write(os.path.join(RULES, "own.yml"),
                        RULE.replace("condition: login", "condition: lgoin"))
    code, said = unit.do("reload")
    told = check.heard(r"own\.yml:\d+:\d+: error.*lgoin")
    report.check("reload of a bad rule: refused and said", code != 0 and told
                 and check.metric("grantrail_rules_loaded") == rules and check.is_well(),
                 f"status {code}; {check.last(3)}")
    times = check.count(r"\[rules\.refused\]")
    unit.do("kill", "--kill-who=main", "--signal=HUP")
    refused = check.heard(r"\[rules\.refused\]", times=times + 1)
    report.check("SIGHUP with a bad rule: the old set stays, and it says so", refused
                 and check.metric("grantrail_rules_loaded") == rules and check.is_well(),
                 check.last(1))
    check.machine.write(os.path.join(RULES, "own.yml"), RULE)
    check.machine.write(CONFIGURATION, "snks: []\n")
    code, said = unit.do("reload")
    told = check.heard(r"config\.yaml:\d+:\d+: error.*snks")
    check.configure()
    report.check("reload of a bad configuration: refused and said",
                 code != 0 and told and check.is_well(), f"status {code}")
    report.check("reloads are no restarts", unit.show("MainPID") == pid and unit.show("NRestarts")
                 == {"NRestarts": "0"}, str(pid))


def check_stops(check):
    """Stopped and started while events come and hooks are told."""
    for number in range(1, STOPS + 1):
        stored = evidence.event_count(check.options.binary, check.store)
        moving = processes.wait_until(
            lambda: evidence.event_count(check.options.binary, check.store) > stored, 20)
        written = check.writer.written
        code, said = check.unit.do("stop")
        shown = check.unit.show("ActiveState", "Result", "ExecMainStatus")
        clean = shown == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
        left = os.path.exists(check.store + "-wal")
        time.sleep(1)
        again, more = check.unit.do("start")
        check.report.check(
            f"stop {number} under load", code == 0 and clean and moving and not left
            and again == 0 and check.writer.is_alive(),
            f"{written} written, {shown} {said} {more}")


def check_watchdog(check):
    """Signs of life come; a service that gives none is killed, and goes on where it was; so does
    one that crashes."""
    mark = lambda: int(check.unit.show("WatchdogTimestampMonotonic")
                       ["WatchdogTimestampMonotonic"] or 0)
    first = mark()
    kept = processes.wait_until(lambda: mark() > first, 35, pause=0.5)
    check.report.check("the watchdog is kept", kept and first > 0,
                       f"{(mark() - first) / 1e6:.1f} s between signs of life")
    check.machine.write(DROP_IN, "[Service]\nWatchdogSec=6s\n")
    check.machine.ask("systemctl", "daemon-reload")
    check.unit.do("restart")
    check_revival(check, "stuck", signal.SIGSTOP, "Watchdog timeout")
    os.remove(check.machine.path(DROP_IN))
    check.machine.ask("systemctl", "daemon-reload")
    check_revival(check, "crashed", signal.SIGSEGV, "code=killed, status=11/SEGV")
    dump = check.count("(?i)backtrac|core.?dump|registers")
    check.report.check("a crash writes nothing of its memory", not dump, f"{dump} lines")


def check_revival(check, name, signal_number, trace):
    """A service that is done for is started again by systemd."""
    before = check.unit.show("NRestarts", "MainPID")
    os.kill(int(check.unit.process()), signal_number)
    # What was under way has arrived by then, and systemd waits longer with a new process.
    time.sleep(1)
    check.inbox.killed()
    back = processes.wait_until(
        lambda: check.unit.is_active() and check.unit.show("NRestarts", "MainPID") != before, 60,
        pause=0.5)
    check.report.check(f"a {name} service is started again", back and check.heard(trace, seconds=1),
                       f"{before}, then {check.unit.show('NRestarts', 'MainPID')}")


def check_refusal(check):
    """What only people can mend is not tried again and again."""
    check.unit.do("stop")
    check.machine.write(CONFIGURATION, "snks: []\n")
    code, _ = check.unit.do("start")
    time.sleep(7)
    shown = check.unit.show("ActiveState", "ExecMainStatus", "NRestarts")
    check.report.check("a bad configuration at a start: status 78, and left at that", code != 0
                       and (shown.get("ActiveState"), shown.get("ExecMainStatus"))
                       == ("failed", "78"), str(shown))
    check.configure()
    check.unit.do("reset-failed")
    code, said = check.unit.do("start")
    check.report.check("mended, it starts", code == 0, said)


@evidence.told_as_failure
def conclude(report, check):
    binary = check.options.binary
    done = processes.wait_until(
        lambda: evidence.event_count(binary, check.store) == check.writer.written
        and not deliveries.pending(check.store, "soc"), 120, pause=0.5)
    check.unit.do("stop")
    report.check("everything comes to its end", done,
                 f"{evidence.event_count(binary, check.store)} of {check.writer.written} events, "
                 f"{deliveries.pending(check.store, 'soc')} pending")
    reference = os.path.join(check.work, "reference.db")
    evidence.output([binary, "ingest", check.archive, "--store", reference, "--key-file",
                     check.machine.path(KEY)])
    evidence.check_events(report, "events", evidence.Events(binary, reference),
                          evidence.Events(binary, check.store))
    deliveries.check_taken(report, "soc", deliveries.told(check.store), check.inbox)
    report.check("signatures", not check.inbox.unverified, "; ".join(check.inbox.unverified[:3]))
    evidence.check_sound(report, binary, check.store)


def main():
    options = arguments()
    report = Report()
    if os.geteuid() != 0:
        report.check("root", False, "only root can start systemd in a container")
        report.exit()
    work = processes.work_directory(options.keep)
    check = Check(options, report, work)
    state = check.machine.boot()
    report.check("systemd runs", True, f"{state}: "
                 + check.machine.ask("systemctl", "--version").stdout.splitlines()[0])
    try:
        check_start(check)
        check_sandbox(check)
        check.writer.start()
        for step in (check_reloads, check_stops, check_watchdog, check_refusal):
            say(f"-- {step.__name__.removeprefix('check_')}: {check.writer.written} written")
            step(check)
        check.writer.join()
        conclude(report, check)
    except RuntimeError as error:
        report.check("the service", False, str(error))
    finally:
        check.machine.power_off()
    report.exit()


main()
