"""Kills bulk changes with SIGKILL, resumes them, and checks the database; Tests/Crash/run describes the rounds.

    /usr/bin/python3 rounds.py [--rounds 12] [--count 2000] [--kills 4] [--seed N] [--only VERB]

Tests/broker must run this script. The environment variable RETORT is the path of the program.
"""

import argparse
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

RETORT = os.environ["RETORT"]
ENVIRONMENT = os.environ | {"RETORT_URL": os.environ["RETORT_TEST_BROKER"]}
PROLOGUE = 'connect\nlet posts = client queue: "posts" timeout: 1s\n'
SINK = 'in-flight: 16 on-error: "continue" journal: "run.journal"'
STATEMENTS = {
    "destroy": f"stream posts page: {{size: 500}} | collect | destroy posts {SINK} confirm: true",
    "update": f"stream posts page: {{size: 500}} | collect | update posts {{views: .views + 1}} {SINK}",
    "create": f'read "posts.csv" | create posts key: .name settle: 1s {SINK}',
    "each": 'stream posts page: {size: 500} | collect | each in-flight: 4 journal: "run.journal" key: .id do '
            'update posts it {views: .views + 1} end',
    "link": f'stream posts page: {{size: 500}} | collect | link posts "tags" [{{type: "tags", id: "1"}}] {SINK}',
    "unlink": f'stream posts page: {{size: 500}} | collect | unlink posts "tags" [{{type: "tags", id: "1"}}] {SINK}',
    "relink": f'stream posts page: {{size: 500}} | collect | relink posts "owner" {{type: "tags", id: "1"}} {SINK}',
}
ROUNDS = [  # a verb, the options of `retort serve`, and what the script breaks before it kills the program
    ("update", "--latency 2ms", None),
    ("destroy", "--latency 2ms", None),
    ("create", "--latency 2ms", None),
    ("each", "--latency 2ms", None),
    ("update", "--fault drop=1% --fault late=1% --fault duplicate=1% --late 2s", None),
    ("create", "--fault drop=1% --fault lose=1%", None),
    ("create", "--flavour carrot --latency 5ms", None),
    ("update", "--latency 2ms", "service"),
    ("destroy", "--latency 2ms", "connections"),
    ("link", "--latency 2ms --fault drop=1%", None),
    ("relink", "--latency 2ms --fault drop=1% --fault lose=1%", None),
    ("unlink", "--latency 2ms --fault drop=1%", None),
]
SCHEMA = """
    create table tags(id integer primary key, name text);
    insert into tags values (1, 'a');
    create table posts(
      id integer primary key, name text, views integer not null default 0, owner_id integer references tags(id));
    create table posts_tags(
      post_id integer not null references posts(id), tag_id integer not null references tags(id), primary key(post_id, tag_id));
    create table made(name text, change text);
    create trigger inserted after insert on posts begin insert into made values (new.name, 'create'); end;
    create trigger updated after update on posts begin insert into made values (new.name, 'update'); end;
    create trigger deleted after delete on posts begin insert into made values (old.name, 'destroy'); end;
    create trigger linked after insert on posts_tags begin insert into made select name, 'link' from posts where id = new.post_id; end;
    create trigger unlinked after delete on posts_tags begin insert into made select name, 'unlink' from posts where id = old.post_id; end;
"""


