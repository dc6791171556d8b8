"""Alerts of a simulated archive, and variants whose texts are hostile, are rendered by
`grantrail hooks render` in every form, and read as their receivers would read them.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import tempfile

import archive
import evidence
from cloudevents.core.bindings.http import (
    HTTPMessage, from_binary_event, from_structured_event,
)
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from report import Report, say, some

KINDS = ("grantrail", "cloudevents", "cloudevents-binary", "ocsf", "slack", "pagerduty")
PROFILES = ("full", "pseudonym", "none")
KEPT = {"schema", "id", "state", "severity", "branch", "time", "first_seen", "last_seen",
        "visibility", "kind", "event_id", "evidence"}
PIECES = (
    "<!channel>", "@here", "<https://evil.example|bank>", "`", "```", "*", "&", "\"", "\\", "\n",
    "\0", "\x1b[31m", "\u202e", "\u200d", "\ufeff", "漢", "👩", "https://evil.example/", "%00", " ",
    "203.0.113.9", "Zürich ✈", "T1550", "x" * 4000,
)


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/check-bodies", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--hostile", type=int, default=100, help="hostile alerts (100)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1 << 32))
    parser.add_argument("--binary", help="instead of a release build")
    return parser.parse_args()


def hostile(value, generator, key=""):
    """The same alert with other texts; ids, times and words of the schema stay."""
    if isinstance(value, dict):
        return {name: hostile(child, generator, name) for name, child in value.items()}
    if isinstance(value, list):
        return [hostile(child, generator, key) for child in value]
    if isinstance(value, str) and key not in KEPT:
        return "".join(generator.choice(PIECES) for _ in range(generator.randrange(8)))
    return value


def render(binary, kind, profile, lines):
    """What the program makes of alerts, one JSON value each."""
    done = subprocess.run([binary, "hooks", "render", "--body", kind, "--pii", profile],
                          input=b"\n".join(lines) + b"\n", capture_output=True)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"hooks render --body {kind} ended with {done.returncode}: {said}")
    return done.stdout.splitlines()


def size(text):
    """Units that receivers count at most."""
    return len(text.encode("utf-16-le")) // 2


class Bodies:
    """One test for each form; each gives what is wrong with a body, as texts."""

    def __init__(self):
        schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
        self.finding = Draft202012Validator(
            schema.get_class_schema(class_name="detection_finding", profiles=[]))

    def grantrail(self, line, alert):
        body = json.loads(line)
        if len(line) > 20_000:
            yield f"{len(line)} bytes"
        if set(body) != {"type", "timestamp", "data"} or body["data"]["id"] != alert["id"]:
            yield "envelope"
        if body["timestamp"] != alert["time"] or not body["type"].startswith("grantrail.alert."):
            yield "type or time"

    def cloudevents(self, line, alert):
        message = HTTPMessage({"content-type": "application/cloudevents+json"}, line)
        yield from self.event(from_structured_event(message), alert)

    def cloudevents_binary(self, line, alert):
        parts = json.loads(line)
        if "ce-datacontenttype" in parts["headers"]:
            yield "ce-datacontenttype"
        body = json.dumps(parts["body"]).encode()
        yield from self.event(from_binary_event(HTTPMessage(parts["headers"], body)), alert)

    @staticmethod
    def event(event, alert):
        if event.get_id() != f"{alert['id']}.{alert['revision']}":
            yield "id"
        if not event.get_type().startswith("io.grantrail.alert."):
            yield "type"
        if event.get_extension("severitytext") != alert["severity"]:
            yield "severitytext"
        if not event.get_extension("partitionkey"):
            yield "partitionkey"
        data = event.get_data()
        data = json.loads(data) if isinstance(data, (str, bytes)) else data
        if data["id"] != alert["id"]:
            yield "data"

    def ocsf(self, line, alert):
        body = json.loads(line)
        for error in self.finding.iter_errors(body):
            yield f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
        if body["finding_info"]["uid"] != alert["id"]:
            yield "uid"

    def slack(self, line, _):
        body = json.loads(line)
        texts = [body["text"]]
        if not 1 <= len(body["blocks"]) <= 20:
            yield "blocks"
        for block in body["blocks"]:
            objects = [block["text"]] if "text" in block else []
            objects += block.get("fields", []) + block.get("elements", [])
            if not objects or len(block.get("fields", [])) > 10:
                yield block["type"]
            for entry in objects:
                texts.append(entry["text"])
                limit = 150 if block["type"] == "header" else 2000 if "fields" in block else 3000
                if entry["type"] != "plain_text" or not 1 <= size(entry["text"]) <= limit:
                    yield f"{block['type']}: {size(entry['text'])} characters"
        if sum(map(size, texts)) > 6000:
            yield "more than 6000 characters"
        for text in texts:
            bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
            if any(sign in bare for sign in "&<>\0\x1b\u202e\u200d"):
                yield "markup or a hidden character"

    def pagerduty(self, line, _):
        body = json.loads(line)
        payload = body["payload"]
        if body["event_action"] not in ("trigger", "resolve"):
            yield "event_action"
        if not 1 <= len(body["dedup_key"]) <= 255 or not 1 <= len(payload["summary"]) <= 1024:
            yield "dedup_key or summary"
        if payload["severity"] not in ("critical", "error", "warning", "info"):
            yield "severity"
        if not payload["source"] or len(line) > 512_000:
            yield "source or size"


def personal(alert):
    """What must not leave when people are hidden."""
    values = [alert["keys"].get(key) for key in ("subject", "session")]
    for side in ("attacker", "victim"):
        values += [alert.get(side, {}).get(key) for key in ("ip", "user_agent")]
    return [value for value in values if value]


def main():
    options = arguments()
    report = Report()
    say(f"seed {options.seed}")
    generator = random.Random(options.seed)
    work = tempfile.mkdtemp(prefix="grantrail-bodies-")
    try:
        path = archive.simulate(options.binary, os.path.join(work, "in"), options.events,
                                options.seed)
        places = os.path.join(os.path.dirname(path), "places")
        own = evidence.output([
            options.binary, "backtest", path, "--output", "ndjson",
            "--geo", os.path.join(places, "city.mmdb"), "--asn", os.path.join(places, "asn.mmdb"),
            "--networks", os.path.join(places, "networks.csv")])
    finally:
        shutil.rmtree(work)
    own = own.splitlines()
    alerts = [json.loads(line) for line in own]
    rules = sorted({alert["rule"]["name"] for alert in alerts})
    known = json.loads(evidence.output([options.binary, "rules", "list", "--output", "json"]))
    silent = sorted({rule["name"] for rule in known} - set(rules))
    report.check("alerts", len(rules) >= 10,
                 f"{len(alerts)} of {len(rules)} rules; none of {some(silent, 30)}")
    hostiles = [hostile(generator.choice(alerts), generator) for _ in range(options.hostile)]
    lines = own + [json.dumps(alert, separators=(",", ":")).encode() for alert in hostiles]
    bodies = Bodies()
    for kind in KINDS:
        for profile in PROFILES:
            rendered = render(options.binary, kind, profile, lines)
            check(report, bodies, kind, profile, rendered, alerts, hostiles)
    report.exit()


def check(report, bodies, kind, profile, rendered, alerts, hostiles):
    """One line of the report for one form and one profile."""
    test = getattr(bodies, kind.replace("-", "_"))
    wrong = []
    for line, alert in zip(rendered, alerts + hostiles):
        wrong += [f"{alert['rule']['name'][:20]!r} {what}" for what in test(line, alert)]
    if profile != "full":
        for line, alert in zip(rendered, alerts):
            text = line.decode()
            told = [value for value in personal(alert) if value in text]
            wrong += [f"{alert['rule']['name']} tells {value!r}" for value in told]
    expected = len(alerts) + len(hostiles)
    report.check(f"{kind}, {profile}", len(rendered) == expected and not wrong,
                 f"{len(rendered)} bodies of {expected} alerts"
                 + (f"; {len(wrong)} wrong: {some(wrong, 5)}" if wrong else ""))


if __name__ == "__main__":
    main()
