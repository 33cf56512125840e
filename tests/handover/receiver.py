"""Stands in for the product NAME on 127.0.0.1:PORT, and answers as it does to a request that keeps to its documentation.

usage: receiver.py NAME PORT. Prints `ready`, then serves until it is ended. Any other request is answered 400, with the reason.
"""

import http.server
import json
import re
import sys


def objects(body):
    """The JSON objects of a body, with nothing but blanks between them."""
    decoder, found, body = json.JSONDecoder(), [], body.strip()
    while body:
        value, end = decoder.raw_decode(body)
        found.append(value)
        body = body[end:].lstrip()
    return found


def splunk(headers, path, body):
    """HTTP Event Collector: objects one after the other, each with `event`; `time` in seconds."""
    assert path == "/services/collector/event" and headers["Authorization"] == "Splunk secret"
    assert (events := objects(body))
    assert all(1.7e9 < event["time"] < 4e9 and event["event"]["ip"] and event["sourcetype"] for event in events)
    return 200, json.dumps({"text": "Success", "code": 0})


def slack(headers, path, body):
    """Incoming webhook: `&`, `<` and `>` escaped, at most 40,000 characters."""
    (message,) = objects(body)
    assert path == "/services/T/B/X" and headers["Content-Type"] == "application/json"
    assert 0 < len(message["text"]) <= 40_000 and not re.search(r"[<>]|&(?!amp;|lt;|gt;)", message["text"])
    return 200, "ok"


def ntfy(headers, path, body):
    """Publish as JSON: to the root, with a topic; priority 1 to 5; the message is cut at 4,096 bytes."""
    (message,) = objects(body)
    assert path == "/" and re.fullmatch(r"[-_A-Za-z0-9]{1,64}", message["topic"]) and message["priority"] in range(1, 6)
    assert 0 < len(message["message"].encode()) <= 4096
    return 200, json.dumps({"id": "x", "event": "message", **message})


SEEN = set()


def thehive(headers, path, body):
    """Create an alert: five keys are required, and type, source and sourceRef together are new."""
    (alert,) = objects(body)
    assert path == "/api/v1/alert" and headers["Authorization"] == "Bearer secret"
    key = tuple(alert[name] for name in ("type", "source", "sourceRef"))
    assert key not in SEEN and 0 < len(alert["sourceRef"]) <= 128 and 0 < len(alert["title"]) <= 512 and alert["description"]
    SEEN.add(key)
    assert alert["severity"] in range(1, 5) and alert["date"] > 1.7e12
    assert all(observable["dataType"] == "ip" and observable["data"] for observable in alert["observables"])
    return 201, json.dumps({"_type": "Alert", **alert})


PRODUCTS = {each.__name__: each for each in (splunk, slack, ntfy, thehive)}


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            status, answer = PRODUCTS[sys.argv[1]](self.headers, self.path, body)
        except (AssertionError, KeyError, ValueError, TypeError) as wrong:
            status, answer = 400, f"refused: {wrong!r}: {body}"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
print("ready", flush=True)
server.serve_forever()
