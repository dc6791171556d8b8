"""Runs each job as a process of its own and prints events per second, memory and bytes.

Speeds on a shared machine drift; the ratio to DuckDB, measured in turn in the same run, is the
figure to quote.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

REPEATS = 3

# Three aggregates over the whole file, as an analyst without a ledger would ask: events by type,
# subjects and sessions by client, refresh tokens presented more than once and from where.
DUCKDB = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET threads = 2")
source = f'''read_json('{sys.argv[1]}', format = 'newline_delimited', columns = {{id: 'VARCHAR',
    time: 'BIGINT', type: 'VARCHAR', realmId: 'VARCHAR', realmName: 'VARCHAR',
    clientId: 'VARCHAR', userId: 'VARCHAR', sessionId: 'VARCHAR', ipAddress: 'VARCHAR',
    error: 'VARCHAR', details: 'STRUCT(refresh_token_id VARCHAR,
    updated_refresh_token_id VARCHAR, token_id VARCHAR, scope VARCHAR, reason VARCHAR)'}})'''
for query in (
    f"SELECT type, count(*) FROM {source} GROUP BY type",
    f'''SELECT clientId, count(DISTINCT userId), count(DISTINCT sessionId) FROM {source}
        GROUP BY clientId''',
    f'''SELECT details.refresh_token_id AS token, count(*), count(DISTINCT ipAddress)
        FROM {source} WHERE type LIKE 'REFRESH_TOKEN%' GROUP BY token HAVING count(*) > 1''',
):
    print(len(connection.execute(query).fetchall()))
"""


def measure(command):
    """Wall seconds and peak memory in bytes of one process; its output is kept aside."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        text = out.read().decode(), err.read().decode()
    if status != 0:
        sys.exit(f"{' '.join(command)} failed:\n{text[1]}")
    return elapsed, usage.ru_maxrss * 1024, text[0]


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    binary, events = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        os.environ["XDG_STATE_HOME"] = work
        subprocess.run(
            [binary, "measure", "archive", "--out", work, "--events", str(events)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        archive = os.path.join(work, "keycloak.jsonl")
        store = os.path.join(work, "bench.db")
        size = os.path.getsize(archive)
        print(f"{events} events, {size / 1e9:.2f} GB, {size / events:.0f} bytes an event")
        jobs = {
            "DuckDB, three aggregates": [sys.executable, "-c", DUCKDB, archive],
            "decode alone": [binary, "measure", "decode", archive],
            "backtest of the archive": [binary, "backtest", archive, "--output", "ndjson"],
            "durable ingest": [binary, "ingest", archive, "--store", store],
            "replay from the store": [
                binary, "backtest", "--store", store, "--output", "ndjson",
            ],
        }
        times = {name: [] for name in jobs}
        memory = dict.fromkeys(jobs, 0)
        outputs = {}
        for _ in range(REPEATS):
            for name, command in jobs.items():
                if name == "durable ingest":
                    for suffix in ("", "-wal", "-shm"):
                        if os.path.exists(store + suffix):
                            os.remove(store + suffix)
                elapsed, peak, outputs[name] = measure(command)
                times[name].append(elapsed)
                memory[name] = max(memory[name], peak)
        base = median(times["DuckDB, three aggregates"])
        print(f"{'job':28}{'events/s':>12}{'ratio':>9}{'min..max s':>16}{'memory MB':>11}")
        for name in jobs:
            rates = times[name]
            spread = f"{min(rates):.2f}..{max(rates):.2f}"
            print(
                f"{name:28}{events / median(rates):>12,.0f}{base / median(rates):>8.2f}x"
                f"{spread:>16}{memory[name] / 1e6:>11.0f}"
            )
        if outputs["backtest of the archive"] != outputs["replay from the store"]:
            sys.exit("the archive and its store gave different alerts")
        info = json.loads(
            subprocess.check_output([binary, "store", "info", store, "--output", "json"])
        )
        print(
            f"store: {info['segment_bytes'] / info['events']:.1f} bytes an event in segments, "
            f"{info['bytes'] / info['events']:.1f} in the file"
        )
        words = subprocess.check_output(
            [binary, "measure", "state", "--store", store, "--directory", work], text=True
        ).split()
        cost = dict(zip(words[::2], words[1::2]))
        tokens, size = int(cost["tokens"]), int(cost["bytes"])
        print(
            f"rules' memory: {size / 1e6:.0f} MB for {tokens} refresh tokens, "
            f"{size / tokens:.0f} MB a million"
        )


main()
