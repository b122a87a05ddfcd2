"""Servers that start a process for each connection: tcpserver of ucspi-tcp, and the article's in Python."""

from benchmarks.compare.documents import HELLO
from benchmarks.compare.server import CONNECTION_EACH, Server

# It starts a program for each connection; the smallest that reads a request's head and answers is sed.
TCPSERVER = Server(
    "tcpserver",
    "tcpserver -H -R -l0 -c 2000 -b 4096 127.0.0.1 $port sed -n -u -f $configuration",
    package="ucspi-tcp",
    modes=(CONNECTION_EACH,),
    documents=(HELLO,),
    most_connections=1000,
    configuration=r"""/^\r*$$/{
s/.*/HTTP\/1.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 14\r\n\r\nHello, World!/p
q
}
""",
)


def _article(variant):
    return Server(
        f"article-{variant}",
        f"python3 $runfiles/benchmarks/compare/applications/article_servers.py {variant} $port $application",
        package="python3",
        modes=(CONNECTION_EACH,),
        documents=(HELLO,),
        most_connections=1000,
    )


ARTICLE = tuple(_article(variant) for variant in ("3a", "3b", "3c", "3d", "3e", "3f", "3g", "3h"))
ARTICLE_3G = ARTICLE[6]
