"""Compares a bulk change by one worker and by three workers, and a bulk change with and without a worker.

    /usr/bin/python3 workers.py [--count 4000] [--rounds 3] [--least 4000] [--most 16000]

The first comparison measures the speed: the median of the rounds. The second comparison counts the instructions of the
program that runs the statement. The instructions for an element are the difference between a run with --most elements
and a run with --least elements, divided by the number of additional elements.

Tests/broker must run this script. The environment variable RETORT is the path of retort, and LINK is the path of the
compiled link.c.
"""

import argparse
import contextlib
import os
import secrets
import signal
import statistics
import subprocess
import time

from bench import BROKER, ENVIRONMENT, PROLOGUE, RETORT, responder
from instructions import a_request

ENVIRONMENT["RETORT_POOL_KEY"] = os.environ["RETORT_POOL_KEY"] = secrets.token_hex(32)


@contextlib.contextmanager
def running(arguments, begun):
    """Runs `retort` while the `with` block runs; the text `begun` in its output shows that it is ready."""
    process = subprocess.Popen([RETORT, *arguments], env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    try:
        while begun not in (line := process.stderr.readline()):
            if not line:
                raise SystemExit(f"retort {' '.join(arguments)} does not begin")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


@contextlib.contextmanager
def pool(count, window):
    """Runs `count` workers of the pool `bench` while the `with` block runs; `window` is their option --in-flight."""
    with contextlib.ExitStack() as workers:
        for _ in range(count):
            workers.enter_context(running(["work", BROKER, "--pool", "bench", "--in-flight", str(window)], "working"))
        yield


def seconds(statement):
    begin = time.monotonic()
    subprocess.run([RETORT, "-c", statement], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - begin


def speeds(count, rounds):
    statement = f'connect; let posts = client queue: "posts"; 1..{count} | map it % 900 + 1 | update posts {{views: 1}} workers: "bench"'
    with running(["serve", "blog", "--url", BROKER, "--latency", "20ms", "--workers", "16"], "serving"):
        times = {}
        for workers in (1, 3):
            with pool(workers, 4):
                times[workers] = statistics.median(seconds(statement) for _ in range(rounds))
            print(f"{workers} workers, 4 in flight each, replies after 20 ms: {count / times[workers]:6,.0f}/s", flush=True)
    print(f"three are {times[1] / times[3]:.2f} times as fast as one")


def counts(least, most):
    statements = {
        "without workers": PROLOGUE + "1..{} | destroy e in-flight: 64 confirm: true",
        "with a worker": PROLOGUE + '1..{} | destroy e workers: "bench" confirm: true',
    }
    with responder(), pool(1, 64):
        figures = {}
        for name, statement in statements.items():
            figures[name] = a_request(lambda count: [RETORT, "-c", statement.format(count)], least, most)
            print(f"{name:16}{figures[name]:10,.0f} instructions an element of the asking side", flush=True)
    print(f"{figures['with a worker'] / figures['without workers']:.2f} of the instructions without workers")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=4_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--least", type=int, default=4_000)
    options.add_argument("--most", type=int, default=16_000)
    given = options.parse_args()
    speeds(given.count, given.rounds)
    counts(given.least, given.most)


main()
