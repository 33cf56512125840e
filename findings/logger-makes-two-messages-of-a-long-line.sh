#!/usr/bin/env bash
# Guess: logger sends a line that it reads as one message, as a whole, or cut off at 1 KiB, which its manual has as the size of a message with its header.
# Seen: what is beyond 1024 characters, not counting the header, is a second message, with a header of its own, so that a request with a long URL, from a
# web server that logs through `|logger`, is two lines, the second of which begins in the middle of the URL.
# A message that is one argument is cut off instead; of several words come several messages, and a long word is cut off. Nothing is said about it.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the package is unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq bsdutils=1:2.38.1-5+deb12u3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat >receive.py <<'END'
import socket
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("log.sock")
while True:
    message = receiver.recv(65536).decode()
    text = message.partition("web: ")[2]
    print(f"{len(message)} with header, {len(text)} without: {text[:24]} ... {text[-12:]}", flush=True)
    if text == "end":
        break
END
python3 receive.py >out &
server=$!
for _ in {1..100}; do [ ! -S log.sock ] || break; sleep 0.1; done
line="192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] \"GET /a?q=$(printf '%01200d' 0 | tr 0 x) HTTP/1.1\" 200 5"
logger=(root/usr/bin/logger -u log.sock -t web -p local0.info)
echo "$line" | "${logger[@]}" 2>said
"${logger[@]}" "$line" 2>>said
read -ra words <<<"$line"
"${logger[@]}" "${words[@]}" 2>>said
"${logger[@]}" end
wait "$server"
server=
root/usr/bin/logger --version
echo "a line of ${#line} characters, read; as one argument; as words:"
{
    grep -v ': end \.\.\. end$' out
    echo "on standard error: $(wc -l <said) lines"
} | tee seen
cmp seen - <<'END' || { echo 'changed: logger divides a long line otherwise'; exit 1; }
1050 with header, 1024 without: 192.0.2.7 - - [10/Oct/20 ... xxxxxxxxxxxx
271 with header, 245 without: xxxxxxxxxxxxxxxxxxxxxxxx ... P/1.1" 200 5
1050 with header, 1024 without: 192.0.2.7 - - [10/Oct/20 ... xxxxxxxxxxxx
73 with header, 47 without: 192.0.2.7 - - [10/Oct/20 ...  +0000] "GET
1050 with header, 1024 without: /a?q=xxxxxxxxxxxxxxxxxxx ... xxxxxxxxxxxx
41 with header, 15 without: HTTP/1.1" 200 5 ... P/1.1" 200 5
on standard error: 0 lines
END
