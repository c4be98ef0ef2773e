"""Measures the time of a bulk change with and without a journal, and of a loop in C that sends the same requests.

    /usr/bin/python3 bulk.py [--count 20000] [--rounds 5]

The loop in C uses librabbitmq, and has the same number of requests in flight. Each round runs the three programs one
after the other. A time is the median of the rounds. Tests/broker must run this script. The environment variable RETORT
is the path of retort, and LINK is the path of the compiled link.c.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

from bench import ENVIRONMENT, LINK, PROLOGUE, RETORT, VHOST, responder


def seconds(command):
    """Runs a command, and returns the seconds from its start to its end."""
    begin = time.monotonic()
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - begin


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with responder(), tempfile.TemporaryDirectory() as directory:
        journal = os.path.join(directory, "run.journal")
        for window in (16, 64):
            sink = f"1..{given.count} | destroy e in-flight: {window} confirm: true"
            commands = {
                "C": [LINK, "ask", VHOST, "bench", str(given.count), str(window)],
                "plain": [RETORT, "-c", PROLOGUE + sink],
                "journal": [RETORT, "-c", PROLOGUE + f'{sink} journal: "{journal}"'],
            }
            times = {name: [] for name in commands}
            for _ in range(given.rounds):
                for name, command in commands.items():
                    times[name].append(seconds(command))
                os.remove(journal)
            bare, plain, kept = (statistics.median(times[name]) for name in commands)
            print(f"{window:3} in flight: C {given.count / bare:8,.0f}/s  plain {given.count / plain:8,.0f}/s {bare / plain:5.2f} of C"
                  f"  journal {given.count / kept:8,.0f}/s {bare / kept:5.2f} of C, {kept / plain:5.2f} of the time without", flush=True)


main()
