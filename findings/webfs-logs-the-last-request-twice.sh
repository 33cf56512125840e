#!/usr/bin/env bash
# Guess: an access log in the common format has one line for each request, and the number at its end is the length of the body.
# Seen: webfsd writes the last request of each connection that is kept open once more when the connection ends, the same to the last byte. Clients that
# make one request over each connection are counted twice, so limits are reached at half of them; HTTP/1.0 is counted right. The length
# holds the head of the answer too, and all that went over the connection before: three answers of 28 bytes are logged with 203, 406 and 609.
#
# Needs Debian 12 with apt's lists, curl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the server
# listens on 127.0.0.1 alone.
set -euo pipefail
webfs=1.21+ds1-12+b1
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "webfs=$webfs" 2>/dev/null
dpkg -x ./*.deb root
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir site
echo hi >site/index.html
root/usr/bin/webfsd -F -i 127.0.0.1 -p "$port" -r "$PWD/site" -L "$PWD/log" &
server=$!
for _ in $(seq 50); do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
: >asked
# Asks over one connection, and waits until the log has so many lines.
ask() {
    curl -s --noproxy '*' --max-time 10 -o got -o got -o got -w '%{http_code} %{size_download}\n' "${@:2}" >>asked
    for _ in {1..50}; do [ "$(grep -c '"GET ' log)" -lt "$1" ] || break; sleep 0.1; done
}
ask 1 --http1.0 "http://127.0.0.1:$port/index.html"
ask 3 "http://127.0.0.1:$port/absent"
ask 7 "http://127.0.0.1:$port/one" "http://127.0.0.1:$port/two" "http://127.0.0.1:$port/three"
{
    echo "answers to the client, with the length of the body: $(paste -sd ',' asked)"
    sed -nE 's/^.*\] ("[A-Z].*)$/log: \1/p' log
} >seen
echo "webfs $webfs"
cat seen
cmp seen - <<'END' || { echo 'changed: requests are logged otherwise'; exit 1; }
answers to the client, with the length of the body: 200 3,404 28,404 28,404 28,404 28
log: "GET /index.html HTTP/1.0" 200 210
log: "GET /absent HTTP/1.1" 404 203
log: "GET /absent HTTP/1.1" 404 203
log: "GET /one HTTP/1.1" 404 203
log: "GET /two HTTP/1.1" 404 406
log: "GET /three HTTP/1.1" 404 609
log: "GET /three HTTP/1.1" 404 609
END
