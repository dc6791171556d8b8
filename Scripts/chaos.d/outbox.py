"""What hooks are told when alerts do not hold, are looked after, or the disk is full.

Stories are written into logs that a service follows: alerts that are told early and then confirmed
or withdrawn; alerts that somebody acknowledged, over restarts, edited rules and another pack; hooks
that leave the configuration while something waits for them; several people who decide about one
alert at a moment; a disk that fills up while hooks are told.
"""

import argparse
import json
import os
import signal
import subprocess

import deliveries
import evidence
import processes
import story
from full_disk import full_disk
from report import Report, say
from scene import Scene

RULE = os.path.join("Rules", "refresh", "REF-01-replayed-by-a-stranger.yml")
POINTS = "ev_older_than_parent: {}\n"


def withdrawn(options, report, work):
    for name, killed in (("withdrawn", False), ("withdrawn after a kill", True)):
        scene = Scene(options, work, name.replace(" ", "-"),
                      {"soc": "grantrail", "pager": "pagerduty"})
        scene.begin()
        honest, stolen = scene.session(), scene.session()
        # The second log is further than what it will bring, and not by more than the lateness.
        late = scene.clock + 2 * story.MINUTE + 20 * story.SECOND
        scene.write(scene.teller.login(late), log=1)
        scene.write(*honest.theft())
        scene.write(*stolen.theft())
        for hook in ("soc", "pager"):
            scene.is_told(hook, 2)
        early = sorted(alert["state"] for one in (honest, stolen) for alert in scene.alerts(one))
        report.check(f"{name}: told early", early == ["provisional"] * 2, ", ".join(early))
        if killed:
            scene.kill()
        scene.write(*honest.alibi(), log=1)
        scene.pass_time(9)
        for hook in ("soc", "pager"):
            scene.is_told(hook, 3)
        scene.restart()
        scene.pass_time(5)
        scene.service.terminate()
        check_withdrawn(report, name, scene, honest, stolen)


def check_withdrawn(report, name, scene, honest, stolen):
    states = [[alert["state"] for alert in scene.alerts(one)] for one in (honest, stolen)]
    report.check(f"{name}: one is taken back, one is confirmed",
                 states == [["withdrawn"], ["confirmed"]], str(states))
    heard = scene.revisions("soc", honest)
    alone = len({alert for alert, _, _ in heard}) == 1
    report.check(f"{name}: the receiver hears of it and of its end, under one id",
                 alone and [one[1:] for one in heard] == [(0, "provisional"), (1, "withdrawn")],
                 str(heard))
    heard = scene.revisions("soc", stolen)
    report.check(f"{name}: what is confirmed is not told again",
                 [one[1:] for one in heard] == [(0, "provisional")], str(heard))
    calls = [[json.loads(one.body) for one, _ in scene.heard("pager", session)]
             for session in (honest, stolen)]
    actions = [[call["event_action"] for call in each] for each in calls]
    keys = [{call["dedup_key"] for call in each} for each in calls]
    report.check(f"{name}: PagerDuty gets a trigger and its resolve",
                 actions == [["trigger", "resolve"], ["trigger"]]
                 and [len(each) for each in keys] == [1, 1] and keys[0] != keys[1], str(actions))
    check_even(report, name, scene, "soc", "pager")


def check_even(report, name, scene, *hooks):
    """Nothing else was told or waits to be told, and the store is sound."""
    uneven = [hook for hook in hooks if not scene.is_even(hook)]
    rows = {hook: deliveries.rows(scene.service.store, hook) for hook in uneven}
    report.check(f"{name}: nothing else is told", not uneven, str(rows) if uneven else
                 f"{', '.join(str(len(scene.inbox.accepted(hook))) for hook in hooks)} deliveries")
    unsigned = scene.inbox.unverified
    report.check(f"{name}: signatures", not unsigned, "; ".join(unsigned[:3]))
    evidence.check_sound(report, scene.service.binary, scene.service.store)


class Pack:
    """A directory of rules beside the pack, in which the pack's own rule can be replaced."""

    def __init__(self, work):
        self.folder = os.path.join(work, "rules.d")
        os.mkdir(self.folder)
        with open(RULE, encoding="utf-8") as source:
            self.text = source.read()
        if self.text.count(POINTS.format(1)) != 1:
            raise RuntimeError(f"{RULE} has other points than this tool knows")
        self.path = os.path.join(self.folder, "replaced.yml")
        self.scene = None

    def replace(self, points):
        with open(self.path, "w", encoding="utf-8") as sink:
            sink.write(self.text.replace(POINTS.format(1), POINTS.format(points)))

    def exchange(self):
        """The rules are read again by a running service."""
        service = self.scene.service
        times = len(service.errors(10_000).split("[rules.loaded]"))
        service.process.send_signal(signal.SIGHUP)
        if not service.says(r"\[rules\.loaded\]", times=times):
            raise RuntimeError(f"the rules were not exchanged: {service.errors(2)}")

    def edit(self):
        self.replace(1.5)
        self.exchange()

    def upgrade(self):
        """What a new version does: another rule under the same id, at a start."""
        self.replace(1.25)
        self.scene.restart()
        if not self.scene.service.says(r"\[run\.learning\]"):
            raise RuntimeError(f"no rule learned anew: {self.scene.service.errors(4)}")

    def put_back(self):
        os.remove(self.path)
        self.exchange()


