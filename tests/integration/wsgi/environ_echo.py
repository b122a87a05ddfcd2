"""Answers with its environ as JSON; what JSON does not have stands there by the name of its class."""

import json
from wsgiref.validate import validator


def echo(environ, start_response):
    body = json.dumps(environ, default=lambda value: type(value).__name__).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


application = validator(echo)
