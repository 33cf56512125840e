#!/usr/bin/env bash
# Guess: maxminddb of Python answers the same with its C extension and without it; which of the two one has depends on how it was installed.
# Seen: with the extension (the wheels) 192.0.2.010 is looked up as 192.0.2.8 and 192.514 as 192.0.2.2; without it both are a ValueError. An
# address with a zone (2001:db8::1%eth0) is a ValueError with the extension, and found without it. So the same script over the same log
# names another network, or stops, on the next machine.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check --only-binary maxminddb maxminddb==3.2.0 mmdb_writer==0.2.7 netaddr==1.3.0
cat >ask.py <<'END'
import maxminddb, mmdb_writer, netaddr
writer = mmdb_writer.MMDBWriter(ip_version=6, ipv4_compatible=True)
for network in ("192.0.2.2/32", "192.0.2.8/32", "192.0.2.10/32", "2001:db8::/32"):
    writer.insert_network(netaddr.IPSet([network]), {"network": network})
writer.to_db_file("test.mmdb")
for name, mode in (("extension", maxminddb.MODE_MMAP_EXT), ("Python", maxminddb.MODE_MMAP)):
    with maxminddb.open_database("test.mmdb", mode) as database:
        for address in ("192.0.2.10", "192.0.2.010", "192.514", "2001:db8::1%eth0"):
            try:
                found = database.get(address)["network"]
            except ValueError:
                found = "ValueError"
            print(f"{name}: {address} {found}")
END
v/bin/python ask.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep '^maxminddb '
cat seen
cmp seen - <<'END' || { echo 'changed: an address is read otherwise'; exit 1; }
extension: 192.0.2.10 192.0.2.10/32
extension: 192.0.2.010 192.0.2.8/32
extension: 192.514 192.0.2.2/32
extension: 2001:db8::1%eth0 ValueError
Python: 192.0.2.10 192.0.2.10/32
Python: 192.0.2.010 ValueError
Python: 192.514 ValueError
Python: 2001:db8::1%eth0 2001:db8::/32
END
