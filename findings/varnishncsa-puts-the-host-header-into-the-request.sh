#!/usr/bin/env bash
# Guess: varnishncsa, which writes "Apache / NCSA combined log format", has the request line as the client sent it there, and in front who sent it.
# Seen: the target is made of `http://`, the Host header and the path, so a path is never at its start: `"GET /admin` matches nothing, and a page is as
# many as clients have names for the host. Where a client names none, it is localhost. Of CONNECT it makes an address of nothing,
# `http://hostexample:443`. Of what Varnish cannot read as a request the log has no client, `- - -`, though the connection had one: who sends such
# things, as scanners do, is nowhere.
#
# Needs Debian 12 with apt's lists, a C compiler, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and
# the proxy listens on 127.0.0.1 alone.
set -euo pipefail
varnish=7.1.1-2+deb12u1
made=$(mktemp -d)
running=()
trap 'kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq {varnish,libvarnishapi3}="$varnish" libjemalloc2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library:$library/varnish
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >site.vcl <<'END'
vcl 4.1;
backend none none;
sub vcl_recv { return (synth(404)); }
END
root/usr/sbin/varnishd -F -j none -n "$PWD/n" -a "127.0.0.1:$port" -f "$PWD/site.vcl" -s malloc,10m \
    -p "vmod_path=$library/varnish/vmods" -p "vcl_path=$PWD/root/usr/share/varnish/vcl" >out 2>&1 &
running+=($!)
for _ in $(seq 200); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
root/usr/bin/varnishncsa -n "$PWD/n" >log 2>errors &
running+=($!)
sleep 1
cat >ask.py <<'END'
import socket, sys
for request in (b"GET /admin?x=1 HTTP/1.1\r\nHost: site.example", b"GET /admin HTTP/1.0",
                b"CONNECT example:443 HTTP/1.1\r\nHost: host", b"\x16\x03\x01", b"GET /last HTTP/1.1\r\nHost: site.example"):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
        client.sendall(request + b"\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass
END
python3 ask.py "$port"
for _ in {1..100}; do ! grep -q /last log 2>/dev/null || break; sleep 0.1; done
sed -E 's/\[[^]]*\]/[...]/; s/(" [0-9]+) .*/\1/; /\/last/d' log >seen
echo "varnish $varnish"
cat seen
cmp seen - <<'END' || { echo 'changed: requests are logged otherwise'; exit 1; }
127.0.0.1 - - [...] "GET http://site.example/admin?x=1 HTTP/1.1" 404
127.0.0.1 - - [...] "GET http://localhost/admin HTTP/1.0" 404
127.0.0.1 - - [...] "CONNECT http://hostexample:443 HTTP/1.1" 404
- - - [...] "- http://localhost HTTP/1.0" 400
END
