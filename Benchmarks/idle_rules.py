"""Runs the same backtest with and without a thousand idle rules, in turn, and prints the medians.

Reading the rules is a cost of the start, not of the events: it is measured on a log of a hundred
lines and shown beside.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

RULES = 1000
REPEATS = 7

# By kind: what the selection asks for, and what stands in the rule's own block.
KINDS = {
    "client": ("client: no-client-{n}", None),
    "agent": ("user_agent|contains: stranger/{n}", None),
    "ip": ("ip: 203.0.{a}.{b}", None),
    "network": ("ip|startswith: 203.{a}.0.", None),
    "payload": ("payload.details.rule{b}: never-{n}", None),
    "fact": ("fact: code.replayed\n        subject: nobody-{n}", None),
    "kind": ("kind: client.deleted\n        subject: nobody-{n}", None),
    "spike": (
        "outcome: failure\n        vendor_type: NEVER_{n}",
        "    key: [client]\n    spike: {{within: [5m, 30m, 2h], learn: 72h, floor: 8, "
        "times: 2, tail: 1e-9}}\n",
    ),
}

RULE = """title: Idle {n}
id: 5a1c0a57-3b1e-4c55-9d3c-{n:012x}
name: IDLE-{n}
status: test
logsource:
    product: oauth
detection:
    s:
        {selection}
    condition: s
level: low
{block}"""


def rule(number, kind):
    selection, block = KINDS[kind]
    values = {"n": number, "a": number % 250, "b": number // 250}
    own = "grantrail:\n" + block.format(**values) if block else ""
    return RULE.format(n=number, selection=selection.format(**values), block=own)


def seconds(command):
    """Wall seconds and processor seconds of one process."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.monotonic() - started
        err.seek(0)
        if status != 0:
            sys.exit(f"{' '.join(command)} failed:\n{err.read().decode()}")
    return elapsed, usage.ru_utime + usage.ru_stime


def main():
    binary = sys.argv[1]
    events = sys.argv[2] if len(sys.argv) > 2 else "200000"
    kinds = sys.argv[3:] or list(KINDS)
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_STATE_HOME"] = work
        traffic, rules = os.path.join(work, "traffic"), os.path.join(work, "rules")
        seconds([binary, "simulate", "--out", traffic, "--events", events])
        log = os.path.join(traffic, "keycloak.jsonl")
        short = os.path.join(work, "short.jsonl")
        with open(log) as source, open(short, "w") as sink:
            sink.writelines(line for line, _ in zip(source, range(100)))
        os.mkdir(rules)
        with open(os.path.join(rules, "idle.yml"), "w") as sink:
            sink.write("---\n".join(rule(n, kinds[n % len(kinds)]) for n in range(RULES)))
        runs = {
            "without": [log],
            "with": ["--rules", rules, log],
            "start without": [short],
            "start with": ["--rules", rules, short],
        }
        times = {name: [] for name in runs}
        for _ in range(REPEATS):
            for name, arguments in runs.items():
                times[name].append(seconds([binary, "backtest"] + arguments))
        for index, what in enumerate(["wall", "processor"]):
            median = {
                name: statistics.median(value[index] for value in values)
                for name, values in times.items()
            }
            for name, value in median.items():
                print(f"{what:9} {name:14} {value:.3f} s")
            whole = median["with"] / median["without"] - 1
            own = (median["with"] - median["start with"]) / (
                median["without"] - median["start without"]
            ) - 1
            print(f"{what:9} {RULES} idle rules: {whole:+.1%}, start aside {own:+.1%}")


if __name__ == "__main__":
    main()
