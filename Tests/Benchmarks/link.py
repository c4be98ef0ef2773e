"""Measures the speed of requests over a broker, for retort and for loops on librabbitmq, pika and bunny.

    /usr/bin/python3 link.py [--count 100000] [--rounds 5]

All programs send their requests to the same service, link.c. Tests/broker must run this script. The environment
variable RETORT is the path of retort, and LINK is the path of the compiled link.c.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

RETORT = os.environ["RETORT"]
LINK = os.environ["LINK"]
BROKER = os.environ["RETORT_TEST_BROKER"]
VHOST = BROKER + "%2f"  # the vhost `/`; amqp_parse_url and pika read a URI that ends with `/` as an empty vhost name
ASKER = os.path.join(os.path.dirname(__file__), "../Peers/asker")


def retort(statements):
    prologue = 'let service = connect; let posts = client queue: "bench" type: "posts"; '
    return [RETORT, "-c", prologue + statements]


def askers(count, window):
    """Returns for each program the command that sends the same requests.

    The programs do different work with a reply. retort reads a field of the resource, pika and bunny parse the JSON,
    and the program in C ignores the text.
    """
    words = [VHOST, "bench", str(count), str(window)]
    return {
        "C": [LINK, "ask", *words],
        "retort": retort(f"1..{count} | each in-flight: {window} do (show posts 1).id end | count"),
        "pika": [sys.executable, ASKER + ".py", *words],
        "bunny": ["/usr/bin/ruby", ASKER + ".rb", *words],
    }


class Served:
    """A process of a service that runs while a `with` block runs."""

    def __init__(self, command, sign):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        if not self.process.stdout.readline().startswith(sign):
            raise SystemExit(f"{command[0]} does not serve")

    def heard(self):
        """Waits for the next line of the service's output, and returns it."""
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the service ended")
        return line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def run(command):
    """Runs a command, and returns its duration in seconds, its CPU time in seconds and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"RETORT_URL": BROKER})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def interleaved(commands, rounds):
    """Runs each command once in each round, and returns the results of all rounds for each command."""
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(run(command))
    return results


def median(runs, column):
    return statistics.median(run[column] for run in runs)


def ratio(results, name, column):
    """Returns the ratio of the result in C to the result of another program: the median of the rounds."""
    return statistics.median(c[column] / other[column] for c, other in zip(results["C"], results[name]))


def many(count, rounds):
    print(f"{count:,} requests, 64 in flight, {rounds} rounds")
    print(f"{'':10}{'requests/s':>12}{'of C':>8}{'us of CPU a request':>22}{'of C':>8}{'MB':>8}")
    results = interleaved(askers(count, 64), rounds)
    for name, runs in results.items():
        rate, cpu = count / median(runs, 0), median(runs, 1) / count * 1e6
        print(f"{name:10}{rate:12,.0f}{ratio(results, name, 0):8.2f}{cpu:22.1f}{1 / ratio(results, name, 1):8.2f}"
              f"{median(runs, 2):8.0f}")


def one_at_a_time(responder, count, rounds):
    """Measures the latency and the CPU time of a request, with one request in flight.

    A program sends a request when it has received the reply to the previous request. The latency is the median time
    between two requests, which the responder measures. The CPU time of a run with one request is subtracted from that
    of a run with many requests, so start and login do not count.
    """
    print(f"{count:,} requests, one at a time, {rounds} rounds")
    print(f"{'':10}{'us a request':>12}{'of C':>8}{'us of CPU a request':>22}{'of C':>8}{'ms to start':>14}")
    starts, results = {}, {}
    for _ in range(rounds):
        for name in askers(1, 1):
            start, whole = run(askers(1, 1)[name]), run(askers(count, 1)[name])
            run(askers(1, 1)["C"])  # The responder prints the times of a program when another program sends a request.
            while not (told := responder.heard()).startswith(f"{count} "):
                pass
            starts.setdefault(name, []).append(start)
            results.setdefault(name, []).append((int(told.split()[1]) / 1000, (whole[1] - start[1]) / (count - 1) * 1e6))
    for name, runs in results.items():
        print(f"{name:10}{median(runs, 0):12.1f}{1 / ratio(results, name, 0):8.2f}{median(runs, 1):22.1f}"
              f"{1 / ratio(results, name, 1):8.2f}{median(starts[name], 0) * 1000:14.1f}")


def prefetch(rounds):
    print("stream of 1,000 posts, pages of 20, against serve --latency 20ms --workers 4")
    serve = [RETORT, "serve", "blog", "--url", BROKER, "--latency", "20ms", "--workers", "4", "--queue", "posts=bench"]
    with Served(serve, "serving"):
        streams = {f"prefetch: {pages}": retort(f"stream posts page: {{size: 20}} prefetch: {pages} | count")
                   for pages in (0, 4)}
        results = interleaved(streams, rounds)
    plain, ahead = (median(runs, 0) for runs in results.values())
    for name, runs in results.items():
        print(f"{name:12}{median(runs, 0) * 1000:8.0f} ms")
    print(f"{plain / ahead:.2f} times as fast")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    with Served([LINK, "respond", VHOST, "bench"], "ready") as responder:
        many(given.count, given.rounds)
        one_at_a_time(responder, max(2, given.count // 20), given.rounds)
    prefetch(given.rounds)


main()
