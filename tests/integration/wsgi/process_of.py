"""Answers with the process and the thread that run it, and the parent's process at import."""

import os
import threading

IMPORTED_IN = os.getpid()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {threading.get_ident()} {IMPORTED_IN}\n".encode()]
