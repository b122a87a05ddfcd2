"""Reads its input in the way that the query names, and answers with the pieces as JSON."""

import json
from wsgiref.validate import validator

WAYS = {
    "read": lambda body: [body.read(), body.read()],
    "read-none": lambda body: [body.read(None)],
    "read-all": lambda body: [body.read(-1), body.read(-1)],
    "read-sizes": lambda body: [body.read(3), body.read(0), body.read(1000), body.read(1)],
    "readline": lambda body: list(iter(body.readline, b"")),
    "readline-sizes": lambda body: [body.readline(2), body.readline(0), body.readline(1000), body.readline(-1)],
    "readlines": lambda body: body.readlines(),
    "readlines-hint": lambda body: body.readlines(5),
    "iterate": lambda body: list(body),
    "mixed": lambda body: [body.readline(), body.read(2), *body, body.read(1)],
    "nothing": lambda body: [],
}


def read(environ, start_response):
    pieces = WAYS[environ["QUERY_STRING"]](environ["wsgi.input"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps([piece.decode("latin-1") for piece in pieces]).encode()]


def reads_late(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"first\n"
    yield environ["wsgi.input"].read(1000)


application = validator(read)
