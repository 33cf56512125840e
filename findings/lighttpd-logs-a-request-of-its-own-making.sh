#!/usr/bin/env bash
# Guess: %r in an access log is the first line of the request as the client sent it, and %u whom it logged in as, refused or not: so it is with
# Apache and nginx.
# Seen: lighttpd 1.4.69 puts %r together from what it had understood until it refused: an absolute URL is its path, CONNECT has no target, a method in
# small letters is no method, and where the version is unknown nothing is left but two blanks, `"  "`. What a scanner asked for is gone, and a
# reader that wants three words refuses the line. Whom a refused login named is `-`.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq lighttpd=1.4.69-1 libnettle8 libpcre2-8-0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
echo 'alice:right' >users
cat >conf <<END
server.document-root = "$folder"
server.port = $port
server.bind = "127.0.0.1"
server.modules = ( "mod_auth", "mod_authn_file", "mod_accesslog" )
accesslog.filename = "$folder/access.log"
accesslog.format = "\"%r\" %s user %u"
auth.backend = "plain"
auth.backend.plain.userfile = "$folder/users"
auth.require = ( "/" => ( "method" => "basic", "realm" => "r", "require" => "valid-user" ) )
END
cat >ask.py <<'END'
import base64, socket, sys, time
HEADERS = "Host: www.example.org\r\nConnection: close\r\n"
def login(user, password):
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() + "\r\n"
for request in ("GET /a HTTP/1.1\r\n" + login("alice", "right"), "GET /b HTTP/1.1\r\n" + login("alice", "wrong"), "GET http://www.example.org/c HTTP/1.1\r\n",
                "CONNECT example.net:25 HTTP/1.1\r\n", "get /d HTTP/1.1\r\n", "GET /e HTTP/1.2\r\n", "GET  /f HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n"):
    for attempt in range(100):
        try:
            peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=3)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    with peer:
        peer.sendall((request + HEADERS + "\r\n").encode())
        peer.shutdown(socket.SHUT_WR)
        try:
            while peer.recv(4096):
                pass
        except OSError:
            pass
    print(request.split("\r\n")[0])
END
root/usr/sbin/lighttpd -D -f conf -m root/usr/lib/lighttpd 2>errors &
server=$!
python3 ask.py "$port" >asked
kill "$server"
wait "$server" || :
server=
paste -d '>' asked access.log | sed 's/>/ -> /' >seen
root/usr/sbin/lighttpd -v | head -1
cat seen
cmp seen - <<'END' || { echo 'changed: lighttpd logs something else'; exit 1; }
GET /a HTTP/1.1 -> "GET /a HTTP/1.1" 404 user alice
GET /b HTTP/1.1 -> "GET /b HTTP/1.1" 401 user -
GET http://www.example.org/c HTTP/1.1 -> "GET /c HTTP/1.1" 401 user -
CONNECT example.net:25 HTTP/1.1 -> "CONNECT  HTTP/1.1" 400 user -
get /d HTTP/1.1 -> "  HTTP/1.1" 501 user -
GET /e HTTP/1.2 -> "  " 505 user -
GET  /f HTTP/1.1 -> "GET  HTTP/1.1" 400 user -
PRI * HTTP/2.0 -> "  " 505 user -
END
