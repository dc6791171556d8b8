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

# Three aggregates over typed columns, one pass: the cheapest useful question about such a file.
DUCKDB = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET threads = 2")
columns = '''{id: 'VARCHAR', time: 'BIGINT', type: 'VARCHAR', realmId: 'VARCHAR',
    realmName: 'VARCHAR', clientId: 'VARCHAR', userId: 'VARCHAR', sessionId: 'VARCHAR',
    ipAddress: 'VARCHAR', error: 'VARCHAR', details: 'STRUCT(refresh_token_id VARCHAR,
    updated_refresh_token_id VARCHAR, token_id VARCHAR, scope VARCHAR, reason VARCHAR)'}'''
rows = connection.execute(f'''SELECT type, count(*), approx_count_distinct(userId),
    count(details.refresh_token_id) FROM read_json('{sys.argv[1]}', format =
    'newline_delimited', columns = {columns}) GROUP BY type''').fetchall()
print(sum(row[1] for row in rows))
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


main()
