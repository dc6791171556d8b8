"""A service that follows two logs and tells hooks, a story to put into the logs, and somebody who
takes what the hooks bring."""

import json
import os
import random
import time

import deliveries
import evidence
import processes
import story
from misbehaving import Receivers
from service import Service

#: Records of bystanders a log gets at a time: a log's event time is known after 16 of a run.
CROWD = 20
PATIENCE = 60


class Inbox(Receivers):
    """Takes everything, each a little later if that is wished, but for hooks that refuse."""

    def __init__(self, secrets, seed, pause=0):
        self.refusing = set()
        self.pause = pause
        super().__init__(secrets, seed)

    def action(self, taken):
        return 503 if taken.hook in self.refusing else "accept"

    def answer(self, taken):
        time.sleep(self.pause)
        return super().answer(taken)


class Hooks:
    """Hooks by name with the body that each gets, for an inbox of their own."""

    def __init__(self, bodies, seed, least="low", pause=0):
        generator = random.Random(seed)
        self.secrets = {name: [deliveries.secret(generator)] for name, body in bodies.items()
                        if body == "grantrail"}
        self.environment = {name.upper(): one for name, (one,) in self.secrets.items()}
        self.environment["ROUTING_KEY"] = "R" * 32
        self.inbox = Inbox(self.secrets, seed, pause)
        self.sinks = [self.sink(name, body, least) for name, body in bodies.items()]

    def sink(self, name, body, least):
        sink = {"name": name, "type": "webhook", "url": self.inbox.server.url(name), "body": body,
                "min": least, "allow_private": True, "allow_http": True,
                # Every revision is wanted, and no digest.
                "budget": {"pages_per_day": 10_000, "tickets_per_day": 10_000}}
        if body == "pagerduty":
            return {**sink, "routing_key": {"secret_env": "ROUTING_KEY"}}
        return {**sink, "secret": {"secret_env": name.upper()}}


class Scene:
    """Event time goes on only as the story tells it."""

    def __init__(self, options, work, name, bodies, **settings):
        self.teller = story.Teller(options.seed)
        self.clock = story.MORNING
        self.hooks = Hooks(bodies, options.seed)
        self.inbox = self.hooks.inbox
        folder = os.path.join(work, name + "-logs")
        os.mkdir(folder)
        self.logs = [story.Log(os.path.join(folder, f"{letter}.jsonl")) for letter in "ab"]
        sources = [{"name": f"log-{number}", "type": "file", "path": log.path,
                    "dialect": "keycloak", "start": "beginning", "idle_after": "1h"}
                   for number, log in enumerate(self.logs)]
        self.service = Service(options.binary, work, sources, name=name,
                               environment=self.hooks.environment, sinks=list(self.hooks.sinks),
                               **settings)
        self.tick()
        self.clock += story.MINUTE

    # What happens

    def begin(self):
        """Starts the service; it has read what there was, so that what comes is news."""
        self.start()
        self.is_stored()
        time.sleep(1)

    def start(self):
        self.service.start()
        if not self.service.listens():
            raise RuntimeError(f"the service does not answer: {self.service.errors(2)}")

    def restart(self):
        """In an orderly way."""
        status = self.service.terminate()
        if status != 0:
            raise RuntimeError(f"the service ended with {status}: {self.service.errors(2)}")
        self.start()

    def kill(self):
        self.service.kill()
        self.inbox.killed()
        self.start()

    def session(self):
        return story.Session(self.teller, self.clock)

    def write(self, *records, log=0):
        """Records come in, and are stored."""
        self.logs[log].write(records)
        self.is_stored()

    def pass_time(self, minutes):
        """Event time goes on in both logs, until every alert is final."""
        self.clock += minutes * story.MINUTE
        self.tick()
        self.is_stored()
        self.expect(lambda: not self.query("SELECT 1 FROM alert WHERE state = 'provisional'"),
                    "alerts stay provisional")

    def tick(self):
        for log in self.logs:
            log.write([self.teller.login(self.clock + second * story.SECOND)
                       for second in range(CROWD)])

    def steal(self, hook="soc"):
        """A theft that the hook hears of; event time is not beyond it yet. Its session."""
        session = self.session()
        before = len(self.inbox.accepted(hook))
        self.write(*session.theft())
        self.is_told(hook, before + 1)
        return session

    # What came of it

    def expect(self, condition, trouble):
        if not processes.wait_until(condition, PATIENCE, pause=0.1):
            raise RuntimeError(f"{trouble}; {self.service.errors(2)}")

    def is_stored(self):
        written = sum(log.written for log in self.logs)
        self.expect(lambda: evidence.event_count(self.service.binary, self.service.store)
                    == written, f"not all of {written} records were stored")

    def is_told(self, hook, count):
        """The hook took so much, and the store knows."""
        self.expect(lambda: len(self.inbox.accepted(hook)) >= count
                    and not deliveries.pending(self.service.store, hook),
                    f"{hook} did not take {count} deliveries")

    def query(self, text, *values):
        return deliveries.query(self.service.store, text, *values)

    def alerts(self, session):
        """The stored alerts about a session that are more than `info`, by time."""
        found = [json.loads(body) for (body,) in self.query(
            "SELECT CAST(body AS TEXT) FROM alert WHERE severity > 0 ORDER BY time, id")]
        return [alert for alert in found if alert["keys"].get("subject") == session.user]

    def heard(self, hook, session):
        """What a hook took about a session, in order: requests with their alerts."""
        pairs = [(one, alert_of(one)) for one in self.inbox.accepted(hook)]
        return [(one, alert) for one, alert in pairs
                if alert["keys"].get("subject") == session.user]

    def revisions(self, hook, session):
        """(id, revision, state) of what a hook took about a session."""
        return [(one.alert, one.revision, alert["state"])
                for one, alert in self.heard(hook, session)]

    def is_even(self, hook):
        """Whether a hook took exactly what the store has for it."""
        rows = deliveries.rows(self.service.store, hook)
        taken = [one.id for one in self.inbox.accepted(hook)]
        return (sorted(taken) == sorted(one for one, _ in rows)
                and all(status == "delivered" for _, status in rows))

    def status(self, alert):
        """What `alerts show` says was decided."""
        return self.service.ask("alerts", "show", "--store", self.service.store, alert,
                                "--output", "json").stderr.strip()


def alert_of(taken):
    body = json.loads(taken.body)
    return body["data"] if "data" in body else body["payload"]["custom_details"]
