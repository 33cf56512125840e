#!/usr/bin/env bash
# Guess: the status in a proxy's access log, in Apache's common format, is that of the answer which the client got.
# Seen: Privoxy's log of requests (debug 512) has 200 for every answer that it passed on, whatever the site said: what was not found, refused and broken is
# all 200 in the log, with the right length. Only what Privoxy answers itself has another status. Counts of 404 and 401 are 0 for ever.
#
# Needs Debian 12 with apt's lists, python3, and curl; installs nothing on the machine: the packages are unpacked to a temporary folder, and the
# proxy and the site behind it listen on 127.0.0.1 alone.
set -euo pipefail
privoxy=3.0.34-1
made=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "privoxy=$privoxy" libmbedtls14 libmbedx509-1 libmbedcrypto7 libbrotli1 libpcre3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
cat >site.py <<'END'
import http.server, sys
class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(self.path[1:]))
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"abc")
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Site).serve_forever()
END
read -r site proxy nobody < <(python3 -c '
import socket
held = [socket.socket() for _ in range(3)]
for one in held: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])')
printf '%s\n' "listen-address 127.0.0.1:$proxy" "templdir $PWD/root/etc/privoxy/templates" 'debug 512' >config
python3 site.py "$site" &
running+=($!)
LD_LIBRARY_PATH=$LD_LIBRARY_PATH root/usr/sbin/privoxy --no-daemon "$PWD/config" 2>log &
running+=($!)
for port in "$site" "$proxy"; do
    for _ in $(seq 50); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
done
ask() { echo "client, /$2: $(curl -s --max-time 10 -o got -w '%{http_code}' -x "http://127.0.0.1:$proxy" --noproxy '' "http://127.0.0.1:$1/$2")"; }
{
    for status in 200 301 401 404 500; do ask "$site" "$status"; done
    ask "$nobody" closed
    for _ in {1..50}; do ! grep -q '"GET .*/closed ' log || break; sleep 0.1; done
    sed -nE 's|.*"GET http://[^/]*(/[a-z0-9]*) HTTP/1.1" ([0-9]+) .*|log, \1: \2|p' log
} >seen
echo "privoxy $privoxy"
cat seen
cmp seen - <<'END' || { echo 'changed: the log has another status'; exit 1; }
client, /200: 200
client, /301: 301
client, /401: 401
client, /404: 404
client, /500: 500
client, /closed: 503
log, /200: 200
log, /301: 200
log, /401: 200
log, /404: 200
log, /500: 200
log, /closed: 503
END
