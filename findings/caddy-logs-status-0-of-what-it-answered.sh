#!/usr/bin/env bash
# Guess: the status in an access log is one that HTTP knows, the one that the client got.
# Seen: of a request for which a site has no handler, Caddy sends 200 with no body and logs `"status":0`. A scanner that tries paths next to the one
# that is served, /api/* say, gets 200 for each of them, and the log has neither 200 nor 404 for it: counts of errors and of successes both miss
# it, and a reader that wants three digits refuses the line. `respond 404` as the last handler mends both.
#
# Needs Debian 12 with apt's lists, python3, and curl; installs nothing on the machine: the package is unpacked to a temporary folder, and the server
# listens on 127.0.0.1 alone.
set -euo pipefail
caddy=2.6.2-5
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "caddy=$caddy" 2>/dev/null
dpkg -x ./*.deb root
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
HOME=$PWD root/usr/bin/caddy run --config Caddyfile --adapter caddyfile 2>errors &
server=$!
for port in "$open" "$closed"; do
    for _ in $(seq 100); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
done
ask() { curl -s -o got -w '%{http_code}' "http://127.0.0.1:$1"; }
for path in /api/x /.env; do echo "client, $path: $(ask "$open$path"); with a last handler: $(ask "$closed$path")"; done >seen
kill "$server"
wait "$server" || :
python3 - >>seen <<'END'
import json
for there, last in zip(open("open.log"), open("closed.log")):
    there, last = json.loads(there), json.loads(last)
    print(f"log, {there['request']['uri']}: {there['status']}; with a last handler: {last['status']}")
END
echo "caddy $caddy"
cat seen
cmp seen - <<'END' || { echo 'changed: another status is sent or logged'; exit 1; }
client, /api/x: 200; with a last handler: 200
client, /.env: 200; with a last handler: 404
log, /api/x: 200; with a last handler: 200
log, /.env: 0; with a last handler: 404
END
