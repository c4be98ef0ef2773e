"""Times retort on files, loops and its start, beside jq, DuckDB and python3 doing the same.

DuckDB is that of PyPI: `python3 -m pip install duckdb`; without it its rows are left out.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time

RETORT = os.environ["RETORT"]
ROUNDS = 5


def posts(path):
    with open(path, "w") as file:
        for n in range(1, 300_001):
            attributes = {
                "text": f'Post {n} with "quotes" and a text that is a little longer',
                "state": ["draft", "published", "spam", "archived"][n % 4],
                "views": n * 7919 % 100_000,
                "rating": n % 50 / 10,
                "inserted-at": "2026-01-01T00:00:00Z",
            }
            author = {"data": {"type": "authors", "id": str(1 + n % 50)}}
            resource = {"id": str(n), "type": "posts", "attributes": attributes, "relationships": {"author": author}}
            file.write(json.dumps(resource, separators=(",", ":")) + "\n")


def once(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - start, done.stdout


def memory(command):
    before = ["/usr/bin/env", "python3", "-c",
              "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)"]
    return int(subprocess.run(before + command, stdout=subprocess.PIPE, check=True).stdout)


def pair(title, ours, peer, name, same=None):
    times = ([], [])
    outputs = [None, None]
    for _ in range(ROUNDS):
        for side, command in enumerate((ours, peer)):
            seconds, outputs[side] = once(command)
            times[side].append(seconds)
    if same and same(outputs[0]) != same(outputs[1]):
        raise SystemExit(f"{title}: retort and {name} disagree")
    left, right = (statistics.median(side) for side in times)
    print(f"{title:34} retort {left * 1000:8.1f} ms   {name} {right * 1000:8.1f} ms   {right / left:5.2f} times as fast")


def duckdb(path, query):
    """A process that prints the first column of a query of the file's posts, one value a line."""
    source = query.format(posts=f"read_json('{path}', format='newline_delimited')")
    return ["python3", "-c", f'import duckdb; print(*(row[0] for row in duckdb.sql("""{source}""").fetchall()), sep="\\n")']


def queries(path, read):
    """The three jobs on the file by DuckDB."""
    if subprocess.run(["python3", "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode:
        print("DuckDB is missing: python3 -m pip install duckdb")
        return
    text = "'\"' || id || '\"'"
    for title, statements, query in (
        ("filter and map", "where .views < 10 | map .id | ndjson",
         f"select {text} from {{posts}} where attributes.views < 10"),
        ("sort, take 3", "sort .views .id | take 3 | map .id",
         f"select {text} from {{posts}} order by attributes.views, id::varchar limit 3"),
        ("group and count", "group .state | sort .key | map .count",
         "select count(*) from {posts} group by attributes.state order by attributes.state"),
    ):
        pair(title, [RETORT, "-c", read + statements], duckdb(path, query), "DuckDB", lambda text: text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "posts.ndjson")
        posts(path)
        print(f"300,000 posts, {os.path.getsize(path) / 1e6:.0f} MB")
        read = f'read "{path}" | '
        pair("filter and map", [RETORT, "-c", read + "where .views < 10 | map .id | ndjson"],
             ["jq", "-c", "select(.attributes.views < 10) | .id", path], "jq", lambda text: text)
        pair("sort, take 3", [RETORT, "-c", read + "sort .views .id | take 3 | map .id"],
             ["jq", "-c", "-n", "[inputs] | sort_by(.attributes.views, .id) | .[0:3][].id", path], "jq",
             lambda text: text)
        pair("group and count", [RETORT, "-c", read + "group .state | sort .key | map .count"],
             ["jq", "-c", "-n", "[inputs] | group_by(.attributes.state)[] | length", path], "jq", lambda text: text)
        queries(path, read)
        loop = os.path.join(folder, "loop.py")
        with open(loop, "w") as file:
            file.write("n = 0\nfor i in range(1, 1000001):\n    n = n + i\nprint(n)\n")
        pair("for over 1..1000000", [RETORT, "-c", "let n = 0; for i in 1..1000000 do let n = n + i end; print n"],
             ["/usr/bin/python3", loop], "python3", lambda text: text)
        pair("start", [RETORT, "-c", "1"], ["jq", "-n", "1"], "jq", lambda text: text)
        print(f"memory of filter and map: {memory([RETORT, '-c', read + 'where .views < 10 | count'])} MB")


main()
