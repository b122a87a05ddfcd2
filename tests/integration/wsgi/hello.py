"""The article's greeting: with a Content-Length of its own, without one, and in pieces."""

from wsgiref.validate import validator


def greeting(environ, start_response):
    headers = [("Content-Type", "text/plain"), ("Content-Length", "14")]
    start_response("200 OK", headers)
    return [b"Hello, World!\n"]


def listed(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Repeated", "one"), ("X-Repeated", "two")])
    return [b"Hello, ", b"", b"World!\n"]


def tupled(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (b"Hello, ", b"World!\n")


def generated(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"Hello, "
    yield b""
    yield b"World!\n"


def nothing(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return []


application = validator(greeting)
validated_listed = validator(listed)
validated_generated = validator(generated)