def acknowledged(options, report, work):
    pack = Pack(work)
    scene = pack.scene = Scene(options, work, "acknowledged", {"soc": "grantrail"},
                               dirs=[pack.folder])
    scene.begin()
    kept = scene.steal()
    worse = check_worse(report, scene, scene.alerts(kept)[0]["id"])
    fresh = []
    for name, disturb, changes in (
            ("a restart", scene.restart, False), ("a kill", scene.kill, False),
            ("an edited rule", pack.edit, True), ("an upgraded pack", pack.upgrade, True),
            ("the pack's own rule", pack.put_back, True)):
        fresh.append(scene.steal())
        check_kept(report, scene, kept, name, disturb, changes)
    scene.service.terminate()
    told = [scene.revisions("soc", session) for session in (kept, *fresh)]
    report.check("each is told once, acknowledged or not",
                 all([one[1:] for one in each] == [(0, "provisional")] for each in told),
                 f"{len(told)} alerts, {sum(map(len, told))} tellings")
    report.check("what became worse is told once more", len(scene.revisions("soc", worse)) == 2,
                 str(scene.revisions("soc", worse)))
    check_even(report, "acknowledged", scene, "soc")


def check_kept(report, scene, kept, name, disturb, changes):
    """The attack goes on: what was acknowledged counts it, by the rule that is in use now."""
    before = scene.alerts(kept)[0]
    disturb()
    scene.write(kept.replay(scene.clock - kept.start + 7 * story.MINUTE))
    scene.pass_time(8)
    scene.expect(lambda: scene.alerts(kept)[0]["count"] == before["count"] + 1,
                 f"after {name} the alert does not count on")
    after = scene.alerts(kept)[0]
    said = scene.status(after["id"])
    report.check(f"after {name} it stays acknowledged",
                 after["id"] == before["id"] and "acknowledged by anna" in said, said)
    report.check(f"after {name} the rule in use speaks",
                 (before["rule"]["hash"] != after["rule"]["hash"]) == changes,
                 f"{after['count']} hits, by {after['rule']['hash'][:12]}")


def check_worse(report, scene, alert):
    """Two alerts are acknowledged; one becomes more severe, and only then is heard of again."""
    worse = scene.session()
    scene.write(worse.redeem(0, worse.tokens[0]), worse.code_again(2 * story.SECOND))
    scene.is_told("soc", 2)
    scene.pass_time(8)
    other = scene.alerts(worse)[0]["id"]
    done = scene.service.ask("alerts", "ack", "--store", scene.service.store, "--by", "anna",
                             alert, other)
    report.check("two alerts are acknowledged", done.returncode == 0
                 and done.stdout.count("acknowledged") == 2, done.stdout + done.stderr)
    scene.restart()
    scene.write(worse.code_again(9 * story.MINUTE, worse.elsewhere))
    scene.pass_time(2)
    scene.is_told("soc", 3)
    severities = [one["severity"] for _, one in scene.heard("soc", worse)]
    report.check("one that becomes more severe is told again, and stays acknowledged",
                 severities == ["low", "high"] and "acknowledged by anna" in scene.status(other),
                 f"{severities}; {scene.status(other)}")
    return worse


def removed(options, report, work):
    scene = Scene(options, work, "removed", {"soc": "grantrail", "old": "grantrail"})
    both, soc = scene.hooks.sinks, scene.hooks.sinks[:1]
    hooks = lambda *words: scene.service.ask(
        "hooks", *words, "--config", scene.service.path("yml"))
    scene.inbox.refusing.add("old")
    scene.begin()
    for _ in range(3):
        scene.steal()
    configure(scene, soc)
    said = scene.service.says(r"3 deliveries wait for hook old, which is not configured")
    report.check("a hook that is gone: the start says what waits", said, scene.service.errors(3))
    scene.steal()
    row = hook_row(hooks, "old")
    report.check("hooks list shows it", row.get("configured") is False and row.get("pending") == 3,
                 str(row))
    done = hooks("drop", "--hook", "old")
    report.check("hooks drop asks first", done.returncode == 64
                 and hook_row(hooks, "old").get("pending") == 3, done.stderr.strip())
    scene.inbox.refusing.clear()
    configure(scene, both)
    scene.is_told("old", 3)
    taken = {hook: [one.id for one in scene.inbox.accepted(hook)] for hook in ("soc", "old")}
    report.check("put back, it gets what waited and nothing else",
                 sorted(taken["old"]) == sorted(taken["soc"][:3]),
                 f"{len(taken['old'])} of {len(taken['soc'])}")
    done = hooks("drop", "--hook", "old", "--yes")
    report.check("what is configured is not dropped", done.returncode == 64, done.stderr.strip())
    check_dropped(report, scene, hooks, both, soc)


