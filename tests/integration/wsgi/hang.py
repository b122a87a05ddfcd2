"""Does not come to an end on two paths: one waits, the other computes."""

import threading

from record import record


def wait_for_nobody():
    record("hanging")
    threading.Event().wait()


def compute_for_good():
    record("hanging")
    while True:
        pass


def application(environ, start_response):
    if environ["PATH_INFO"] == "/wait":
        wait_for_nobody()
    if environ["PATH_INFO"] == "/compute":
        compute_for_good()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\n"]
