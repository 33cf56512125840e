#!/usr/bin/env bash
# Guess: a library that looks up addresses of both families reads ::ffff:203.0.113.9, as a server on a socket for both logs a client with IPv4, as
# 203.0.113.9, or does not know it; a range that it answers with holds the address.
# Seen: geoip2fast answers for any such client "Reserved for broadcast", network 255.255.255.255/32, and is_private is True: what leaves out private
# addresses leaves out everybody who came over IPv4. ::1 and any other address below 2^32 is what its number is in IPv4: ::c000:201 is in 192.0.2.0/24.
# There is no error. Take the IPv4 address out of a mapped one before it is looked up.
#
# Needs python3 with venv; the packages are installed to a temporary folder, with the data that they ship.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check geoip2fast==1.2.2
cat >try.py <<'END'
from geoip2fast import GeoIP2Fast
known = GeoIP2Fast()
for address in ("192.0.2.1", "203.0.113.9", "::ffff:192.0.2.1", "::ffff:203.0.113.9", "::ffff:198.51.100.7", "::1", "::c000:201", "2001:db8::1"):
    read = known.lookup(address)
    print(address, read.country_name, read.cidr, f"private: {read.is_private}", sep=" | ")
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^geoip2fast '
cat seen
cmp seen - <<'END' || { echo 'changed: another range is found'; exit 1; }
192.0.2.1 | Reserved for TEST-NET | 192.0.2.0/24 | private: True
203.0.113.9 | <not found in database> |  | private: False
::ffff:192.0.2.1 | Reserved for broadcast | 255.255.255.255/32 | private: True
::ffff:203.0.113.9 | Reserved for broadcast | 255.255.255.255/32 | private: True
::ffff:198.51.100.7 | Reserved for broadcast | 255.255.255.255/32 | private: True
::1 | Reserved for self identification | 0.0.0.0/8 | private: True
::c000:201 | Reserved for TEST-NET | 192.0.2.0/24 | private: True
2001:db8::1 | <not found in database> |  | private: False
END
