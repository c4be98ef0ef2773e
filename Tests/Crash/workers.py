"""Kills workers of a pool during bulk changes, and checks that each change happens exactly once.

    /usr/bin/python3 workers.py [--count 20000] [--only VERB]

Three processes `retort work` carry out destroys, then links, then creates with keys. The script kills one worker twice
with SIGKILL and starts it again. It stops another worker with SIGTERM. The log of `retort serve` and triggers of its
database count each change.

`Tests/Crash/run workers` runs this script under Tests/broker. The environment variable RETORT is the path of the
program.
"""

import argparse
import collections
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import tempfile
import time

RETORT = os.environ["RETORT"]
BROKER = os.environ["RETORT_TEST_BROKER"]
URL = BROKER + ("&" if "?" in BROKER else "?") + "heartbeat=1"
ENVIRONMENT = os.environ | {"RETORT_URL": URL, "RETORT_POOL_KEY": secrets.token_hex(32)}
PROLOGUE = 'connect\nlet posts = client queue: "posts" timeout: 3s\n'
SINK = 'workers: "trial" on-error: "continue"'
METHODS = {"destroy": "destroy", "link": "create_relationship", "create": "create"}
STATEMENTS = {
    "destroy": f"stream posts page: {{size: 500}} | collect | destroy posts {SINK} confirm: true",
    "link": f'stream posts page: {{size: 500}} | collect | link posts "tags" [{{type: "tags", id: "1"}}] {SINK}',
    "create": f'read "posts.csv" | create posts key: .name settle: 1s {SINK}',
}
SCHEMA = """
    create table posts(id integer primary key, name text);
    create index posts_by_name on posts(name);
    create table tags(id integer primary key, name text);
    insert into tags values (1, 'a');
    create table posts_tags(
      post_id integer not null references posts(id), tag_id integer not null references tags(id), primary key(post_id, tag_id));
    create table made(name text, change text);
    create trigger inserted after insert on posts begin insert into made values (new.name, 'create'); end;
    create trigger deleted after delete on posts begin insert into made values (old.name, 'destroy'); end;
    create trigger linked after insert on posts_tags begin insert into made select name, 'link' from posts where id = new.post_id; end;
"""


class Program:
    """A process of `retort` whose output contains the text `begun` when it is ready."""

    def __init__(self, arguments, begun):
        self.process = subprocess.Popen([RETORT, *arguments], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.said = ""
        while begun not in (line := self.process.stdout.readline()):
            self.said += line
            if not line:
                raise SystemExit(f"retort {' '.join(arguments)} does not begin:\n{self.said}")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.said += self.process.communicate()[0]
        return self.process.returncode


def worker():
    return Program(["work", URL, "--pool", "trial", "--in-flight", "16", "--allow", "posts"], "working")


def prepare(verb, count):
    with sqlite3.connect("posts.sqlite") as database:
        database.executescript(SCHEMA)
        names = [f"n{number}" for number in range(count)]
        if verb == "create":
            with open("posts.csv", "w", encoding="utf-8") as rows:
                rows.write("name\n" + "\n".join(names) + "\n")
        else:
            database.executemany("insert into posts(name) values (?)", [(name,) for name in names])
            database.execute("delete from made")
    database.close()


def calls(verb):
    """Returns the number of requests of a verb in the service's log."""
    with open("calls.ndjson", encoding="utf-8") as log:
        return sum(f'"method":"{METHODS[verb]}"' in line for line in log)


def violations(verb, count):
    """Returns descriptions of the changes that did not happen exactly once, and the number of reads in the log."""
    found = []
    with open("calls.ndjson", encoding="utf-8") as log:
        lines = [json.loads(line) for line in log]
    done = collections.Counter(line["id"] for line in lines if line["method"] == METHODS[verb] and line["outcome"] == "ok")
    if sum(done.values()) != count:
        found.append(f"the log has {sum(done.values())} of {count}")
    if verb == "destroy" and (twice := [id for id, times in done.items() if times > 1]):
        found.append(f"{len(twice)} ids are in the log more than once: {twice[:3]}")
    with sqlite3.connect("posts.sqlite") as database:
        once = database.execute("select count(*) from (select name from made where change = ? group by name)", [verb]).fetchone()[0]
        twice = database.execute("select name from made group by name having count(*) > 1").fetchall()
    database.close()
    if once != count:
        found.append(f"{count - once} not done")
    if twice:
        found.append(f"{len(twice)} done more than once: {twice[:3]}")
    return found, sum(line["method"] in ("show", "show_relationship", "index") for line in lines)


def pool_round(verb, count):
    """Runs a statement, and kills and stops its workers during the run.

    Returns a report of the round and, if something is wrong, descriptions of the problems and the output.
    """
    prepare(verb, count)
    with open("run.retort", "w", encoding="utf-8") as script:
        script.write(PROLOGUE + STATEMENTS[verb] + "\n")
    service = Program(["serve", "posts.sqlite", "--workers", "16", "--latency", "2ms", "--log", "calls.ndjson"], "serving")
    workers = [worker() for _ in range(3)]
    ended, events = [], []
    begin = time.monotonic()
    program = subprocess.Popen([RETORT, "run.retort"], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    try:
        for share, how in ((0.15, signal.SIGKILL), (0.4, signal.SIGKILL), (0.65, signal.SIGTERM)):
            while program.poll() is None and calls(verb) < share * count:
                time.sleep(0.005)
            if program.poll() is not None:
                break
            victim = workers[0] if how == signal.SIGKILL else workers[1]
            status = victim.end(how)
            ended.append(victim)
            events.append(f"{how.name} {status} at {calls(verb)}")
            if how == signal.SIGKILL:
                workers[0] = worker()
        said = program.communicate(timeout=600)[0]
        seconds = time.monotonic() - begin
    finally:
        program.kill()
        for each in workers:
            if each not in ended:
                each.end()
        service.end()
    found, lookups = violations(verb, count)
    if len(events) < 3:
        found.append("it ended before its workers were killed")
    if program.returncode != 0:
        found.append(f"its status is {program.returncode}")
    if events and not events[-1].startswith("SIGTERM 0"):
        found.append("SIGTERM did not end a worker with status 0")
    redelivered = sum(each.said.count("was delivered before") for each in workers + ended)
    report = f"{', '.join(events)}; {redelivered} chunks redelivered, {lookups} reads, {seconds:.1f} s"
    return report, found and found + [said] + [each.said for each in workers + ended]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--only", help="the round of one verb")
    given = options.parse_args()
    verbs = [verb for verb in STATEMENTS if given.only in (None, verb)]
    failed = 0
    for verb in verbs:
        with tempfile.TemporaryDirectory(prefix="retort-workers.") as directory:
            os.chdir(directory)
            report, found = pool_round(verb, given.count)
            os.chdir("/")
        failed += bool(found)
        print(f"{verb}: {report}: " + ("\n  ".join(found) if found else f"{given.count} done once"), flush=True)
    print(f"{len(verbs)} rounds, {failed} failed")
    raise SystemExit(failed > 0)


main()
