"""What an idle connection takes of a server's memory, after one request."""

import contextlib
import dataclasses
import resource
import socket

from benchmarks.compare.running_server import RunningServer, ServerFailed

_FEW = 100  # are there before, so that what a server has once does not count


def run_memory(workbench, part, cell):
    """A row for each server: its bytes for each of the cell's connections."""
    rows = []
    for server in part.servers:
        if not server.is_installed(workbench.runfiles):
            continue
        held = min(cell.connections, server.most_connections)
        row = {
            "part": part.name,
            "name": server.name,
            "connections": held,
            "bytes": [],
            "error": None,
        }
        rows.append(row)
        try:
            with RunningServer(workbench, server, dataclasses.replace(cell, connections=held)) as running:
                row["bytes"].append(_bytes_each(running, cell.document, held))
        except (ServerFailed, OSError) as failure:
            row["error"] = str(failure)
    return rows


def _bytes_each(running, document, held):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with contextlib.ExitStack() as connections:
            _open(connections, running.port, document, _FEW)
            few = running.resident_bytes()
            _open(connections, running.port, document, held - _FEW)
            return (running.resident_bytes() - few) / (held - _FEW)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _open(connections, port, document, count):
    request = f"GET {document.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    for _ in range(count):
        connection = connections.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        connection.sendall(request)
        answer = b""
        while not answer.endswith(document.body):
            piece = connection.recv(4096)
            if not piece:
                raise OSError(f"closed by the server after {answer!r}")
            answer += piece