class Service:
    """A process `retort serve` on a database, which a round can kill and start again."""

    def __init__(self, options):
        self.options = options
        self.start()

    def start(self):
        self.process = subprocess.Popen([RETORT, "serve", "posts.sqlite", *self.options], env=ENVIRONMENT,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while "serving" not in (line := self.process.stdout.readline()):
            if not line:
                raise SystemExit("retort serve does not start")

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.communicate()


def prepare(verb, count):
    """Creates a database with rows to change or, for creates, a file with the rows to create."""
    with sqlite3.connect("posts.sqlite") as database:
        database.executescript(SCHEMA)
        names = [f"n{number}" for number in range(count)]
        if verb == "create":
            with open("posts.csv", "w", encoding="utf-8") as rows:
                rows.write("name\n" + "\n".join(names) + "\n")
        else:
            database.executemany("insert into posts(name) values (?)", [(name,) for name in names])
            if verb == "unlink":
                database.execute("insert into posts_tags select id, 1 from posts")
            database.execute("delete from made")
    database.close()


def cut_connections():
    """Cuts the connections to the vhost without an AMQP message, as a network failure does."""
    vhost = urllib.parse.unquote(urllib.parse.urlsplit(ENVIRONMENT["RETORT_URL"]).path[1:]) or "/"
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(os.environ["RETORT_TEST_CONTROL"])
        control.sendall(f"""
            [exit(Pid, kill) || Pid <- rabbit_networking:connections(),
            rabbit_networking:connection_info(Pid, [vhost]) =:= [{{vhost, <<"{vhost}">>}}]].
        """.replace("\n", " ").encode() + b"\n")
        answer = control.makefile().read()
        if not answer.startswith("ok"):
            raise SystemExit(answer)


def unknown_iterations():
    """Returns the number of iterations whose outcome is unknown according to the journal."""
    text = subprocess.run([RETORT, "journal", "run.journal"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"(\d+) unknown", text)[1])


def violations(verb, count):
    """Returns descriptions of the changes that did not happen exactly once according to the database."""
    database = sqlite3.connect("posts.sqlite")
    found = []
    change = "update" if verb in ("each", "relink") else verb
    once = database.execute("select count(*) from (select name from made where change = ? group by name)", [change]).fetchone()[0]
    twice = database.execute("select name, count(*) from made group by name having count(*) > 1").fetchall()
    # A resumed run does not repeat an iteration that was running at a kill. The journal reports the iteration as
    # unknown, whether the service carried out its change or not.
    unknown = unknown_iterations() if verb == "each" else 0
    if not 0 <= count - once <= unknown:
        found.append(f"{count - once} not done, {unknown} unknown")
    if twice:
        found.append(f"{len(twice)} done more than once: {twice[:3]}")
    if verb == "update" and database.execute("select count(*) from posts where views <> 1").fetchone()[0]:
        found.append("views other than 1")
    database.close()
    return found


def crash_round(verb, options, broken, count, most, chance):
    """Runs a statement, kills it at most `most` times, and resumes it until it completes.

    Returns the number of kills and, if the database is wrong, descriptions of the problems and the program's output.
    """
    prepare(verb, count)
    with open("run.retort", "w", encoding="utf-8") as script:
        script.write(PROLOGUE + STATEMENTS[verb] + "\n")
    service = Service(options.split())
    kills, said = 0, []
    try:
        for attempt in range(most + 20):  # 20 more runs, because a dropped reply can also end a resumed run
            program = subprocess.Popen([RETORT, "run.retort"], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            if attempt < most:
                time.sleep(chance.uniform(0.2, 1.5) + (attempt > 0) * 1.5)
                if broken == "service":
                    service.end(signal.SIGKILL)
                    service.start()
                if broken == "connections":
                    cut_connections()
                if broken:
                    time.sleep(chance.uniform(0, 0.5))
                kills += program.poll() is None
                program.kill()
            said.append(program.communicate()[1])
            if "was completed at" in said[-1] or program.returncode == 0 or verb == "each" and program.returncode == 5:
                break
    finally:
        service.end()
    found = violations(verb, count)
    return kills, found and found + said


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=len(ROUNDS))
    options.add_argument("--count", type=int, default=2_000)
    options.add_argument("--kills", type=int, default=4, help="the kills of a round, at most")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--only", help="the rounds of some verbs: link,unlink")
    given = options.parse_args()
    chance = random.Random(given.seed)
    rounds = [each for each in ROUNDS if given.only is None or each[0] in given.only.split(",")]
    failed = 0
    for number in range(given.rounds):
        verb, service, broken = rounds[number % len(rounds)]
        with tempfile.TemporaryDirectory(prefix="retort-crash.") as directory:
            os.chdir(directory)
            kills, found = crash_round(verb, service, broken, given.count, given.kills, chance)
            os.chdir("/")
        failed += bool(found)
        print(f"{verb}, serve {service}{f', {broken} broken' if broken else ''}: {kills} kills, " + ("\n  ".join(found) if found else f"{given.count} done once"), flush=True)
    print(f"{given.rounds} rounds, {failed} failed; --seed {given.seed}")
    raise SystemExit(failed > 0)


main()