def check_dropped(report, scene, hooks, both, soc):
    """What is given up is listed, is not sent by itself, and comes when it is replayed."""
    scene.inbox.refusing.add("old")
    scene.steal()
    configure(scene, soc)
    done = hooks("drop", "--hook", "old", "--yes")
    row = hook_row(hooks, "old")
    report.check("dropped beside the service: dead, and said so", done.returncode == 0
                 and (row.get("pending"), row.get("dead")) == (0, 1),
                 f"{(done.stdout + done.stderr).strip()}; {row}")
    scene.inbox.refusing.clear()
    configure(scene, both)
    scene.steal()
    scene.is_told("old", 4)
    fifth = scene.inbox.accepted("soc")[4].id
    early = any(one.id == fifth for one in scene.inbox.accepted("old"))
    done = hooks("replay", "--hook", "old")
    scene.is_told("old", 5)
    report.check("what was dropped comes only when it is replayed", not early
                 and scene.inbox.accepted("old")[-1].id == fifth,
                 (done.stdout + done.stderr).strip())
    scene.pass_time(8)
    scene.service.terminate()
    check_even(report, "removed", scene, "soc", "old")


def configure(scene, sinks):
    """Sinks are read at a start."""
    scene.service.settings["sinks"] = sinks
    scene.restart()


def hook_row(hooks, name):
    done = hooks("list", "--output", "ndjson")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return next((row for row in rows if row["hook"] == name), {})


def together(options, report, work):
    scene = Scene(options, work, "together", {"soc": "grantrail"})
    scene.begin()
    alerts = [scene.alerts(scene.steal())[0]["id"] for _ in range(3)]
    first, second, third = alerts
    results = decide(scene, [("ack", first)] * 8)
    winners = [actor for actor, _, said in results if "already" not in said]
    agreed = all("already, by " + winners[0] in said for actor, _, said in results
                 if actor != winners[0]) if winners else False
    report.check("eight people at once: one acknowledges, the others learn by whom",
                 len(winners) == 1 and agreed and all(code == 0 for _, code, _ in results),
                 f"{winners}; {results[-1][2]}")
    report.check("the store and the audit trail say the same",
                 winners == [actor for _, actor in decisions(scene, first)]
                 and f"acknowledged by {winners[0]}" in scene.status(first), scene.status(first))
    results = decide(scene, [("ack", second), ("close", second)] * 4)
    trail = decisions(scene, second)
    kinds = [kind for kind, _ in trail]
    report.check("acknowledged and closed at once: closed, and each said once",
                 kinds in (["alert.closed"], ["alert.acknowledged", "alert.closed"])
                 and f"closed by {trail[-1][1]}" in scene.status(second)
                 and all(code == 0 for _, code, _ in results), f"{trail}; {scene.status(second)}")
    scene.pass_time(8)
    scene.service.terminate()
    results = decide(scene, [("ack", third)] * 8)
    winners = [actor for actor, code, said in results if code == 0 and "already" not in said]
    refused = [said for _, code, said in results if code != 0]
    stated = all(code in (0, 74) for _, code, _ in results) and all(
        "another process is writing" in said for said in refused)
    report.check("the same without a service: one decides, others are told why they cannot",
                 stated and winners == [actor for _, actor in decisions(scene, third)]
                 and len(winners) == 1, f"{winners}, {len(refused)} refused {refused[:1]}")
    check_even(report, "together", scene, "soc")


def decide(scene, choices):
    """Each choice by a person of its own, all at once: (person, exit status, what was said)."""
    running = []
    for number, (verb, alert) in enumerate(choices):
        words = ["alerts", verb, "--store", scene.service.store, "--by", f"person{number}", alert]
        words += ["--reason", "test"] if verb == "close" else []
        running.append((f"person{number}", subprocess.Popen(
            [scene.service.binary, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=scene.service.environment, text=True)))
    return [(actor, child.wait(), child.stdout.read().strip()) for actor, child in running]


def decisions(scene, alert):
    """(kind, person) of what the audit trail has about an alert, in order."""
    return scene.query(
        "SELECT kind, json_extract(body, '$.actor') FROM v_controls WHERE kind LIKE 'alert.%' "
        "AND json_extract(body, '$.alert') = ? ORDER BY seq", alert)


ALL = [withdrawn, acknowledged, removed, together, full_disk]


def main():
    names = {scenario.__name__.replace("_", "-"): scenario for scenario in ALL}
    parser = argparse.ArgumentParser(prog="Scripts/chaos outbox", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"only these; known are {', '.join(names)}")
    parser.add_argument("--events", type=int, default=30_000, help="for the full disk (30000)")
    processes.add_options(parser)
    options = parser.parse_args()
    unknown = [name for name in options.scenarios if name not in names]
    if unknown:
        parser.error(f"unknown scenario {unknown[0]}; known are {', '.join(names)}")
    report = Report()
    work = processes.work_directory(options.keep)
    for name in options.scenarios or names:
        say(f"-- {name}")
        try:
            names[name](options, report, work)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            report.check(name, False, str(error))
    report.exit()


main()
