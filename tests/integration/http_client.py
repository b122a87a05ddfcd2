"""Asks a server with Python's own client: GET, HEAD and POST on one connection. Usage: http_client.py PORT"""

import http.client
import sys


def ask(connection, method, headers={}, body=None):
    connection.request(method, "/hello", body=body, headers=headers)
    response = connection.getresponse()
    text = response.read().decode()
    assert response.version == 11, response.version
    assert response.getheader("Content-Length") == "14", response.getheaders()
    print(method, response.status, response.reason, repr(text))
    return response


connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
ask(connection, "GET")
socket = connection.sock
ask(connection, "HEAD")
ask(connection, "POST", body="x" * 20000)
assert connection.sock is socket, "it did not stay open"
last = ask(connection, "GET", headers={"Connection": "close"})
assert last.getheader("Connection") == "close", last.getheaders()
