"""WSGI servers, each with two workers: processes, or threads where it has but one process."""

from benchmarks.compare.documents import HELLO, HELLO_FLASK
from benchmarks.compare.server import CONNECTION_EACH, KEEP_ALIVE, Server

_DOCUMENTS = (HELLO, HELLO_FLASK)
_BOTH = (CONNECTION_EACH, KEEP_ALIVE)
_GUNICORN = (
    "gunicorn --bind=127.0.0.1:$port --backlog=4096 --workers=2 --worker-tmp-dir=/dev/shm "
)

WSGI_SERVERS = (
    Server(
        "forklift-wsgi",
        "$runfiles/apps/wsgi_server --port=$port --model=prefork --workers=2 --access-log=off --keep-alive=60s"
        " --keep-alive-requests=1000000 --backlog=4096 --chdir=$runfiles/benchmarks/compare/applications"
        " $application",
        documents=_DOCUMENTS,
        modes=_BOTH,
    ),
    Server(
        "gunicorn-sync",
        _GUNICORN + "--worker-class=sync $application",
        package="gunicorn python3-flask",
        documents=_DOCUMENTS,
        modes=(CONNECTION_EACH,),
    ),
    Server(
        "gunicorn-gthread",
        _GUNICORN + "--worker-class=gthread --threads=4 --keep-alive=60 $application",
        package="gunicorn python3-flask",
        documents=_DOCUMENTS,
        modes=_BOTH,
    ),
    Server(
        "uwsgi",  # whose workers would wait for the next request of a kept connection, and serve no other meanwhile
        "uwsgi --plugins python3 --http-socket 127.0.0.1:$port --listen 4096 --master --processes 2 --die-on-term"
        " --disable-logging --need-app --module $application",
        package="uwsgi-plugin-python3 python3-flask",
        documents=_DOCUMENTS,
        modes=(CONNECTION_EACH,),
    ),
    Server(
        "waitress",
        "waitress-serve --listen=127.0.0.1:$port --backlog=4096 --threads=2 --connection-limit=1000"
        " --channel-timeout=60 $application",
        package="python3-waitress python3-flask",
        documents=_DOCUMENTS,
        modes=_BOTH,
    ),
)
