"""`grantrail run` with a configuration of its own: started, killed, drained, and listened to."""

import json
import os
import re
import signal
import subprocess

import processes


def flow(values):
    """One YAML flow mapping; JSON's scalars are YAML's."""
    return "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in values.items()) + "}"


def configuration(store, sources, lateness="30s", snapshot_every="2s", tokens=None, sinks=(),
                  listen=None, drain_timeout=None, dirs=None):
    """Text of a configuration that prints every alert on standard output. Snapshots are frequent,
    so that many a restart begins at one. `tokens` bounds what is remembered of grants, `sinks` are
    more places where alerts go, `listen` is where metrics are, `dirs` hold rules beside the pack's.
    """
    lines = [f"store: {flow({'path': store, 'snapshot_every': snapshot_every})}", "sources:"]
    lines += [f"  - {flow(source)}" for source in sources]
    rules = {"lateness": lateness}
    if tokens:
        rules["tokens"] = tokens
    if dirs:
        rules["dirs"] = dirs
    lines += [f"rules: {flow(rules)}", "sinks:"]
    lines.append("  - {name: out, type: stdout, output: ndjson, min: info}")
    lines += [f"  - {flow(sink)}" for sink in sinks]
    if listen:
        lines.append(f"http: {flow({'listen': listen})}")
    if drain_timeout:
        lines.append(f"drain_timeout: {drain_timeout}")
    return "\n".join(lines) + "\n"


def kafka_source(broker, topic, name="kc", group="grantrail", **more):
    source = {
        "name": name, "type": "kafka", "brokers": [broker.address], "topic": topic,
        "group": group, "dialect": "keycloak", "start": "earliest", **more,
    }
    if broker.properties:
        source["properties"] = broker.properties
    return source


class Service:
    """One service with its store. Every run's output is kept in files of its own."""

    def __init__(self, binary, directory, sources, name="service", environment=None,
                 lateness="30s", snapshot_every="2s", **settings):
        self.binary = binary
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory, exist_ok=True)
        self.store = os.path.join(self.directory, "store.db")
        self.sources = sources
        self.environment = {**os.environ, **(environment or {})}
        self.settings = {"lateness": lateness, "snapshot_every": snapshot_every, **settings}
        self.runs = 0
        self.process = None

    def path(self, suffix):
        return os.path.join(self.directory, f"run-{self.runs:04}.{suffix}")

    def start(self, until_end=False, **options):
        """Starts a run; one until the end stops by itself when it has read what there is."""
        self.runs += 1
        sources = [{**one, "until": "end"} if until_end else one for one in self.sources]
        with open(self.path("yml"), "w") as sink:
            sink.write(configuration(self.store, sources, **self.settings))
        with open(self.path("out"), "wb") as out, open(self.path("err"), "wb") as err:
            self.process = processes.start(
                [self.binary, "run", "--config", self.path("yml")], stdout=out, stderr=err,
                stdin=subprocess.DEVNULL, env=self.environment, **options)
        return self.process

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL; false if the service had ended by itself, which it must not."""
        alive = self.is_running()
        if alive:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return alive

    def terminate(self, patience=60):
        return processes.stop(self.process, patience)

    def ask(self, *arguments):
        """A command beside the service, with its environment; done, whatever came of it."""
        return subprocess.run([self.binary, *arguments], capture_output=True, text=True,
                              errors="replace", env=self.environment)

    def listens(self, patience=30):
        """Whether the service comes to answer commands."""
        return processes.wait_until(
            lambda: self.ask("control", "status", "--config", self.path("yml")).returncode == 0,
            patience, pause=0.2)

    def says(self, pattern, patience=30, times=1):
        """Whether this run comes to say something on standard error, so many times."""
        return processes.wait_until(
            lambda: len(re.findall(pattern, self.errors(10_000), re.I)) >= times,
            patience, pause=0.2)

    def finish(self, patience=600):
        """Waits for a run until the end; its exit status, or None if it did not end."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def end(self, patience):
        """Waits for a run that ends by itself or was told to, for as long as it commits or says
        something now and then; its exit status, or None."""
        has_ended = lambda: self.process.poll() is not None
        if not processes.wait_by_progress(has_ended, self._traces, patience):
            self.kill()
            return None
        return self.process.returncode

    def tell_to_end(self):
        """SIGTERM."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)

    def _traces(self):
        """What changes while a run gets on: its log, and the files of its store."""
        paths = [self.path("err")] + [self.store + suffix for suffix in ("", "-wal", "-state")]
        found = [os.stat(path) for path in paths if os.path.exists(path)]
        return [(one.st_size, one.st_mtime_ns) for one in found]

    def status(self):
        """What a running service answers when it is asked; None if it does not."""
        try:
            done = subprocess.run(
                [self.binary, "control", "status", "--socket", self.store + ".sock"],
                capture_output=True, timeout=10, env=self.environment)
        except subprocess.TimeoutExpired:
            return None
        return json.loads(done.stdout) if done.returncode == 0 else None

    def errors(self, lines=3):
        """The last words on standard error."""
        with open(self.path("err"), errors="replace") as source:
            said = [line.strip() for line in source if line.strip()]
        return " | ".join(said[-lines:])

    def printed(self):
        """Every alert of every run, in order; a line that a kill cut off counts as not told."""
        for run in range(1, self.runs + 1):
            path = os.path.join(self.directory, f"run-{run:04}.out")
            with open(path, "rb") as source:
                for line in source:
                    if line.endswith(b"\n"):
                        yield json.loads(line)
