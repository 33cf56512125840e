#!/usr/bin/env bash
# Guess: a library that turns ranges into CIDR blocks gives blocks that hold the range and nothing else: as many as that takes.
# Seen: cidrize by default gives the one block that holds all of it: 192.0.2.5-192.0.2.200 is 192.0.2.0/24 (256 addresses for 196), and a range of two
# that lies across a boundary, 192.0.2.127-192.0.2.128, is all 256. What is blocked by its output is blocked for neighbours too.
# strict=True gives the exact blocks. A list with a comma is exact in both.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check cidrize==3.1.0
cat >ask.py <<'END'
from cidrize import cidrize
for text in ("192.0.2.5-192.0.2.200", "192.0.2.127-192.0.2.128", "192.0.2.127,192.0.2.128", "2001:db8::ffff-2001:db8::1:0"):
    for strict in (False, True):
        blocks = cidrize(text, strict=strict)
        print(f"{text}, strict {strict}: {sum(block.size for block in blocks)} addresses, {' '.join(map(str, blocks[:3]))}")
END
v/bin/python ask.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep '^cidrize '
cat seen
cmp seen - <<'END' || { echo 'changed: other blocks'; exit 1; }
192.0.2.5-192.0.2.200, strict False: 256 addresses, 192.0.2.0/24
192.0.2.5-192.0.2.200, strict True: 196 addresses, 192.0.2.5/32 192.0.2.6/31 192.0.2.8/29
192.0.2.127-192.0.2.128, strict False: 256 addresses, 192.0.2.0/24
192.0.2.127-192.0.2.128, strict True: 2 addresses, 192.0.2.127/32 192.0.2.128/32
192.0.2.127,192.0.2.128, strict False: 2 addresses, 192.0.2.127/32 192.0.2.128/32
192.0.2.127,192.0.2.128, strict True: 2 addresses, 192.0.2.127/32 192.0.2.128/32
2001:db8::ffff-2001:db8::1:0, strict False: 131072 addresses, 2001:db8::/111
2001:db8::ffff-2001:db8::1:0, strict True: 2 addresses, 2001:db8::ffff/128 2001:db8::1:0/128
END
