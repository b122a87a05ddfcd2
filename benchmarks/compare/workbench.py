"""What all runs share: a folder that goes at the end, files to serve, processors, ports; and what still runs."""

import contextlib
import itertools
import os
import random
import signal
import socket
import tempfile

from benchmarks.compare.cpu_time import choose_account
from benchmarks.compare.documents import write_documents


_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def interrupts_held():
    """Ctrl-C waits: until a process that is being started has somebody who stops it, or until all are stopped."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        take_interrupts()


def take_interrupts():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)


class Workbench(contextlib.AbstractContextManager):
    def __init__(self, runfiles):
        processors = sorted(os.sched_getaffinity(0))
        self.runfiles = runfiles
        self.server_processor = processors[0]
        self.client_processor = processors[-1]
        self.account = choose_account()
        self.running = []  # that which to stop at the end at the latest
        self._folder = tempfile.TemporaryDirectory(prefix="forklift-compare-", ignore_cleanup_errors=True)
        self.folder = self._folder.name
        os.chmod(self.folder, 0o755)  # servers that have given up being root serve from it
        self.root = self.folder + "/documents"
        write_documents(self.root)
        # Below the ephemeral ports, so that no client's connection has one; others like us begin elsewhere.
        self._ports = itertools.count(random.randrange(10_000))

    def __exit__(self, *_):
        with interrupts_held():  # a second one, too
            for server in list(self.running):
                server.stop()
            self._folder.cleanup()

    def free_port(self):
        for number in itertools.islice(self._ports, 10_000):
            port = 20_000 + number % 10_000
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
        raise OSError("no port from 20000 to 29999 is free")

    def new_folder(self, name):
        folder = tempfile.mkdtemp(prefix=name + "-", dir=self.folder)
        os.chmod(folder, 0o777)
        return folder
