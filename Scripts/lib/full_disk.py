"""The disk of the store fills up while hooks are told: nothing is lost, and nobody hears of what is
not durable."""

import errno
import os
import subprocess

import archive
import deliveries
import evidence
import processes
from report import say
from scene import Hooks
from service import Service

#: Of the small disk: the store, and room that a file of ballast takes away.
SIZE = "64m"
ROUNDS = 3


class SmallDisk:
    """A file system of its own, and a file that takes all its room."""

    def __init__(self, place):
        self.place = place
        os.mkdir(place)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", place], check=True)
        self.ballast = os.path.join(place, "ballast")

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as sink:
            for size in (1 << 20, 4096):
                try:
                    while sink.write(b"\0" * size) == size:
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self):
        os.remove(self.ballast)

    def unmount(self):
        subprocess.run(["umount", "-l", self.place], check=False)


def full_disk(options, report, work):
    if os.geteuid() != 0:
        return say("skipped: only root can mount a small disk")
    hooks = Hooks({"soc": "grantrail"}, options.seed, least="info", pause=0.2)
    path = archive.simulate(options.binary, os.path.join(work, "in"), options.events, options.seed)
    log = os.path.join(work, "events.jsonl")
    writer = deliveries.Writer(archive.lines(path), log, 20 * ROUNDS)
    source = {"name": "log", "type": "file", "path": log, "dialect": "keycloak",
              "start": "beginning", "idle_after": "1h"}
    service = Service(options.binary, work, [source], name="full-disk",
                      environment=hooks.environment, sinks=hooks.sinks)
    disk = SmallDisk(os.path.join(work, "small"))
    service.store = os.path.join(disk.place, "store.db")
    try:
        writer.start()
        for number in range(1, ROUNDS + 1):
            fill_while_telling(report, f"disk full {number}", service, hooks.inbox, disk)
        writer.join()
        done = deliveries.settle(service, ["soc"], writer, 240)
        report.check("disk full: with room again everything comes to its end", done,
                     f"{deliveries.pending(service.store, 'soc')} pending; {service.errors(1)}")
        check_nothing_lost(report, options, work, path, service, hooks.inbox)
    finally:
        if service.is_running():
            service.kill()
        disk.unmount()


def fill_while_telling(report, name, service, inbox, disk):
    """The disk fills while deliveries are under way; the service ends, and so does a new one."""
    service.start()
    begun = len(inbox.accepted("soc"))
    under_way = processes.wait_until(
        lambda: len(inbox.accepted("soc")) > begun + 8 and deliveries.pending(service.store, "soc"),
        60, pause=0.1)
    disk.fill()
    check_end(report, f"{name} while hooks are told", service, under_way)
    inbox.killed()
    # What closing gave back is taken as well.
    disk.fill()
    service.start()
    check_end(report, f"{name} at a start", service)
    inbox.killed()
    disk.make_room()
    durable = set(deliveries.told(service.store))
    ghosts = [one.id for one in inbox.accepted("soc") if one.id not in durable]
    report.check(f"{name}: nobody was told what is not durable", not ghosts,
                 f"{len(durable)} durable, {len(ghosts)} told that are not")


def check_end(report, name, service, holds=True):
    status = service.finish(90)
    said = service.says(r"no space is left", patience=1)
    report.check(name, bool(holds) and said and status == 74,
                 f"status {status}, 74 expected; says: {service.errors(2)}")


@evidence.told_as_failure
def check_nothing_lost(report, options, work, path, service, inbox):
    reference = os.path.join(work, "reference.db")
    evidence.output([options.binary, "ingest", path, "--store", reference])
    evidence.check_events(report, "disk full: events", evidence.Events(options.binary, reference),
                          evidence.Events(options.binary, service.store))
    deliveries.check_taken(report, "soc", deliveries.told(service.store), inbox)
    deliveries.check_bodies(report, inbox.of("soc"))
    evidence.check_sound(report, options.binary, service.store)
