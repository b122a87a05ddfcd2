"""The servers of "Let's Build A Web Server, part 3", restated for Python 3 so that they can be measured:

    article_servers.py 3a|3b|3c|3d|3e|3f|3g|3h PORT MODULE:CALLABLE

They print nothing and do not sleep, as they do in the article so that readers can watch; so 3b is 3a here. Only 3h
calls the WSGI application. Python has repeated an interrupted accept by itself since 3.5: 3e fails no longer.
"""

import importlib
import os
import signal
import socket
import sys
import time

GREETING = b"HTTP/1.1 200 OK\n\nHello, World!\n"


def greet(connection):
    connection.recv(1024)
    connection.sendall(GREETING)


def wsgi(application):
    """3h: what calls the application for each connection."""

    def respond(connection):
        method, path, protocol = connection.recv(1024).decode("latin-1").splitlines()[0].split()
        head = []

        def start_response(status, headers, exc_info=None):
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
            fields = [*headers, ("Date", date), ("Server", "article")]
            head[:] = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields), "", ""]

        host, port = connection.getsockname()
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": protocol,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": sys.stdin.buffer,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        body = b"".join(application(environ, start_response))
        connection.sendall("\r\n".join(head).encode("latin-1") + body)

    return respond


def iterate(listener, respond):
    """3a and 3b: one client after the other."""
    while True:
        connection, _ = listener.accept()
        respond(connection)
        connection.close()


def fork(listener, respond, close):
    """3c to 3h: a child for each connection."""
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            respond(connection)
            connection.close()
            os._exit(0)
        close(connection)


def reap_one(signal_number, frame):
    os.wait()


def reap_all(signal_number, frame):
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def main(variant, port, application):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(port)))
    listener.listen(5 if variant < "3f" else 1024)
    if variant in ("3e", "3f"):
        signal.signal(signal.SIGCHLD, reap_one)
    if variant in ("3g", "3h"):
        signal.signal(signal.SIGCHLD, reap_all)
    respond = greet
    if variant == "3h":
        module, name = application.split(":")
        respond = wsgi(getattr(importlib.import_module(module), name))
    kept = []  # 3d's, which closes none
    if variant in ("3a", "3b"):
        iterate(listener, respond)
    fork(listener, respond, kept.append if variant == "3d" else socket.socket.close)


main(*sys.argv[1:])
