#!/usr/bin/env bash
# Guess: in STIX 2.1 the identifier of an address is made of its value, so that two producers name the same address alike; a library that makes
# it, and the validator of OASIS, see to it that the value is an address in one spelling.
# Seen: stix2 makes `ipv6-addr` of any text, `not an address` too, and gives 2001:db8::1, 2001:DB8::1 and 2001:db8:0::1 three identifiers: the
# same host is three objects in a platform that joins by identifier. The validator takes all three, and one with a zone (fe80::1%eth0), which
# is no address outside of one machine. A bundle without objects, which the standard allows and the validator takes, stix2 cannot read: KeyError.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check stix2==3.0.2 stix2-validator==3.3.2
cd "$folder"
cat >try.py <<'PY'
import ipaddress, stix2, stix2validator
def is_valid(text):
    return stix2validator.validate_string(text, stix2validator.ValidationOptions(version="2.1")).is_valid
for value in ("2001:db8::1", "2001:DB8::1", "2001:db8:0::1", "fe80::1%eth0", "not an address"):
    made = stix2.IPv6Address(value=value)
    print(f"{value}: {made.id.split('--')[1][:8]}, valid {is_valid(made.serialize())}")
assert len({ipaddress.ip_address(text) for text in ("2001:db8::1", "2001:DB8::1", "2001:db8:0::1")}) == 1
empty = '{"type":"bundle","id":"bundle--27cd758d-1ccb-4f84-99fd-14d8078d9017"}'
try:
    read = stix2.parse(empty)
except KeyError as missing:
    read = f"KeyError: {missing}"
print(f"a bundle without objects: valid {is_valid(empty)}; {read}")
PY
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -i '^stix2'
v/bin/python try.py | tee seen
cmp seen - <<'END' || { echo 'changed: the libraries see something else'; exit 1; }
2001:db8::1: 6469e3a9, valid True
2001:DB8::1: 3178e165, valid True
2001:db8:0::1: 162f0b25, valid True
fe80::1%eth0: 7e567dfb, valid True
not an address: 3edf5f75, valid False
a bundle without objects: valid True; KeyError: 'objects'
END
