#!/usr/bin/env bash
# Guess: `strptime("%d/%b/%Y:%H:%M:%S %z") | mktime` gives the second that the time of an access log means, since %z reads its offset; a program
# that does not heed it refuses it.
# Seen: jq 1.6, 1.7 and 1.8 read the offset and drop it: one moment, written by two servers, is two that are 9 hours apart. What jq sorts or
# compares that way, and hands to programs that take seconds, is off by the offset, in summer by another hour. gojq heeds it.
# Only with an offset of +0000 do all agree, which is what one tries it on.
#
# Needs python3 with venv, and Debian or Ubuntu with apt's lists; installs nothing on the machine: all is in a temporary folder. The versions
# of jq come with its Python bindings.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq gojq=0.12.11-1 2>/dev/null
dpkg -x ./*.deb root
cat >times.json <<'END'
"10/Oct/2026:13:55:36 +0200"
"10/Oct/2026:04:55:36 -0700"
"10/Oct/2026:11:55:36 +0000"
END
cat >ask.py <<'END'
import jq, json, sys
print(*[jq.compile(sys.argv[1]).input(json.loads(line)).first() for line in open("times.json")])
END
program='strptime("%d/%b/%Y:%H:%M:%S %z") | mktime'
{
    for release in 1.4.0 1.8.0 1.13.0; do
        python3 -m venv "jq$release"
        "jq$release/bin/pip" install -q --disable-pip-version-check --only-binary :all: "jq==$release"
        echo "jq (bindings $release): $("jq$release/bin/python" ask.py "$program")"
    done
    echo "gojq: $(root/usr/bin/gojq "$program" times.json | paste -sd ' ')"
} >seen
root/usr/bin/gojq --version
cat seen
cmp seen - <<'END' || { echo 'changed: the offset counts for something else'; exit 1; }
jq (bindings 1.4.0): 1791640536 1791608136 1791633336
jq (bindings 1.8.0): 1791640536 1791608136 1791633336
jq (bindings 1.13.0): 1791640536 1791608136 1791633336
gojq: 1791633336 1791633336 1791633336
END
