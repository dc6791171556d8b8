"""A service under way that Prometheus watches: two sources, a hook that takes everything and one
that takes nothing. Enough happens that every expression has something to return."""

import json
import os
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import archive
import processes
from brokers import Feed, Noida, free_port
from receiver import Receiver
from service import Service, kafka_source

TOPIC = "keycloak-events"
EVENTS = 20_000
#: Records that are none, one in so many, and records that come twice.
BROKEN, DOUBLED = 40, 50


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class Demo:
    """The service itself."""

    def __init__(self, binary, work):
        self.binary, self.work = binary, work
        self.broker = Noida(os.path.join(work, "broker")).start()
        self.broker.create_topic(TOPIC, 2)
        self.folder = os.path.join(work, "logs")
        os.mkdir(self.folder)
        self.receiver = Receiver(lambda request: 500 if request.path == "failing" else 204)
        self.address = f"127.0.0.1:{free_port(19300, 19399)}"
        self.service = Service(
            binary, work, self.sources(), name="watched", snapshot_every="5s",
            environment={"HOOK_SECRET": "whsec_" + "QUJD" * 11}, listen=self.address,
            sinks=[self.hook("taking"), self.hook("failing", max_age="4s")])
        self.service.start()

    def sources(self):
        file = {"name": "log", "type": "file", "path": os.path.join(self.folder, "*.jsonl"),
                "dialect": "keycloak", "start": "beginning"}
        return [kafka_source(self.broker, TOPIC), file]

    def hook(self, name, **more):
        return {"name": name, "type": "webhook", "url": self.receiver.url(name),
                "secret": {"secret_env": "HOOK_SECRET"}, "min": "info", "allow_private": True,
                "allow_http": True, "timeout": "2s",
                "budget": {"pages_per_day": 10_000, "tickets_per_day": 10_000}, **more}

    def run(self, seconds):
        """Feeds both sources for so long."""
        lines = [archive.lines(archive.simulate(
            self.binary, os.path.join(self.work, f"in-{seed}"), EVENTS, seed)) for seed in (1, 2)]
        feed = Feed(self.broker, TOPIC)
        records = [(archive.session(line), line) for line in lines[0]]
        threads = [
            threading.Thread(target=feed.send_all, args=(records, len(records) / seconds)),
            threading.Thread(target=self.write, args=(lines[1], seconds)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def write(self, lines, seconds):
        with open(os.path.join(self.folder, "events.jsonl"), "ab", buffering=0) as sink:
            for first in range(0, len(lines), 200):
                part = lines[first:first + 200]
                part += part[::DOUBLED] + [b'{"broken": '] * (len(part) // BROKEN)
                sink.write(b"".join(line + b"\n" for line in part))
                time.sleep(seconds * 200 / len(lines))

    def page(self):
        return fetch(f"http://{self.address}/metrics")

    def is_up(self):
        try:
            return bool(self.page())
        except OSError:
            return False

    def copy(self):
        """A copy of the store as it is now."""
        path = os.path.join(self.work, "copy.db")
        subprocess.run([self.binary, "store", "backup", self.service.store, path],
                       check=True, capture_output=True)
        return path


class Prometheus:
    """Debian's Prometheus with our rules, looking at one address every second."""

    def __init__(self, work, address, rules):
        self.port = free_port(19400, 19499)
        settings = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": rules,
            "scrape_configs": [{
                "job_name": "grantrail",
                "static_configs": [{"targets": [address], "labels": {"instance": "demo"}}],
            }],
        }
        path = os.path.join(work, "prometheus.yml")
        with open(path, "w") as sink:
            json.dump(settings, sink)
        self.log = os.path.join(work, "prometheus.log")
        with open(self.log, "wb") as log:
            self.process = processes.start(
                ["prometheus", "--config.file", path, "--log.level", "error",
                 "--storage.tsdb.path", os.path.join(work, "prometheus"),
                 "--web.listen-address", f"127.0.0.1:{self.port}"], stdout=log, stderr=log)

    def query(self, expression):
        """The samples that an expression returns now."""
        asked = urllib.parse.urlencode({"query": expression})
        answer = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/query?{asked}"))
        result = answer["data"]["result"]
        return result if answer["data"]["resultType"] == "vector" else [result]

    def watches(self):
        try:
            return any(sample["value"][1] == "1" for sample in self.query("up"))
        except OSError:
            return False
