"""Asks a server with Python's own client: GET, HEAD and POST on one port. Usage: http_client.py PORT"""

import http.client
import sys


def ask(port, method, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, "/hello", body=body)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert response.version == 11, response.version
    assert response.getheader("Connection") == "close", response.getheaders()
    assert response.getheader("Content-Length") == "14", response.getheaders()
    print(method, response.status, response.reason, repr(text))


port = int(sys.argv[1])
ask(port, "GET")
ask(port, "HEAD")
ask(port, "POST", body="x" * 20000)
