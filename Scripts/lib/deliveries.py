"""What hooks were told, held against what the store says they had to be told."""

import base64
import collections
import sqlite3
import threading
import time

import evidence
import processes
from report import some


def secret(generator):
    return "whsec_" + base64.b64encode(generator.randbytes(32)).decode()


class Writer(threading.Thread):
    """Writes an archive to a file that is followed, at an even rate."""

    def __init__(self, lines, path, seconds):
        super().__init__(daemon=True)
        self.lines, self.path, self.seconds = lines, path, seconds
        self.written = 0

    def run(self):
        started = time.monotonic()
        with open(self.path, "ab", buffering=0) as sink:
            for first in range(0, len(self.lines), 50):
                ahead = first / len(self.lines) * self.seconds - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)
                part = self.lines[first:first + 50]
                sink.write(b"".join(line + b"\n" for line in part))
                self.written += len(part)


def query(store, text, *values):
    """Rows of a store, which a service may be writing."""
    database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)
    try:
        return database.execute(text, values).fetchall()
    finally:
        database.close()


def rows(store, hook):
    """(`webhook-id`, status) of each row that the store has for a hook, in order."""
    return query(store, "SELECT alert || '.' || revision, status FROM v_deliveries "
                 "WHERE hook = ? ORDER BY sequence", hook)


def pending(store, *hooks):
    return sum(status == "pending" for hook in hooks for _, status in rows(store, hook))


def told(store):
    """Every notable revision, in order of commits: what hooks with `min: info` have to be told."""
    return [f"{identifier}.{revision}" for identifier, revision in query(
        store, "SELECT lower(hex(id)), revision FROM notice WHERE state <> 'historic' "
        "ORDER BY seq")]


def settle(service, hooks, writer, seconds, meanwhile=lambda: None):
    """Runs until hooks have nothing before them any more; whether they came so far. A service
    that stops commits what is under way, which may be one more alert: then once again."""

    def is_done():
        stored = evidence.event_count(service.binary, service.store)
        return stored == writer.written and not pending(service.store, *hooks)

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        service.start()
        service.listens()
        meanwhile()
        processes.wait_until(lambda: is_done() or not service.is_running(),
                             end - time.monotonic(), pause=0.5)
        if not service.is_running() or service.terminate() != 0:
            return False
        if is_done():
            return True
        meanwhile = lambda: None
    return False


def check_taken(report, hook, expected, receivers):
    """Each revision accepted once; again only after a kill, which hides what was accepted."""
    accepted = receivers.accepted(hook)
    times = collections.defaultdict(list)
    for one in accepted:
        times[one.id].append(one.kills)
    lost = [one for one in expected if one not in times]
    invented = [one for one in times if one not in set(expected)]
    unexplained = [one for one, kills in times.items()
                   if any(first == second for first, second in zip(kills, kills[1:]))]
    repeats = sum(len(kills) - 1 for kills in times.values())
    detail = (f"{len(times)} of {len(expected)} revisions, lost {len(lost)}, invented "
              f"{len(invented)}, {repeats} again after a kill, {len(unexplained)} again without")
    for what in (lost, invented, unexplained):
        if what:
            detail += f"; {some(what, 3)}"
    clean = not (lost or invented or unexplained)
    report.check(f"{hook}: each revision accepted once", clean and bool(expected), detail)
    check_order(report, hook, accepted)


def check_order(report, hook, accepted):
    """What an alert was said to be never goes back."""
    reached, seen, backwards = {}, set(), []
    for one in accepted:
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.revision < reached.get(one.alert, -1):
            backwards.append(one.id)
        reached[one.alert] = max(one.revision, reached.get(one.alert, -1))
    several = len(seen) - len(reached)
    report.check(f"{hook}: revisions of an alert in order", not backwards,
                 f"{len(reached)} alerts, {several} later revisions; {some(backwards, 3)}"
                 if backwards else f"{len(reached)} alerts, {several} later revisions")


def check_bodies(report, requests):
    """Receivers that know a `webhook-id` may pass over what comes again."""
    bodies = collections.defaultdict(set)
    for one in requests:
        bodies[one.hook, one.id].add(one.digest)
    changed = [key for key, digests in bodies.items() if len(digests) > 1]
    report.check("a body is the same at each attempt", not changed, some(changed, 3))
