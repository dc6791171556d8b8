"""A fault is caused, what the service says and how it ends is compared, the cause is removed."""

import os
import re
import shutil

import archive
import brokers
import evidence
from service import Service, kafka_source

PARTITIONS = 2


class Faults:
    """What every fault needs: an archive, its topic on a broker, and what should come of it."""

    def __init__(self, options, report, work):
        self.report = report
        self.work = work
        self.binary = os.path.join(work, "grantrail")
        # A copy, because some faults run it as a user who may not look into everybody's folders.
        shutil.copy2(options.binary, self.binary)
        os.chmod(work, 0o755)
        path = archive.simulate(self.binary, os.path.join(work, "in"), options.events, options.seed)
        self.path = path
        self.lines = archive.lines(path)
        self.reference = os.path.join(work, "reference.db")
        evidence.output([self.binary, "ingest", path, "--store", self.reference])
        self.events = evidence.Events(self.binary, self.reference)
        self.broker = brokers.Noida(os.path.join(work, "broker")).start()

    def produce(self, topic, create=True):
        if create:
            self.broker.create_topic(topic, PARTITIONS)
        feed = brokers.Feed(self.broker, topic)
        feed.send_all((archive.session(line), line) for line in self.lines)

    def service(self, name, topic=None, **more):
        """A service that reads a topic, or the archive where no topic is named."""
        if topic:
            source = kafka_source(self.broker, topic, group=name, idle_after="1h")
        else:
            source = {"name": "kc", "type": "file", "path": self.path, "dialect": "keycloak",
                      "start": "beginning"}
        return Service(self.binary, self.work, [source], name=name, **more)

    def ends(self, name, service, statuses, pattern, patience=60, **options):
        """A run must end with one of some statuses and say why."""
        service.start(until_end=True, **options)
        actual = service.finish(patience)
        said = service.errors(2)
        heard = re.search(pattern, service.errors(1000), re.I) is not None
        expected = actual in statuses and heard
        wanted = " or ".join(str(status) for status in statuses)
        self.report.check(name, expected, f"status {actual}, {wanted} expected; says: {said}")

    def says(self, name, service, pattern, patience=30):
        """A service that goes on must say what is wrong."""
        found = service.says(pattern, patience)
        alive = service.is_running()
        self.report.check(name, found and alive,
                          f"{'goes on' if alive else 'ended'}, says: {service.errors(1)}")

    def recovers(self, name, service, **options):
        """With the cause gone, a run until the end gives the whole store."""
        if service.is_running():
            status = service.terminate()
            self.report.check(f"{name}: SIGTERM drains", status == 0,
                              f"status {status}" if status == 0 else service.errors(2))
        service.start(until_end=True, **options)
        status = service.finish(120)
        if status != 0:
            self.report.check(f"{name}: recovers", False, f"status {status}, {service.errors(2)}")
            return
        self.compare(name, service)

    def compare(self, name, service):
        evidence.told_as_failure(evidence.check_events)(
            self.report, f"{name}: recovers", self.events,
            evidence.Events(self.binary, service.store))

    def nothing_ahead(self, name, service, topic):
        """The broker must not have been told of more than is durable."""
        offsets = self.broker.committed(topic, PARTITIONS, service.sources[0]["group"])
        acknowledged = sum(max(offset, 0) for offset in offsets)
        stored = evidence.event_count(self.binary, service.store)
        self.report.check(f"{name}: nothing acknowledged that is not durable",
                          acknowledged <= stored, f"{acknowledged} acknowledged, {stored} stored")
