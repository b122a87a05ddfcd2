"""Calls start_response again: after an error, and for no reason. What that raises is recorded."""

import sys
from wsgiref.validate import validator

from record import record

TEXT = [("Content-Type", "text/plain")]


def fail():
    raise ValueError("of the application")


def restart(start_response):
    try:
        fail()
    except ValueError:
        start_response("503 Sorry", TEXT + [("X-Second", "2")], sys.exc_info())


def before_head(environ, start_response):
    start_response("200 OK", TEXT + [("X-First", "1")])
    restart(start_response)
    return [b"sorry\n"]


def before_first_bytes(environ, start_response):
    start_response("200 OK", TEXT + [("X-First", "1")])
    yield b""
    restart(start_response)
    yield b"sorry\n"


def after_head(environ, start_response):
    start_response("200 OK", TEXT + [("X-First", "1")])
    yield b"some of it\n"
    try:
        restart(start_response)
    except ValueError as error:
        record(f"raised {error}")
        raise


def twice(environ, start_response):
    start_response("200 OK", TEXT)
    try:
        start_response("200 OK", TEXT)
    except Exception as error:
        record(f"raised {type(error).__name__}")
        raise
    return [b"not reached\n"]


application = validator(before_head)
validated_before_first_bytes = validator(before_first_bytes)
