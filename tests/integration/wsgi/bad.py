"""Applications that break the rules of PEP 3333; the path says which."""

import sys

TEXT = [("Content-Type", "text/plain")]


def length(count):
    return TEXT + [("Content-Length", str(count))]


def no_start_response(environ, start_response):
    return [b"nothing said\n"]


def raises(environ, start_response):
    raise ValueError("of the application")


def raises_after_start(environ, start_response):
    start_response("200 OK", TEXT + [("X-First", "1")])
    raise ValueError("of the application")


def raises_in_iterable(environ, start_response):
    start_response("200 OK", TEXT + [("X-First", "1")])
    raise ValueError("of the application")
    yield b""


def raises_after_head(environ, start_response):
    start_response("200 OK", TEXT)
    yield b"some of it\n"
    raise ValueError("of the application")


def exits(environ, start_response):
    sys.exit(7)


def exits_in_iterable(environ, start_response):
    start_response("200 OK", TEXT)
    sys.exit(7)
    yield b""


def interrupted(environ, start_response):
    raise KeyboardInterrupt


def text(environ, start_response):
    start_response("200 OK", TEXT)
    return ["text\n"]


def text_after_head(environ, start_response):
    start_response("200 OK", TEXT)
    yield b"some of it\n"
    yield "text\n"


def a_number(environ, start_response):
    start_response("200 OK", TEXT)
    return 5


def none(environ, start_response):
    start_response("200 OK", TEXT)


def too_many(environ, start_response):
    start_response("200 OK", length(5))
    return [b"Hello", b", World!\n"]


def too_many_in_one(environ, start_response):
    start_response("200 OK", length(5))
    return [b"Hello, World!\n"]


def too_few(environ, start_response):
    start_response("200 OK", length(100))
    return [b"Hello, World!\n"]


def none_of_many(environ, start_response):
    start_response("200 OK", length(100))
    return []


def application(environ, start_response):
    name = environ["PATH_INFO"].strip("/").replace("-", "_")
    return globals()[name](environ, start_response)
