#!/bin/bash
# Guess: Hypercorn's default access log is Apache's combined format with the request line as HTTP has it, `GET /a HTTP/1.1`, as that of
# gunicorn, whose format string it shares.
# Seen: it writes the version alone, `GET /a 1.1` (and `GET /a 2`), so what tells a request line from other text by `HTTP/` at its end
# finds none.
set -eu -o pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check hypercorn==0.18.0
cd "$folder"
cat > server.py <<'PY'
import asyncio, http.client, socket
from hypercorn.asyncio import serve
from hypercorn.config import Config
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
def ask(port, done, loop):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/a")
    connection.getresponse().read()
    connection.close()
    loop.call_soon_threadsafe(done.set)
async def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config, done, loop = Config(), asyncio.Event(), asyncio.get_running_loop()
    config.bind, config.accesslog = [f"fd://{listener.fileno()}"], "access.log"
    listener.listen()
    asking = loop.run_in_executor(None, ask, listener.getsockname()[1], done, loop)
    await serve(app, config, shutdown_trigger=done.wait)
    await asking
asyncio.run(main())
PY
v/bin/python server.py
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -i hypercorn
cat access.log
grep -q '"GET /a 1\.1" 404 ' access.log
