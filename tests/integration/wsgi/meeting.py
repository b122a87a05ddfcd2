"""Two requests at a time: each is answered once the other is there too."""

import threading

BOTH = threading.Barrier(2)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    BOTH.wait(timeout=30)
    return [b"met\n"]
