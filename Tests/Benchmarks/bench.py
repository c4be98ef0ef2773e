"""What the measurements of a program beside link.c share: where both are, and a service that answers at once."""

import contextlib
import os
import subprocess

RETORT = os.environ["RETORT"]
LINK = os.environ["LINK"]
BROKER = os.environ["RETORT_TEST_BROKER"]
VHOST = BROKER + "%2f"  # amqp_parse_url reads a lone slash as the vhost of no name
PROLOGUE = 'let c = connect; let e = client queue: "bench" type: "posts"; '
ENVIRONMENT = os.environ | {"RETORT_URL": BROKER}


@contextlib.contextmanager
def responder(*arguments):
    """A responder on the queue `bench`, as long as the block runs."""
    process = subprocess.Popen([LINK, "respond", VHOST, "bench", *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        if not process.stdout.readline().startswith("ready"):
            raise SystemExit("the responder does not serve")
        yield
    finally:
        process.terminate()
        process.wait()
