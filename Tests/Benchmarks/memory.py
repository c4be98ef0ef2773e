"""Measures the peak memory of retort while it changes very many resources, for each kind of change.

    /usr/bin/python3 memory.py [--count 1000000] [--only WORD]

Tests/broker must run this script. The environment variable RETORT is the path of retort. LINK is the path of the
compiled link.c, which is the service.
"""

import argparse
import os
import subprocess
import tempfile
import time

from bench import ENVIRONMENT, PROLOGUE, RETORT, responder

STATEMENTS = {
    "create": 'read "{}" | create e keep-id: true in-flight: 64',
    "update": 'read "{}" | update e {{state: .state}} in-flight: 64',
    "destroy": 'read "{}" | destroy e in-flight: 64 confirm: true',
    "journal": 'read "{}" | update e {{state: .state}} in-flight: 64 journal: "{}.journal"',
    "each": 'read "{}" | each in-flight: 64 do destroy e .id confirm: true end',  # the block returns no value
    "each value": 'read "{}" | each in-flight: 64 do call e "show" {{id: .id}} end',
    "each on": 'read "{}" | each in-flight: 64 do call e "show" {{id: .id}} end | write "{}.ndjson"',
    "update on": 'read "{}" | update e {{state: .state}} in-flight: 64 | select .id | write "{}.csv"',
    "for": 'for row in read "{}" do call e "show" {{id: row.id}} end',
    "destroy-all": "destroy-all e filter: {{}} in-flight: 64 confirm: true",
}


def peak(statement):
    """Runs a statement, and returns the peak resident set size in bytes and the duration in seconds."""
    begin = time.monotonic()
    process = subprocess.Popen([RETORT, "-c", PROLOGUE + statement], env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{statement} ended with {process.returncode}:\n{said}")
    return usage.ru_maxrss * 1024, time.monotonic() - begin


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--only", help="the row of one statement")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "rows.csv")
        with open(path, "w", encoding="utf-8") as rows:
            rows.write("id,state\n")
            rows.writelines(f"{number},draft\n" for number in range(1, given.count + 1))
        for name, statement in STATEMENTS.items():
            if given.only not in (None, name):
                continue
            with responder(str(given.count)):
                size, seconds = peak(statement.format(path, path))
            print(f"{name:12}{size / 1e6:8.1f} MB at most{given.count:12,} elements{seconds:8.1f} s", flush=True)


main()
