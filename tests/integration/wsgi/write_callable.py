"""Answers through what start_response returns: all of it, or before what the application returns."""

from wsgiref.validate import validator


def written(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    write(b"Hello, ")
    write(b"")
    write(b"World!\n")
    return []


def written_and_returned(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "14")])
    write(b"Hello, ")
    return [b"World!\n"]


def text(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    write("text")
    return []


application = validator(written)
validated_written_and_returned = validator(written_and_returned)
