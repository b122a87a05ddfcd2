"""Results with a close() that is recorded: the path says what the application does before."""

from wsgiref.validate import validator

from record import record


class Closing(list):
    def close(self):
        record("closed")


class ClosingIterator:
    def __init__(self, pieces):
        self.pieces = iter(pieces)

    def __iter__(self):
        return self

    def __next__(self):
        piece = next(self.pieces)
        if piece is None:
            raise ValueError("in the iterable")
        return piece

    def close(self):
        record("closed")


class ClosingBadly(ClosingIterator):
    def close(self):
        record("closed")
        raise ValueError("in close()")


RESULTS = {
    "/list": lambda: Closing([b"Hello, ", b"World!\n"]),
    "/iterator": lambda: ClosingIterator([b"Hello, ", b"World!\n"]),
    "/nothing": lambda: ClosingIterator([]),
    "/raises": lambda: ClosingIterator([None]),
    "/raises-later": lambda: ClosingIterator([b"Hello, ", None]),
    "/close-raises": lambda: ClosingBadly([b"Hello, ", b"World!\n"]),
    "/text": lambda: ClosingIterator(["text"]),
}


def close(environ, start_response):
    start_response(environ["QUERY_STRING"].replace("%20", " ") or "200 OK", [("Content-Type", "text/plain")])
    return RESULTS[environ["PATH_INFO"]]()


def close_without_start(environ, start_response):
    return RESULTS["/list"]()


application = validator(close)
