"""Answers in pieces, each when the test lets it: once it has sent a byte through the FIFO that $GATE names."""

import os
from wsgiref.validate import validator

from record import record


def pieces(texts):
    try:
        with open(os.environ["GATE"], "rb", buffering=0) as gate:
            for text in texts:
                gate.read(1)
                yield text
    finally:
        record("closed")


def gated(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return pieces([b"one\n", b"two\n", b"three\n"])


def gated_with_length(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
    return pieces([b"one\n", b"two\n"])


def gated_write(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    for piece in pieces([b"one\n", b"two\n", b"three\n"]):
        write(piece)
    return []


def endless(environ, start_response):
    def go_on():
        try:
            while True:
                yield b"x" * 65536
        finally:
            record("closed")

    start_response("200 OK", [("Content-Type", "text/plain")])
    return go_on()


application = validator(gated)
