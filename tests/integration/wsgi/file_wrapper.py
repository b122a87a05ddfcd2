"""Serves the file that $FILE names through wsgi.file_wrapper; the path says how."""

import io
import os
from wsgiref.validate import validator

from record import record


class RecordedFile(io.FileIO):
    def close(self):
        if not self.closed:
            record("closed")
        super().close()


class NoFile:
    """As much of a file as wsgi.file_wrapper may count on."""

    def __init__(self, content):
        self.content = io.BytesIO(content)

    def read(self, size):
        return self.content.read(size)


def opened(offset=0):
    file = RecordedFile(os.environ["FILE"])
    file.seek(offset)
    return file


FILES = {
    "/file": opened,
    "/offset": lambda: opened(1000),
    "/buffered": lambda: io.BufferedReader(opened(1000)),
    "/memory": lambda: io.BytesIO(opened().read()),
    "/read-only": lambda: NoFile(opened().read()),
}


def serve(environ, start_response):
    headers = [("Content-Type", "application/octet-stream")]
    if environ["QUERY_STRING"]:
        headers.append(("Content-Length", environ["QUERY_STRING"]))
    start_response("200 OK", headers)
    return environ["wsgi.file_wrapper"](FILES[environ["PATH_INFO"]](), 8192)


application = validator(serve)
