"""Our own servers, one for each model, and the programs that mark the limits."""

import dataclasses

from benchmarks.compare.documents import FILES, HELLO
from benchmarks.compare.server import CONNECTION_EACH, Server

_COMMAND = (
    "$runfiles/apps/concurrent_server --port=$port --access-log=off --keep-alive=60s"
    " --keep-alive-requests=1000000 --max-connections=20000 --backlog=4096 $serve "
)

EVENT = Server("forklift-event", _COMMAND + "--model=event --workers=1")
THREAD = Server("forklift-thread", _COMMAND + "--model=thread --workers=1 --threads=16")
PREFORK = Server("forklift-prefork", _COMMAND + "--model=prefork --workers=16")
FORK = Server("forklift-fork", _COMMAND + "--model=fork")
ITERATIVE = Server("forklift-iterative", _COMMAND + "--model=iterative", keeps_one_connection=True)

_CACHE = " --file-cache=10s"
EVENT_CACHE = dataclasses.replace(
    EVENT, name="forklift-event-cache", command=EVENT.command + _CACHE, documents=FILES
)
PREFORK_CACHE = dataclasses.replace(
    PREFORK, name="forklift-prefork-cache", command=PREFORK.command + _CACHE, documents=FILES
)

DESIGNS = (ITERATIVE, FORK, PREFORK, THREAD, EVENT)

EPOLL_LIMIT = Server("limit-epoll", "$runfiles/benchmarks/limits/epoll_server $port", documents=(HELLO,))
FORK_LIMIT = Server(
    "limit-fork",
    "$runfiles/benchmarks/limits/fork_server $port",
    modes=(CONNECTION_EACH,),
    documents=(HELLO,),
)
