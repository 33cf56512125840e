#!/bin/bash
# Guess: the second field of a server's default access log in the common or combined format is identd's answer, which is `-` nearly always.
# Seen: lighttpd's default format has the virtual host there (`%h %V %u`), which is the Host header: whatever the client sends.
set -eu -o pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
trap '[ -z "${server:-}" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q "lighttpd=$(apt-cache policy lighttpd | sed -n 's/^ *Candidate: //p')" > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > conf <<CONF
server.document-root = "$folder"
server.port = $port
server.bind = "127.0.0.1"
server.modules = ( "mod_accesslog" )
accesslog.filename = "$folder/access.log"
CONF
root/usr/sbin/lighttpd -v | head -1
root/usr/sbin/lighttpd -D -f conf -m root/usr/lib/lighttpd 2> /dev/null &
server=$!
python3 - "$port" <<'PY'
import http.client, sys, time
for attempt in range(100):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
        connection.request("GET", "/a", headers={"Host": "www.example.org"})
        connection.getresponse().read()
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
PY
kill "$server"
wait "$server" || true
server=
cat access.log
grep -q '^127\.0\.0\.1 www\.example\.org - \[.*\] "GET /a HTTP/1\.1" 404 ' access.log
