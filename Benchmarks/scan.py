"""Writes two files of mixed log lines, one in a hundred with a token, and times scans of them.

The figure to quote is the ratio to ripgrep in the same run: speeds on a shared machine drift.
"""

import base64
import json
import os
import random
import resource
import string
import subprocess
import sys
import tempfile
import time

REPEATS = 3
TOKEN = r"[A-Za-z0-9._~+/-]{16,}"
SEPARATOR = r"""\\*"?\s*[=:]\s*\\*["']?"""
PATTERNS = [
    r"ey[JIAwk][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    r"(?i:\b(?:bearer|dpop|basic)\s+" + TOKEN + ")",
    r"(?i:\b(?:refresh|access|id|auth|session|bearer|subject|actor|logout)[_-]?token(?:_hint)?"
    + SEPARATOR + TOKEN + ")",
    r"(?i:\b(?:client[_-]?secret|password|passwd|secret)" + SEPARATOR + r"\S{8,})",
    r"(?i:\b(?:code|device[_-]code|code[_-]verifier|client[_-]assertion|assertion|api[_-]?key"
    r"|token)" + SEPARATOR + TOKEN + ")",
    r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{36,}|glpat-[A-Za-z0-9_.-]{20,}"
    r"|xox[abps]-[A-Za-z0-9-]{24,}|ya29\.[A-Za-z0-9_-]{30,}|1//0[A-Za-z0-9_-]{30,}"
    r"|EAAC[A-Za-z0-9]{50,}|[sr]k_live_[A-Za-z0-9]{24,}|ory_[ar][tc]_[A-Za-z0-9_.-]{40,}",
]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"


def hexadecimal(count):
    return "".join(random.choices("0123456789abcdef", k=count))


def uuid():
    return "-".join(hexadecimal(count) for count in (8, 4, 4, 4, 12))


def opaque(count):
    return "".join(random.choices(string.ascii_letters + string.digits + "-_", k=count - 3)) + "7aQ"


def web_token():
    parts = [
        {"alg": "RS256", "typ": "JWT", "kid": opaque(12)},
        {"exp": 1990000000, "jti": uuid(), "iss": "https://as.example/realms/r", "sub": uuid()},
    ]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([part.rstrip("=") for part in coded] + [opaque(342)])


def address():
    return ".".join(str(random.randrange(256)) for _ in range(4))


def access_line():
    return (
        f'{address()} - - [21/Nov/2026:07:12:00 +0000] "GET /api/v1/users/{uuid()}?page=7&sort=name '
        f'HTTP/1.1" 200 {random.randrange(99999)} "https://app.example/orders" "{AGENT}"'
    )


def service_line():
    return json.dumps({
        "ts": "2026-11-21T07:12:00.123Z", "level": "info", "msg": "request completed",
        "request_id": uuid(), "trace_id": hexadecimal(32), "status": 200, "client_id": "web",
        "user": uuid(), "scope": "openid profile email",
    })


def text_line():
    return (
        f"2026-11-21 07:12:00,123 INFO  [org.example.orders] (executor-thread-7) Order {uuid()} "
        f"stored in {random.randrange(100)} ms, etag={hexadecimal(64)}"
    )


def event_line():
    return json.dumps({
        "id": uuid(), "time": 1790000000123, "type": "REFRESH_TOKEN", "realmId": uuid(),
        "clientId": "app", "userId": uuid(), "sessionId": uuid(), "ipAddress": address(),
        "details": {
            "token_id": uuid(), "grant_type": "refresh_token", "refresh_token_type": "Refresh",
            "refresh_token_id": uuid(), "client_auth_method": "client-secret",
        },
    })


def leaky_line():
    return random.choice([
        lambda: f"GET /cb?state={opaque(20)}&access_token={web_token()}&x=1 HTTP/1.1",
        lambda: f"upstream header Authorization: Bearer {web_token()}",
        lambda: '{"body":"{\\"refresh_token\\":\\"' + opaque(43) + '\\"}"}',
        lambda: f"password={opaque(12)} client_secret={opaque(32)}",
    ])()


def write_logs(directory, megabytes):
    random.seed(5)
    makers = [access_line, service_line, text_line, event_line, leaky_line]
    lines = [
        maker() + "\n" for maker in random.choices(makers, weights=[45, 25, 15, 14, 1], k=60_000)
    ]
    paths = [os.path.join(directory, name) for name in ("one.log", "two.log")]
    for path in paths:
        with open(path, "w", encoding="utf-8") as file:
            while file.tell() < megabytes * (1 << 19):
                random.shuffle(lines)
                file.write("".join(lines))
    return paths


def measure(commands):
    """Wall and CPU seconds of commands that run at the same time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    for process in running:
        # 1: findings.
        if process.wait() not in (0, 1):
            sys.exit(f"{process.args} failed with {process.returncode}")
    elapsed = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return elapsed, used


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    binary, megabytes = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_STATE_HOME"] = work
        paths = write_logs(work, megabytes)
        size = sum(os.path.getsize(path) for path in paths)
        patterns = os.path.join(work, "patterns")
        with open(patterns, "w", encoding="utf-8") as file:
            file.write("\n".join(PATTERNS) + "\n")
        jobs = {
            "cat": [["cat", path] for path in paths],
            "ripgrep": [["rg", "-c", "-f", patterns, path] for path in paths],
            "grantrail scan": [[binary, "scan", *paths, "--output", "ndjson"]],
        }
        results = {name: [] for name in jobs}
        for _ in range(REPEATS):
            for name, commands in jobs.items():
                results[name].append(measure(commands))
        base = [median([result[part] for result in results["ripgrep"]]) for part in (0, 1)]
        print(f"{size / 1e9:.2f} GB in two files")
        print(f"{'job':16}{'MB/s':>8}{'ratio':>8}{'MB/s of CPU':>14}{'ratio':>8}")
        for name, result in results.items():
            wall, used = (median([one[part] for one in result]) for part in (0, 1))
            print(
                f"{name:16}{size / wall / 1e6:>8,.0f}{base[0] / wall:>7.2f}x"
                f"{size / max(used, 1e-9) / 1e6:>14,.0f}{base[1] / max(used, 1e-9):>7.2f}x"
            )


main()
