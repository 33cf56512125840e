#!/usr/bin/env bash
# Guess: a server colours its access log on a terminal alone; redirected to a file, a request that was not found is
# `"GET /no HTTP/1.1" 404`.
# Seen: Werkzeug's development server (Flask's) writes its escape sequences into files and pipes too, inside the quotes: the method is
# `ESC[33mGET`, the version `HTTP/1.1ESC[0m`. Only requests that were answered by 200 have none, so a rule that was tried on
# those misses the rest. NO_COLOR changes nothing.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check werkzeug==3.1.9 markupsafe==3.0.3
cat >server.py <<'END'
import socket, sys
from werkzeug.serving import make_server
def app(environ, start):
    start("200 OK" if environ["PATH_INFO"] == "/" else "404 Not Found", [("Content-Length", "0")])
    return []
server = make_server("127.0.0.1", 0, app)
print(server.server_port, flush=True)
server.serve_forever()
END
mkfifo port
NO_COLOR=1 v/bin/python server.py >port 2>access.log &
server=$!
# shellcheck disable=SC2094 # a named pipe
read -r port <port
v/bin/python - "$port" <<'END'
import http.client, sys
for target in ("/", "/no"):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
    connection.request("GET", target)
    connection.getresponse().read()
    connection.close()
END
kill "$server"
wait "$server" 2>/dev/null || :
server=
echo "Werkzeug $(v/bin/python -c 'from importlib.metadata import version; print(version("werkzeug"))')"
cat -v access.log
escape=$'\e'
is_coloured() { grep -qF '"GET / HTTP/1.1" 200' access.log && grep -qF "\"${escape}[33mGET /no HTTP/1.1${escape}[0m\" 404" access.log; }
is_coloured || { echo 'changed: no escape sequences around a request that was not found'; exit 1; }
