#!/usr/bin/env bash
# Guess: the request in an access log is the request line that came, as Apache and nginx write it.
# Seen: several servers of Python write what they made of it. Uvicorn decodes the path and encodes it again, so that `/a%2Fb` is
# logged as `/a/b`, an absolute URL as `http%3A//h/p`, and `*` as `%2A`. Werkzeug decodes the query (`?x=%41` is `?x=A`) and makes one
# slash of two at the start. aiohttp makes four slashes of those two. CherryPy takes the first word behind two slashes for a
# host and leaves it out: of `//one//two` only `/two` is logged. Gunicorn writes what came. Lists of paths, and counts by path,
# therefore differ between servers that answered the same requests.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check uvicorn==0.54.0 werkzeug==3.1.9 aiohttp==3.14.5 cherrypy==18.10.0 gunicorn==27.0.1
cat >app.py <<'END'
import logging, sys
async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})
def wsgi(environ, start):
    start("404 Not Found", [("Content-Length", "0")])
    return []
if __name__ == "__main__":
    name, port = sys.argv[1], int(sys.argv[2])
    if name == "werkzeug":
        from werkzeug.serving import run_simple
        run_simple("127.0.0.1", port, wsgi)
    elif name == "aiohttp":
        from aiohttp import web
        logging.basicConfig(level=logging.INFO)
        async def answer(request):
            return web.Response(status=404)
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", answer)
        web.run_app(app, host="127.0.0.1", port=port)
    elif name == "cherrypy":
        import cherrypy
        cherrypy.config.update({"server.socket_port": port})
        cherrypy.quickstart()
END
cat >ask.py <<'END'
import socket, sys, time
for target in ("/a%2Fb?x=%41", "http://h/p", "//one//two"):
    for attempt in range(200):
        try:
            connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
    while connection.recv(4096):
        pass
END
# The targets that the server of this command line logged, between blanks.
logged() {
    local name=$1 port
    shift
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${@//PORT/$port}" >"$name.log" 2>&1 &
    server=$!
    python3 ask.py "$port"
    kill "$server"
    wait "$server" 2>/dev/null || :
    server=
    sed -nE 's/.*"[^" ]*GET ([^" ]*) HTTP.*/\1/p' "$name.log" | paste -sd ' '
}
check() {
    printf '%-9s %-9s %s\n' "$1" "$(v/bin/python -c 'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$1")" "$3"
    [ "$2" = "$3" ] || { echo "changed: it was $2"; exit 1; }
}
echo 'sent:               /a%2Fb?x=%41 http://h/p //one//two'
check gunicorn '/a%2Fb?x=%41 http://h/p //one//two' "$(logged gunicorn v/bin/gunicorn -b 127.0.0.1:PORT --access-logfile - --no-control-socket app:wsgi)"
check uvicorn '/a/b?x=%41 http%3A//h/p //one//two' "$(logged uvicorn v/bin/uvicorn --port PORT app:asgi)"
check werkzeug '/a%2Fb?x=A http://h/p /one//two' "$(logged werkzeug v/bin/python app.py werkzeug PORT)"
check aiohttp '/a%2Fb?x=%41 /p ////one//two' "$(logged aiohttp v/bin/python app.py aiohttp PORT)"
check cherrypy '/a%2Fb?x=%41 /p /two' "$(logged cherrypy v/bin/python app.py cherrypy PORT)"
