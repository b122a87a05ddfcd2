"""What is asked for: a greeting, from a server's own code or an application's, and files of three sizes."""

import dataclasses
import os

_LINE = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n"


@dataclasses.dataclass(frozen=True)
class Document:
    name: str
    path: str
    size: int
    application: str = ""  # the WSGI application that answers

    @property
    def body(self):
        if self.path == "/hello":
            return b"Hello, World!\n"
        return (_LINE * (self.size // len(_LINE) + 1))[: self.size]


HELLO = Document("hello", "/hello", 14, "hello:application")
HELLO_FLASK = Document("hello by Flask", "/hello", 14, "hello_flask:application")
FILES = (
    Document("1 KiB", "/1k", 1 << 10),
    Document("100 KiB", "/100k", 100 << 10),
    Document("10 MiB", "/10m", 10 << 20),
)


def write_documents(folder):
    """Makes a folder of them, which a server may read that has given up being root."""
    os.mkdir(folder, 0o755)
    for document in (HELLO,) + FILES:
        with open(folder + document.path, "wb") as file:
            file.write(document.body)
