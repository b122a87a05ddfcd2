"""The same by Flask (Debian: python3-flask)."""

import flask

application = flask.Flask(__name__)


@application.route("/hello")
def hello():
    return "Hello, World!\n", {"Content-Type": "text/plain"}
