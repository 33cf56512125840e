#!/usr/bin/env bash
# Guess: a file for addresses is made of networks in any order: the longest prefix that holds an address gives its record; and each record has the values
# that were put in.
# Seen: mmdb_writer lets a network that comes later wipe out all smaller ones inside it, so a list that is not sorted (or sorted by size) loses them
# without a word. A record whose values are equal in Python's sense to an earlier one is written as that one: {"threat": True} becomes
# {"threat": 1}, or 1 becomes True, as the network of the lower address had it. Readers that ask for the type of the value then find none.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check mmdb_writer==0.2.7 netaddr==1.3.0 maxminddb==3.2.0
cat >ask.py <<'END'
import maxminddb, mmdb_writer, netaddr
def told(name, entries, *asked):
    writer = mmdb_writer.MMDBWriter(ip_version=4)
    for network, record in entries:
        writer.insert_network(netaddr.IPSet([network]), record)
    writer.to_db_file("test.mmdb")
    with maxminddb.open_database("test.mmdb") as database:
        print(f"{name}:", *[database.get(address) for address in asked])
wide, narrow = ("192.0.0.0/16", {"name": "wide"}), ("192.0.2.0/24", {"name": "narrow"})
told("wide, narrow", [wide, narrow], "192.0.2.1", "192.0.3.1")
told("narrow, wide", [narrow, wide], "192.0.2.1", "192.0.3.1")
for first, second in ((1, True), (True, 1)):
    told(f"{first}, {second}", [("192.0.2.0/24", {"threat": first}), ("198.51.100.0/24", {"threat": second})], "192.0.2.1", "198.51.100.1")
END
v/bin/python ask.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -i '^mmdb.writer '
cat seen
cmp seen - <<'END' || { echo 'changed: the file has other records'; exit 1; }
wide, narrow: {'name': 'narrow'} {'name': 'wide'}
narrow, wide: {'name': 'wide'} {'name': 'wide'}
1, True: {'threat': 1} {'threat': 1}
True, 1: {'threat': True} {'threat': True}
END
