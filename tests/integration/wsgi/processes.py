"""Starts processes and threads of its own."""

import os
import subprocess
import sys
import threading

from record import record

LIBC_SIGNALS = 0x180000000  # 32 and 33, which no program can set


def _fork_and_return():
    os.fork()
    return "forked"


def _fork_and_exit():
    pid = os.fork()
    if pid == 0:
        sys.exit(3)
    return str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _terminate():
    child = subprocess.Popen(["sleep", "1000"])
    child.terminate()
    return str(child.wait())


def _signals():
    status = subprocess.run(["cat", "/proc/self/status"], stdout=subprocess.PIPE, check=True).stdout.decode()
    masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
    blocked, ignored = (int(masks[name], 16) & ~LIBC_SIGNALS for name in ("SigBlk", "SigIgn"))
    return f"blocked {blocked:x}, ignored {ignored:x}"


def _exit_code_4():
    os._exit(4)


def _write_from_thread(start_response):
    errors = []

    def call():
        try:
            start_response("200 OK", [])
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return errors[0]


def _wait_for_gate():
    record("here")
    with open(os.environ["GATE"], "rb", buffering=0) as gate:
        gate.read(1)
    return "let go"


def application(environ, start_response):
    action = globals()[environ["PATH_INFO"].replace("/", "_")]
    text = action(start_response) if action is _write_from_thread else action()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
