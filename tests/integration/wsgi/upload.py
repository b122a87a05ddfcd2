"""Answers with the SHA-256 of its input, its size, and what the environ says of it."""

import hashlib
from wsgiref.validate import validator


def digest(environ, start_response):
    body = environ["wsgi.input"]
    sha256 = hashlib.sha256()
    size = 0
    while piece := body.read(65536):
        sha256.update(piece)
        size += len(piece)
    length = environ.get("CONTENT_LENGTH", "none")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{sha256.hexdigest()} {size} {length} {environ.get('wsgi.input_terminated')}\n".encode()]


application = validator(digest)
