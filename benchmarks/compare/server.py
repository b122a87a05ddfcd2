"""A server that is compared, as data: how it is started, and what it can be asked."""

import dataclasses
import shlex
import shutil
import string

from benchmarks.compare.documents import FILES, HELLO, Document

KEEP_ALIVE = "keep-alive"
CONNECTION_EACH = "a connection a request"
PIPELINED = "16 pipelined"
MODES = (KEEP_ALIVE, CONNECTION_EACH, PIPELINED)

# Servers are often not on a user's PATH, and a user's own Python is not what their packages use.
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclasses.dataclass(frozen=True)
class Cell:
    """What all servers are asked in turn."""

    mode: str
    connections: int
    document: Document = HELLO

    def __str__(self):
        return f"{self.document.name}, {self.mode}, {self.connections:,} connections"


@dataclasses.dataclass(frozen=True)
class Server:
    """Command and configuration have $port, $folder (its own), $root (the files), $runfiles, $application,
    $processes (as many as it needs where each takes one connection), and $configuration, the file's path."""

    name: str
    command: str
    configuration: str = ""
    package: str = ""  # Debian's, or several; ours have none
    modes: tuple = MODES
    documents: tuple = (HELLO,) + FILES
    most_connections: int = 10_000
    keeps_one_connection: bool = False  # at a time: others wait until it is closed

    def takes(self, cell):
        if self.keeps_one_connection and cell.mode != CONNECTION_EACH and cell.connections > 1:
            return False
        return (
            cell.mode in self.modes
            and cell.document in self.documents
            and cell.connections <= self.most_connections
        )

    def arguments(self, values):
        return shlex.split(string.Template(self.command).substitute(values))

    def is_installed(self, runfiles):
        program = shlex.split(self.command)[0].replace("$runfiles", runfiles)
        return shutil.which(program, path=SEARCH_PATH) is not None


def processes_for(cell):
    """How many processes a server has that takes one connection in each for as long as it lasts."""
    return 16 if cell.mode == CONNECTION_EACH else max(16, cell.connections)


def environment(folder, runfiles):
    """What a server sees of the caller's environment: nothing that could change what it does."""
    return {
        "PATH": SEARCH_PATH,
        "HOME": folder,
        "TMPDIR": folder,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{runfiles}/benchmarks/compare/applications",
    }
