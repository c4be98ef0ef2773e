"""Counts the user-space instructions for a request, for retort and for a loop in C on librabbitmq.

    /usr/bin/python3 instructions.py [--least 2000] [--most 8000]

The tool callgrind of valgrind counts the instructions of two runs, one with --most requests and one with --least
requests. The script divides the difference by the number of additional requests, so start and login do not count. The
result is the same on every machine.

Tests/broker must run this script. The environment variable RETORT is the path of retort without debug information, and
LINK is the path of the compiled link.c.
"""

import argparse
import re
import subprocess
import sys

from bench import ENVIRONMENT, LINK, PROLOGUE, RETORT, VHOST, responder

STATEMENTS = {
    "each call": '1..{} | each in-flight: 64 do call e "show" {{id: "1"}} end | count',
    "each call reads": '1..{} | each in-flight: 64 do call e "show" {{id: "1"}} reads: true end | count',
    "each show": "1..{} | each in-flight: 64 do show e it end | count",
    "destroy sink": "1..{} | destroy e in-flight: 64 confirm: true",
    "update sink": "1..{} | update e {{views: 1}} in-flight: 64",
}


def instructions(command):
    """Runs a command, and returns the number of instructions of the whole process."""
    counted = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             env=ENVIRONMENT)
    found = re.search(r"Collected : (\d+)", counted.stderr)
    if counted.returncode != 0 or not found:
        raise SystemExit(f"{command} ended with {counted.returncode}:\n{counted.stderr}")
    return int(found.group(1))


def a_request(command, least, most):
    return (instructions(command(most)) - instructions(command(least))) / (most - least)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--least", type=int, default=2_000)
    options.add_argument("--most", type=int, default=8_000)
    options.add_argument("--only", help="the row of one statement")
    given = options.parse_args()
    with responder():
        bare = a_request(lambda count: [LINK, "ask", VHOST, "bench", str(count), "64"], given.least, given.most)
        print(f"{'C':18}{bare:10,.0f} instructions a request")
        for name, statement in STATEMENTS.items():
            if given.only in (None, name):
                figure = a_request(lambda count: [RETORT, "-c", PROLOGUE + statement.format(count)], given.least, given.most)
                print(f"{name:18}{figure:10,.0f} instructions a request{figure / bare:8.2f} of C")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
