#!/usr/bin/env bash
# Guess: in HAProxy's log of requests the same request is the same text over HTTP/1.1 and over HTTP/2, but for the version; and what `%{+Q}`
# puts in quotes, as in every recipe for Apache's combined format, can be read as a quoted string.
# Seen: over HTTP/2 the target is an absolute URL, scheme and Host in front of the path. Whoever counts paths, or looks for `"GET /admin`, misses what
# browsers send as soon as HTTP/2 is on. `+Q` puts quotes around and does nothing to those inside: `a "b" c` ends after one word for a reader.
# Captured in braces, as `option httplog` does, each quote is `#22`.
#
# Needs Debian 12 with apt's lists, python3, and curl; installs nothing on the machine: the packages are unpacked to a temporary folder, and the proxy
# listens on 127.0.0.1 alone.
set -euo pipefail
haproxy=2.6.12-1+deb12u4
made=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "haproxy=$haproxy" libopentracing-c-wrapper0 libopentracing1 liblua5.3-0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
read -r first second < <(python3 -c '
import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])')
cat >conf <<END
global
  log stdout len 4096 format raw local0
defaults
  mode http
  log global
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend braces
  bind 127.0.0.1:$first
  option httplog
  default_backend site
  http-request capture req.hdr(User-Agent) len 64
frontend quotes
  bind 127.0.0.1:$second
  default_backend site
  http-request capture req.hdr(User-Agent) len 64
  log-format '%ci - - [%trg] %{+Q}r %ST %B "-" %{+Q}[capture.req.hdr(0)]'
backend site
  http-request return status 404
END
LD_LIBRARY_PATH=$library root/usr/sbin/haproxy -f conf >log 2>errors &
running+=($!)
for port in "$first" "$second"; do
    for _ in $(seq 50); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
done
ask() { curl -s -o got -A 'a "b" c' -H 'Host: site.example' "$@"; }
ask --http1.1 "http://127.0.0.1:$first/admin?x=1"
ask --http2-prior-knowledge "http://127.0.0.1:$first/admin?x=1"
ask --http1.1 "http://127.0.0.1:$second/admin?x=1"
for _ in {1..50}; do [ "$(grep -c admin log)" -lt 3 ] || break; sleep 0.1; done
sed -nE 's|^.* braces site/<NOSRV> [-0-9/]+ ([0-9]+).*(\{.*admin.*)|braces: ... \1 ... \2|p; s/^.*- - \[[^]]*\] (.*admin.*)/quotes: ... \1/p' log >seen
echo "haproxy $haproxy"
cat seen
cmp seen - <<'END' || { echo 'changed: the request or the agent is written otherwise'; exit 1; }
braces: ... 404 ... {a #22b#22 c} "GET /admin?x=1 HTTP/1.1"
braces: ... 404 ... {a #22b#22 c} "GET http://site.example/admin?x=1 HTTP/2.0"
quotes: ... "GET /admin?x=1 HTTP/1.1" 404 56 "-" "a "b" c"
END
