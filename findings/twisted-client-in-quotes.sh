#!/bin/bash
# Guess: a server that says that it writes the "combined" log format writes the client first, bare, as Apache does, so that every reader
# of that format reads it.
# Seen: Twisted's combined formatter puts the client in quotes, `"127.0.0.1" - - [...]`, so readers of the combined format refuse each line
# or take the request for the client.
set -eu -o pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check twisted==26.10.0
cd "$folder"
cat > server.py <<'PY'
import urllib.error, urllib.request
from twisted.internet import reactor, threads
from twisted.web import resource, server
site = server.Site(resource.Resource(), logPath=b"access.log")
port = reactor.listenTCP(0, site, interface="127.0.0.1")
def ask():
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port.getHost().port}/a", timeout=10)
    except urllib.error.HTTPError:
        pass
threads.deferToThread(ask).addBoth(lambda _: reactor.stop())
reactor.run()
PY
v/bin/python server.py
v/bin/python -c 'import twisted; print("Twisted", twisted.__version__)'
cat access.log
grep -q '^"127\.0\.0\.1" - - \[.*\] "GET /a HTTP/1\.1" 404 ' access.log
