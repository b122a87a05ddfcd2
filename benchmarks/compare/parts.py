"""What is compared with what: the matrix, and the questions that it does not answer."""

import dataclasses

from benchmarks.compare.documents import FILES, HELLO, HELLO_FLASK
from benchmarks.compare.fork_peers import ARTICLE, ARTICLE_3G, TCPSERVER
from benchmarks.compare.forklift_servers import (
    DESIGNS,
    EPOLL_LIMIT,
    EVENT,
    EVENT_CACHE,
    FORK,
    FORK_LIMIT,
    PREFORK,
    PREFORK_CACHE,
    THREAD,
)
from benchmarks.compare.matrix import Part
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, MODES, PIPELINED, Cell
from benchmarks.compare.static_peers import APACHE, H2O, LIGHTTPD, NGINX, NGINX_CACHE, STATIC_PEERS
from benchmarks.compare.wsgi_peers import WSGI_SERVERS

_LARGEST = FILES[-1]

EVENT_LIMIT = Part(
    "event-limit",
    "Event loops and the kernel's limit",
    "`limit-epoll` makes the system calls of an event loop and no others, and looks at no request.",
    (EPOLL_LIMIT, EVENT, NGINX, LIGHTTPD, H2O),
    (Cell(KEEP_ALIVE, 64), Cell(PIPELINED, 64)),
    ("limit-epoll",),
)

FORK_LIMIT_PART = Part(
    "fork-limit",
    "A process for each connection and the kernel's limit",
    "`limit-fork` forks, answers and exits. `tcpserver` executes a program besides, which is sed. Where the kernel"
    " puts a server's stack and heap is chance, and changes what its forks cost: without --quick each is started five"
    " times, for so many rounds each.",
    (FORK_LIMIT, FORK, TCPSERVER, ARTICLE_3G),
    (Cell(CONNECTION_EACH, 64),),
    ("limit-fork",),
    starts=5,
)

QUICK_PEERS = Part(
    "peers",
    "Servers of files",
    "The same greeting and files from each server of Debian and from each of our models. The greeting is a file in"
    " lighttpd, h2o and Apache, which have no words of their own.",
    (*DESIGNS[::-1], *STATIC_PEERS),
    (Cell(CONNECTION_EACH, 64), Cell(KEEP_ALIVE, 64), Cell(PIPELINED, 64)),
    ("nginx",),
)

PEERS = dataclasses.replace(
    QUICK_PEERS,
    cells=tuple(
        Cell(mode, connections, document)
        for document in (HELLO, *FILES)
        for mode in MODES
        for connections in (1, 64, 1000)
        # Not what would be 10 GB a round, or a pipeline that never has room.
        if document != _LARGEST or (mode != PIPELINED and connections < 1000)
    ),
)

FILE_CACHE_PART = Part(
    "file-cache",
    "Files that are kept open",
    "What `--file-cache` saves, and nginx' open_file_cache. lighttpd keeps what stat(2) told for a while by itself, and"
    " h2o keeps files for a round of its loop.",
    (EVENT, EVENT_CACHE, NGINX, NGINX_CACHE, LIGHTTPD, H2O, PREFORK, PREFORK_CACHE, APACHE),
    tuple(Cell(mode, 64, document) for document in FILES[:2] for mode in (KEEP_ALIVE, CONNECTION_EACH)),
    ("nginx",),
)

DESIGN_PART = Part(
    "designs",
    "Server designs, from 1 to 10,000 connections",
    "The question of Stevens' UNIX Network Programming, chapter 30: what does a way to serve many clients at once cost"
    " beside one client after the other, for little and for much to send?",
    DESIGNS,
    tuple(
        Cell(mode, connections, document)
        for document in (HELLO, FILES[1])
        for mode in (CONNECTION_EACH, KEEP_ALIVE)
        for connections in (1, 10, 100, 1000, 10_000)
    ),
    ("forklift-iterative", "forklift-event"),
)

ARTICLE_PART = Part(
    "article",
    "The article's servers",
    "Without what they print and without their sleeps. 3d closes no connection, so that its client waits for ever; 3a"
    " to 3e have a queue of 5 connections, which is full when 64 clients come.",
    (FORK, *ARTICLE),
    (Cell(CONNECTION_EACH, 1), Cell(CONNECTION_EACH, 4), Cell(CONNECTION_EACH, 64)),
    ("article-3g",),
)

WSGI_PART = Part(
    "wsgi",
    "WSGI servers",
    "Two workers each, for a plain application and for one by Flask.",
    (*WSGI_SERVERS, ARTICLE[-1]),
    tuple(
        Cell(mode, connections, document)
        for document in (HELLO, HELLO_FLASK)
        for mode, connections in ((CONNECTION_EACH, 1), (CONNECTION_EACH, 64), (KEEP_ALIVE, 64))
    ),
    ("gunicorn-sync", "gunicorn-gthread"),
)

MEMORY_PART = Part(
    "memory",
    "Memory of an idle connection",
    "After one request each. Of all the server's processes, each shared page by its share (PSS); what the kernel keeps"
    " of a socket is not in it.",
    (EVENT, THREAD, PREFORK, dataclasses.replace(FORK, most_connections=1000), *STATIC_PEERS),
    (Cell(KEEP_ALIVE, 9000),),
    (),
)

QUICK = (EVENT_LIMIT, dataclasses.replace(FORK_LIMIT_PART, starts=1), QUICK_PEERS)
WHOLE = (EVENT_LIMIT, FORK_LIMIT_PART, DESIGN_PART, ARTICLE_PART, WSGI_PART, FILE_CACHE_PART, PEERS)


def all_servers():
    """Each server of any part, once."""
    return list({server.name: server for part in WHOLE for server in part.servers}.values())
