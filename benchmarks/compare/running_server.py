"""A server that runs, alone in its folder, until the end of a `with`."""

import contextlib
import http.client
import os
import signal
import string
import subprocess
import time

from benchmarks.compare.cpu_time import seconds_when_quiet
from benchmarks.compare.documents import HELLO
from benchmarks.compare.server import environment, processes_for
from benchmarks.compare.workbench import interrupts_held, take_interrupts


class ServerFailed(Exception):
    """It did not start, or does not answer as it should."""


class RunningServer(contextlib.AbstractContextManager):
    def __init__(self, workbench, server, cell):
        self.name = server.name
        self.port = workbench.free_port()
        self._workbench = workbench
        self._process = None
        self._account = workbench.account()
        workbench.running.append(self)
        self._folder = workbench.new_folder(server.name)
        values = {
            "port": self.port,
            "folder": self._folder,
            "root": workbench.root,
            "serve": "" if cell.document == HELLO else f"--root={workbench.root}",
            "runfiles": workbench.runfiles,
            "application": cell.document.application,
            "processes": processes_for(cell),
            "configuration": self._folder + "/configuration",
        }
        with open(values["configuration"], "w", encoding="utf-8") as file:
            file.write(string.Template(server.configuration).substitute(values))
        try:
            self._start(server.arguments(values))
            self._wait_for(cell.document)
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
            # What is left of its group is ours alone.
            for pid in self._account.processes():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._account.close()
        self._workbench.running.remove(self)

    def cpu_seconds(self):
        return seconds_when_quiet(self._account)

    def resident_bytes(self):
        """Of all its processes, each shared page by its share."""
        total = 0
        for pid in self._account.processes():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                total += sum(int(line.split()[1]) << 10 for line in file if line.startswith("Pss:"))
        return total

    def last_words(self):
        with open(self._folder + "/stderr", encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-5:])

    def _start(self, arguments):
        def prepare():
            os.sched_setaffinity(0, [self._workbench.server_processor])
            self._account.enter()
            take_interrupts()

        with open(self._folder + "/stdout", "wb") as output, open(self._folder + "/stderr", "wb") as errors:
            try:
                with interrupts_held():
                    self._process = subprocess.Popen(
                        arguments,
                        cwd=self._folder,
                        env=environment(self._folder, self._workbench.runfiles),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=errors,
                        start_new_session=True,
                        preexec_fn=prepare,
                    )
                    self._account.started(self._process.pid)
            except OSError as error:
                raise ServerFailed(str(error)) from error

    def _wait_for(self, document):
        """Until it listens, and has sent the document as it is."""
        deadline = time.monotonic() + 10
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", document.path, headers={"Connection": "close"})
                response = connection.getresponse()
                body = response.read()
                break
            except ConnectionRefusedError:
                if self._process.poll() is not None:
                    raise ServerFailed(f"ended with {self._process.returncode}: {self.last_words()}") from None
                if time.monotonic() > deadline:
                    raise ServerFailed(f"does not listen: {self.last_words()}") from None
                time.sleep(0.02)
            except (OSError, http.client.HTTPException) as error:
                raise ServerFailed(f"{error!r} for the first request: {self.last_words()}") from error
            finally:
                connection.close()
        if self._process.poll() is not None:
            raise ServerFailed(f"ended, and another answers at port {self.port}: {self.last_words()}")
        if response.status != 200 or body != document.body:
            raise ServerFailed(f"answers {response.status} and {len(body)} bytes, not those of {document.path}")
