#!/usr/bin/env bash
# Guess: a web server that logs requests logs those that it answered with a page, the number at the end being the length of the body.
# Seen: merecat 2.31 logs what it could not serve, and HEAD: of GET requests that were answered with 200 or 206 there is no line, at its most talkative
# level either. The length of a 404 is 0, whatever was sent. Who found what he looked for is not in the log; who did not, is.
#
# Needs Debian 12 with apt's lists, curl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the server
# listens on 127.0.0.1 alone.
set -euo pipefail
merecat=2.31+git20220513+ds-4.1
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "merecat=$merecat" libconfuse2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir site
echo 'hello, world' >site/page.txt
printf 'port = %s\nhostname = "127.0.0.1"\ndirectory = "%s/site"\n' "$port" "$PWD" >conf
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu) root/usr/sbin/merecat -n -l debug -f conf >log 2>&1 &
server=$!
for _ in {1..50}; do if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; else sleep 0.1; fi; done
ask() { curl -s --noproxy '*' --max-time 10 -o got -w "to the client: $1 %{http_code} %{size_download}\n" "${@:3}" "http://127.0.0.1:$port/$2"; }
{
    ask GET page.txt
    ask 'a part,' page.txt -r 0-4
    ask GET absent.txt
    ask HEAD page.txt --head
    ask POST page.txt -d a=b
    sleep 3
    kill "$server"
    wait "$server" || :
    sed -nE 's/^[^ ]+ 127\.0\.0\.1: - ("[A-Z]+ [^"]+" [0-9]+ [0-9]+) .*$/log: \1/p' log
} >seen
server=
echo "merecat $merecat"
cat seen
cmp seen - <<'END' || { echo 'changed: other requests are logged'; exit 1; }
to the client: GET 200 13
to the client: a part, 206 5
to the client: GET 404 1342
to the client: HEAD 200 0
to the client: POST 501 1355
log: "GET /absent.txt HTTP/1.1" 404 0
log: "HEAD /page.txt HTTP/1.1" 200 0
log: "POST /page.txt HTTP/1.1" 501 0
END
