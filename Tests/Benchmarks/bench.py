"""Constants and functions for the scripts that compare retort with link.c, a C program on librabbitmq.

The environment variables RETORT and LINK are the paths of the two programs.
"""

import contextlib
import os
import subprocess

RETORT = os.environ["RETORT"]
LINK = os.environ["LINK"]
BROKER = os.environ["RETORT_TEST_BROKER"]
VHOST = BROKER + "%2f"  # the vhost `/`; amqp_parse_url reads a URI that ends with `/` as the vhost with an empty name
PROLOGUE = 'let c = connect; let e = client queue: "bench" type: "posts"; '
ENVIRONMENT = os.environ | {"RETORT_URL": BROKER}


@contextlib.contextmanager
def responder(*arguments):
    """Runs link.c as a service on the queue `bench` while the `with` block runs; the service replies immediately."""
    process = subprocess.Popen([LINK, "respond", VHOST, "bench", *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        if not process.stdout.readline().startswith("ready"):
            raise SystemExit("the responder does not serve")
        yield
    finally:
        process.terminate()
        process.wait()
