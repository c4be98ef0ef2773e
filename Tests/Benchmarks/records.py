"""Measures the time and the peak memory of retort, jq and DuckDB for the same work on the records of a file.

    python3 records.py [--count 300000] [--rounds 5] [--only WORD]

The environment variable RETORT is the path of retort. DuckDB is the package of PyPI: `python3 -m pip install duckdb`.

A time of retort is the median of several runs of the whole process. jq takes seconds, so it runs only once. A time of
DuckDB is the median time of its query, without the start of Python. All outputs must be equal.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RETORT = os.environ["RETORT"]

# A job consists of stages of retort, a program of jq, and a query of DuckDB. Names in braces stand for fields, whose
# form depends on the file format: `{views}` is `.attributes.views` or `int(.views)`.
JOBS = {
    "filter by a number": (
        "where {views} < 10 | map .id", "inputs | select({views} < 10) | .id",
        "select id::varchar from {file} where {views} < 10"),
    "filter by text": (
        'where {state} == "draft" | count', '[inputs | select({state} == "draft") | 1] | length',
        "select count(*) from {file} where {state} = 'draft'"),
    "filter by a pattern": (
        "where {text} =~ /9 with/ | count", '[inputs | select({text} | test("9 with")) | 1] | length',
        "select count(*) from {file} where regexp_matches({text}, '9 with')"),
    "sort": (
        "sort {views} .id | map .id", "[inputs] | sort_by({views}, .id)[] | .id",
        "select id::varchar from {file} order by {views}, id::varchar"),
    "sort, the first three": (
        "sort {views} .id | take 3 | map .id", "[inputs] | sort_by({views}, .id)[0:3][] | .id",
        "select id::varchar from {file} order by {views}, id::varchar limit 3"),
    "group and count": (
        "group {state} | sort .key | map .count", "[inputs] | group_by({state})[] | length",
        "select count(*) from {file} group by {state} order by {state}"),
}

DUCKDB = """
import duckdb, json, sys, time
begin = time.perf_counter()
rows = duckdb.sql(sys.argv[1]).fetchall()
print(time.perf_counter() - begin, file=sys.stderr)
print(*(json.dumps(row[0]) for row in rows), sep="\\n")
"""


def posts(count):
    for n in range(1, count + 1):
        attributes = {
            "text": f'Post {n} with "quotes" and a text that is a little longer',
            "state": ["draft", "published", "spam", "archived"][n % 4],
            "views": n * 7919 % 100_000,
            "rating": n % 50 / 10,
            "inserted-at": "2026-01-01T00:00:00Z",
        }
        author = {"data": {"type": "authors", "id": str(1 + n % 50)}}
        yield {"id": str(n), "type": "posts", "attributes": attributes, "relationships": {"author": author}}


def write(path, count):
    with open(path, "w", encoding="utf-8", newline="") as file:
        if path.endswith(".csv"):
            rows = ({"id": post["id"]} | post["attributes"] for post in posts(count))
            writer = csv.DictWriter(file, ["id", *next(posts(1))["attributes"]])
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(post, separators=(",", ":")) + "\n" for post in posts(count))


def run(command, *, timed_by_itself=False):
    """Runs a command, and returns its duration in seconds, its peak memory in MB and its output.

    If `timed_by_itself` is true, the duration is the number that the command prints to standard error.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE if timed_by_itself else None)
    output = process.stdout.read()
    said = process.stderr.read() if timed_by_itself else None
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}: {said}")
    return float(said) if said else seconds, usage.ru_maxrss / 1024, output


def median(command, rounds, **options):
    runs = [run(command, **options) for _ in range(rounds)]
    return statistics.median(seconds for seconds, _, _ in runs), max(size for _, size, _ in runs), runs[0][2]


def peers(path, program, query, rounds):
    """Yields the name, the duration, the memory and the output of each installed program that can read the file."""
    if not path.endswith(".csv") and shutil.which("jq"):
        yield "jq", run(["jq", "-c", "-n", program, path])
    if subprocess.run([sys.executable, "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode == 0:
        yield "DuckDB", median([sys.executable, "-c", DUCKDB, query], rounds, timed_by_itself=True)


def measure(path, job, rounds):
    is_csv = path.endswith(".csv")
    stages, program, query = JOBS[job]
    # In retort, the cells of a CSV file are texts, so the stage must convert numbers. DuckDB guesses the types of
    # cells.
    ours = {"views": "int(.views)" if is_csv else ".views", "state": ".state", "text": ".text"}
    jq = {name: f".attributes.{name}" for name in ours}
    columns = {name: name if is_csv else f"attributes.{name}" for name in ours}
    source = f"read_csv('{path}')" if is_csv else f"read_json('{path}', format='newline_delimited')"
    seconds, size, output = median([RETORT, "-c", f'read "{path}" | ' + stages.format(**ours)], rounds)
    line = f"{job:22} retort {seconds:6.2f} s {size:5.0f} MB"
    for name, (other, memory, said) in peers(path, program.format(**jq), query.format(file=source, **columns), rounds):
        if said != output:
            raise SystemExit(f"{job}: retort and {name} disagree")
        line += f"   {name} {other:6.2f} s {memory:5.0f} MB, {other / seconds:5.2f} times as long"
    print(line, flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=300_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", default="", help="the jobs with this word")
    given = options.parse_args()
    if not shutil.which("jq"):
        print("jq is not installed: apt-get install jq")
    if subprocess.run([sys.executable, "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode:
        print("DuckDB is not installed: python3 -m pip install duckdb")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("posts.ndjson", "posts.csv"):
            path = os.path.join(folder, name)
            write(path, given.count)
            print(f"{given.count:,} records in {name}, {os.path.getsize(path) / 1e6:.0f} MB")
            for job in JOBS:
                if given.only in job:
                    measure(path, job, given.rounds)
    loop = "n = 0\nfor i in range(1, 1000001):\n    n = n + i\nprint(n)\n"
    for title, ours, peer, name in (
        ("for over 1..1000000", "let n = 0; for i in 1..1000000 do let n = n + i end; print n", [sys.executable, "-c", loop], "python3"),
        ("start", "1", ["jq", "-n", "1"], "jq"),
    ):
        if given.only in title and shutil.which(peer[0]):
            left, right = median([RETORT, "-c", ours], given.rounds)[0], median(peer, given.rounds)[0]
            print(f"{title:22} retort {left:6.3f} s   {name} {right:6.3f} s, {right / left:5.2f} times as long")


main()
