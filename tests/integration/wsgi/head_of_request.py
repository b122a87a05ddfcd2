"""Answers with the head that the request's body asks for, in JSON: [status, [[name, value], ...]].

What start_response raises is recorded.
"""

import json

from record import record


def application(environ, start_response):
    status, headers = json.loads(environ["wsgi.input"].read())
    try:
        start_response(status, [tuple(header) for header in headers])
    except Exception as error:
        record(f"raised {type(error).__name__}")
        raise
    return [b"Hello, World!\n"]
