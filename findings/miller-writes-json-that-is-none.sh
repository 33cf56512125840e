#!/usr/bin/env bash
# Guess: what Miller writes with --ojson is JSON, whatever stands in the CSV: it takes a value for a number where JSON has such a number, and puts
# all else in quotes.
# Seen: it takes hexadecimal, octal and binary numbers for numbers too, and `.5` and `5.`, and writes them as they stood, without quotes: `"user":
# 0xdead`. With one such value, a session's identifier or a user whom a scanner tried, jq and gojq stop at that line with an error and read nothing
# behind it, and Python refuses it. 1e5 is a number, so jq says 100000. Miller's own exit status is 0. With -S all is in quotes; -O, for octal, leaves
# 007 without them, which is no JSON either.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
# shellcheck disable=SC2016 # a field of Miller
set -euo pipefail
miller=6.6.0-2+b3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "miller=$miller" {jq,libjq1}=1.6-2.1+deb12u3 libonig5 gojq=0.12.11-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
printf '%s\n' user alice 1e5 007 0xdead 0o17 0b101 .5 5. bob >users.csv
mlr() { root/usr/bin/mlr --icsv --ojsonl "$@" users.csv; }
{
    mlr cat >plain.ndjson
    paste -sd ' ' plain.ndjson
    echo "-S: $(mlr -S cat | paste -sd ' ')"
    echo "-O: $(mlr -O filter '$user == 7')"
    echo "jq: $(LD_LIBRARY_PATH=$library root/usr/bin/jq -r .user plain.ndjson 2>said | paste -sd ' '), then $(grep -o '[Ii]nvalid.* literal' said)"
    echo "gojq: $(root/usr/bin/gojq -r .user plain.ndjson 2>said | paste -sd ' '), then $(grep -o 'invalid json' said)"
    python3 - <<'END'
import json
for line in open("plain.ndjson"):
    try:
        json.loads(line)
    except json.JSONDecodeError:
        print("python refuses:", line.strip())
END
} >seen
echo "Miller $miller, jq 1.6, gojq 0.12.11"
cat seen
cmp seen - <<'END' || { echo 'changed: a value is written or read otherwise'; exit 1; }
{"user": "alice"} {"user": 1e5} {"user": "007"} {"user": 0xdead} {"user": 0o17} {"user": 0b101} {"user": .5} {"user": 5.} {"user": "bob"}
-S: {"user": "alice"} {"user": "1e5"} {"user": "007"} {"user": "0xdead"} {"user": "0o17"} {"user": "0b101"} {"user": ".5"} {"user": "5."} {"user": "bob"}
-O: {"user": 007}
jq: alice 100000 007, then Invalid numeric literal
gojq: alice 100000 007, then invalid json
python refuses: {"user": 0xdead}
python refuses: {"user": 0o17}
python refuses: {"user": 0b101}
python refuses: {"user": .5}
python refuses: {"user": 5.}
END
