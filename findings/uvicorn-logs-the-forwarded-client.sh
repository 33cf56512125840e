#!/usr/bin/env bash
# Guess: until it is told of a proxy, a server logs who connected; X-Forwarded-For is a header like any other.
# Seen: Uvicorn believes it by default of whoever connects from 127.0.0.1, and logs what stands there in place of the peer, with port 0. So behind a proxy
# or a tunnel on the same machine that passes the header on as it came, the access log names whomever the client names; with
# `--no-proxy-headers` it names the proxy.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check uvicorn==0.54.0
cat >app.py <<'END'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
END
cat >ask.py <<'END'
import http.client, sys, time
for attempt in range(200):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
        connection.request("GET", "/a", headers={"X-Forwarded-For": "203.0.113.6"})
        connection.getresponse().read()
        break
    except ConnectionRefusedError:
        time.sleep(0.05)
END
# What the server, started with these flags, logs as the client.
client() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    v/bin/uvicorn app:app --port "$port" "$@" >log 2>&1 &
    server=$!
    python3 ask.py "$port"
    kill "$server"
    wait "$server" 2>/dev/null || :
    server=
    sed -nE 's/^INFO: +([0-9.]+):([0-9]+) - "GET .*/\1 \2/p' log | sed -E 's/ [1-9][0-9]*$/ port/'
}
echo "Uvicorn 0.54.0"
default=$(client) without=$(client --no-proxy-headers)
echo "by default:          $default"
echo "--no-proxy-headers:  $without"
[ "$default" = '203.0.113.6 0' ] && [ "$without" = '127.0.0.1 port' ] && exit
echo 'changed: it was 203.0.113.6 0, and 127.0.0.1 port'
exit 1
