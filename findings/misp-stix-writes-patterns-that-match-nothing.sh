#!/usr/bin/env bash
# Guess: the indicators that misp-stix, MISP's own converter, makes of an event match in STIX what the event says: a network (ip-src of 192.0.2.0/24)
# each address in it, as STIX has ISSUBSET for that, and an address with a port (ip-src|port) what comes from that port.
# Seen: a network is compared with `=`, so it matches no address at all, and the port is a text, `= '22'`, where the property is a number, so that nothing
# equals it. A matcher reads both, and says "no match" and nothing else: such an indicator is there and finds nothing. An address alone is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check misp-stix==2026.10.12 pymisp==2.5.34.4 stix2==3.0.2 stix2-patterns==2.1.2
# stix2-matcher has its own environment, in which its own versions of the rest are.
python3 -m venv m
m/bin/pip install -q --disable-pip-version-check stix2-matcher==3.0.0 stix2-patterns==2.1.2
cat >convert.py <<'END'
from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent
event = MISPEvent()
event.info, event.uuid = "guesses", "a6ef17d6-91cb-4a05-b10b-2f045daf874c"
for kind, value in (("ip-src", "192.0.2.7"), ("ip-src", "192.0.2.0/24"), ("ip-src|port", "192.0.2.7|22")):
    event.add_attribute(kind, value, to_ids=True)
parser = MISPtoSTIX21Parser()
parser.parse_misp_event(event)
for item in parser.stix_objects:
    if item.type == "indicator":
        print(item.pattern)
END
cat >match.py <<'END'
import sys
from stix2matcher.matcher import match
same = "a6ef17d6-91cb-4a05-b10b-2f045daf874c"
time = "2026-10-10T13:55:36Z"
traffic = {"type": "network-traffic", "id": "network-traffic--" + same, "spec_version": "2.1", "protocols": ["tcp"],
           "src_ref": "ipv4-addr--" + same, "src_port": 22, "dst_port": 4711}
address = {"type": "ipv4-addr", "id": "ipv4-addr--" + same, "spec_version": "2.1", "value": "192.0.2.7"}
seen = {"type": "observed-data", "id": "observed-data--" + same, "spec_version": "2.1", "created": time, "modified": time, "first_observed": time,
        "last_observed": time, "number_observed": 1, "object_refs": [traffic["id"], address["id"]]}
bundle = {"type": "bundle", "id": "bundle--" + same, "objects": [seen, traffic, address]}
for pattern in sys.stdin.read().splitlines():
    print("match   " if match(pattern, [bundle], stix_version="2.1") else "no match", pattern)
END
{
    v/bin/python convert.py
    echo "[network-traffic:src_ref.value ISSUBSET '192.0.2.0/24']"
    echo "[network-traffic:src_ref.value = '192.0.2.7' AND network-traffic:src_port = 22]"
} >patterns
echo 'misp-stix 2026.10.12, asked with stix2-matcher 3.0.0 of traffic from 192.0.2.7, port 22; the last two are what one would have written'
m/bin/python match.py <patterns 2>&1 | tee seen
cmp seen - <<'END' || { echo 'changed: misp-stix writes other patterns, or stix2-matcher reads them otherwise'; exit 1; }
match    [network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.7']
no match [network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.0/24']
no match [network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '192.0.2.7' AND network-traffic:src_port = '22']
match    [network-traffic:src_ref.value ISSUBSET '192.0.2.0/24']
match    [network-traffic:src_ref.value = '192.0.2.7' AND network-traffic:src_port = 22]
END
