#!/usr/bin/env bash
# Guess: a pattern that asks whether an address is in a network, `[ipv6-addr:value ISSUBSET '2001:db8::/32']`, is as good as one for IPv4, as STIX
# says; and where a pattern has both, the half that does not fit does no harm.
# Seen: stix2-matcher of OASIS ends with "Invalid IPv4 address" at the first IPv6 address that it meets, in the pattern for IPv6 and in one with OR for
# both families: one observation of an IPv6 host, and nothing that comes behind it is matched. `= '2001:db8::1'` works and goes by spelling:
# 2001:DB8::1 is another address, as Example.com is another domain. A network without a length, one address, it refuses as well.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check stix2-matcher==3.0.0 stix2-patterns==2.1.2
cat >try.py <<'END'
from stix2matcher.matcher import match
def observed(kind, value):
    about = {"spec_version": "2.1", "created": "2026-10-10T00:00:00Z", "modified": "2026-10-10T00:00:00Z", "first_observed": "2026-10-10T00:00:00Z",
             "last_observed": "2026-10-10T00:00:00Z", "number_observed": 1}
    name = kind + "--00000000-0000-4000-8000-000000000002"
    return {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [
        {"type": "observed-data", "id": "observed-data--00000000-0000-4000-8000-000000000001", **about, "object_refs": [name]},
        {"type": kind, "spec_version": "2.1", "id": name, "value": value}]}
four, six = ("ipv4-addr", "192.0.2.1"), ("ipv6-addr", "2001:db8::1")
for pattern, *seen in (("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", four), ("[ipv6-addr:value ISSUBSET '2001:db8::/32']", six),
                       ("[ipv4-addr:value ISSUBSET '192.0.2.0/24' OR ipv6-addr:value ISSUBSET '2001:db8::/32']", six, four),
                       ("[ipv4-addr:value ISSUBSET '192.0.2.1']", four), ("[ipv6-addr:value = '2001:db8::1']", six),
                       ("[ipv6-addr:value = '2001:db8::1']", ("ipv6-addr", "2001:DB8::1")),
                       ("[domain-name:value = 'example.com']", ("domain-name", "Example.com"))):
    try:
        found = f"{len(match(pattern, [observed(*one) for one in seen], stix_version='2.1'))} found"
    except Exception as refused:
        found = f"{type(refused).__name__}: {refused}"
    print(pattern, *[value for _, value in seen], found, sep=" | ")
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^stix2-'
cat seen
cmp seen - <<'END' || { echo 'changed: something else is matched'; exit 1; }
[ipv4-addr:value ISSUBSET '192.0.2.0/24'] | 192.0.2.1 | 1 found
[ipv6-addr:value ISSUBSET '2001:db8::/32'] | 2001:db8::1 | MatcherException: Invalid IPv4 address: 2001:db8::1
[ipv4-addr:value ISSUBSET '192.0.2.0/24' OR ipv6-addr:value ISSUBSET '2001:db8::/32'] | 2001:db8::1 | 192.0.2.1 | MatcherException: Invalid IPv4 address: 2001:db8::1
[ipv4-addr:value ISSUBSET '192.0.2.1'] | 192.0.2.1 | MatcherException: Invalid CIDR subnet: 192.0.2.1
[ipv6-addr:value = '2001:db8::1'] | 2001:db8::1 | 1 found
[ipv6-addr:value = '2001:db8::1'] | 2001:DB8::1 | 0 found
[domain-name:value = 'example.com'] | Example.com | 0 found
END
