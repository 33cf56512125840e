#!/usr/bin/env bash
# Guess: one entry of the journal is one message at one time, whatever `journalctl -o` is asked for; --since and --until go by the time that is shown.
# Seen: of an entry with two MESSAGE fields, which any client of journald may send, `short` shows the last, `cat` the first, `json` an array of both; so
# does `json` give an array of numbers where a message has a control character, and null where it has more than 4 KiB (there is `--all`), while
# `short` drops the escape sequence or prints `[9B blob data]`. `short` shows the time at the sender (_SOURCE_REALTIME_TIMESTAMP), by which neither
# --since nor the order goes: an entry that shows 14:13:15 is left out by --until 14:13:28 and is between those of 14:13:27 and 14:13:30.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq {systemd,libsystemd-shared,systemd-journal-remote}=252.39-1~deb12u2 libmicrohttpd12 libcurl3-gnutls libgnutls30 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library:$library/systemd TZ=UTC
cat >entries.py <<'END'
import struct, sys
START = 1790000000
def write(second, *messages, **more):
    fields = {"SYSLOG_IDENTIFIER": "app", "_HOSTNAME": "web", "PRIORITY": "6", **more}
    micros = (START + second) * 10**6
    out = f"__CURSOR=s=0a;i={second:x};b=0b;m=1;t={micros:x};x={second:x}\n__REALTIME_TIMESTAMP={micros}\n__MONOTONIC_TIMESTAMP={second * 10**6}\n"
    out += "_BOOT_ID=0123456789abcdef0123456789abcdef\n" + "".join(f"{key}={value}\n" for key, value in fields.items())
    sys.stdout.buffer.write(out.encode())
    for message in messages:
        sys.stdout.buffer.write(b"MESSAGE\n" + struct.pack("<Q", len(message)) + message + b"\n")
    sys.stdout.buffer.write(b"\n")
write(1, b"plain")
write(2, b"first", b"second")
write(3, b"red \x1b[31mword")
write(4, b"bad \xff utf")
write(5, b"y" * 5000)
write(7, b"before")
write(9, b"late", _SOURCE_REALTIME_TIMESTAMP=str((START - 5) * 10**6))
write(10, b"after")
END
python3 entries.py >entries
root/lib/systemd/systemd-journal-remote -o "$folder/test.journal" entries 2>log
journal() { root/bin/journalctl --file test.journal --no-pager --quiet "$@" | sed -E 's/y{50,}/y.../g'; }
{
    for output in short cat; do
        echo "$output:"
        journal -o "$output" | cat -v
    done
    echo json:
    journal -o json | python3 -c 'import json, sys; [print(json.dumps(json.loads(line)["MESSAGE"])) for line in sys.stdin]'
    echo "until 14:13:28: $(journal -o cat --since '2026-09-21 14:13:00' --until '2026-09-21 14:13:28' | tail -1 | cut -c1-20)"
} >seen
root/bin/journalctl --version | head -1
cat seen
cmp seen - <<'END' || { echo 'changed: journalctl shows something else'; exit 1; }
short:
Sep 21 14:13:21 web app: plain
Sep 21 14:13:22 web app: second
Sep 21 14:13:23 web app: red word
Sep 21 14:13:24 web app: [9B blob data]
Sep 21 14:13:25 web app: y...
Sep 21 14:13:27 web app: before
Sep 21 14:13:15 web app: late
Sep 21 14:13:30 web app: after
cat:
plain
first
red ^[[31mword
bad M-^? utf
y...
before
late
after
json:
"plain"
["first", "second"]
[114, 101, 100, 32, 27, 91, 51, 49, 109, 119, 111, 114, 100]
[98, 97, 100, 32, 255, 32, 117, 116, 102]
null
"before"
"late"
"after"
until 14:13:28: before
END
