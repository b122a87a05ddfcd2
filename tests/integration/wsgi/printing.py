"""Says something on each of the two streams that an application has."""

import sys
from wsgiref.validate import validator


def say(environ, start_response):
    print("printed by the application")
    print("to standard error", file=sys.stderr)
    environ["wsgi.errors"].write("to wsgi.errors: \u20ac\n")
    environ["wsgi.errors"].writelines(["and ", "lines\n"])
    environ["wsgi.errors"].flush()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\n"]


application = validator(say)
