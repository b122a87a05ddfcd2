"""What all runs share: a folder that goes at the end, files to serve, processors, ports."""

import contextlib
import itertools
import os
import shutil
import socket
import tempfile

from benchmarks.compare.cpu_time import choose_account
from benchmarks.compare.documents import write_documents


class Workbench(contextlib.AbstractContextManager):
    def __init__(self, runfiles):
        processors = sorted(os.sched_getaffinity(0))
        self.runfiles = runfiles
        self.server_processor = processors[0]
        self.client_processor = processors[-1]
        self.account = choose_account()
        self.folder = tempfile.mkdtemp(prefix="forklift-compare-")
        os.chmod(self.folder, 0o755)  # servers that have given up being root serve from it
        self.root = self.folder + "/documents"
        write_documents(self.root)
        # Below the ephemeral ports, so that no client's connection has one.
        self._ports = itertools.cycle(range(20_000, 30_000))

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def free_port(self):
        for port in itertools.islice(self._ports, 10_000):
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
        raise OSError("no port from 20000 to 29999 is free")

    def new_folder(self, name):
        folder = tempfile.mkdtemp(prefix=name + "-", dir=self.folder)
        os.chmod(folder, 0o777)
        return folder
