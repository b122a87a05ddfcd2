"""Flask: a greeting, a form, an upload and an error, at `app`."""

import hashlib

from flask import Flask, Response, request

app = Flask(__name__)


@app.route("/hello")
def hello():
    return Response("Hello, World from Flask!\n", mimetype="text/plain")


@app.route("/form", methods=["POST"])
def form():
    return f"{request.form['name']} {request.args['query']}\n"


@app.route("/upload", methods=["POST"])
def upload():
    content = request.files["file"].read()
    return f"{len(content)} {hashlib.sha256(content).hexdigest()}\n"


@app.route("/stream")
def stream():
    return Response((f"{number}\n" for number in range(3)), mimetype="text/plain")


@app.route("/error")
def error():
    raise ValueError("of the view")
