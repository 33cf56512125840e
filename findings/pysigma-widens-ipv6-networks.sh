#!/usr/bin/env bash
# Guess: `c-ip|cidr: 2001:db8:a::/64` of a Sigma rule matches what lies in that network, in a query language that knows no networks too: pySigma writes
# patterns for these that come to the same, as it does for IPv4.
# Seen: for IPv6 it cuts the text of the network where its first and last address, both as short as they can be written, begin to differ. Where zeros are
# left out in front of that place, the pattern is that of a larger network: 2001:db8:a::/64 becomes `2001:db8:a:%`, the whole /48 around it,
# 2001:db8::/48 becomes `2001:db8:%`, a /32, and of 2001:db8:10::/44 comes `2001:db8:1%`, which 2001:db8:1:: and 2001:db8:100:: match as well.
# There is no warning. A network with no zeros in that place, as one has in an example, is right, and so is IPv4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pySigma==1.5.1 pySigma-backend-sqlite==2.0.0
cat >query.py <<'END'
import ipaddress, sqlite3
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
clients = ["192.0.2.7", "192.0.3.7", "198.51.100.7", "2001:db8::7", "2001:db8:1::7", "2001:db8:a::7", "2001:db8:a:1::7", "2001:db8:a:b:c::7",
           "2001:db8:10::7", "2001:db8:100::7", "2001:db8:1f::7", "2001:db8:ffff::7"]
database = sqlite3.connect(":memory:")
database.execute('CREATE TABLE logs ("c-ip")')
database.executemany("INSERT INTO logs VALUES (?)", ([client] for client in clients))
for network in ("192.0.2.0/23", "2001:db8:a:b::/64", "2001:db8:a::/64", "2001:db8::/48", "2001:db8:10::/44"):
    rule = f"""{{title: x, status: test, logsource: {{category: webserver}},
        detection: {{selection: {{"c-ip|cidr": "{network}"}}, condition: selection}}}}"""
    [query] = sqliteBackend().convert(SigmaCollection.from_yaml(rule))
    found = [row[0] for row in database.execute(query)]
    inside = [client for client in clients if ipaddress.ip_address(client) in ipaddress.ip_network(network)]
    print(network, "is", query.partition("WHERE ")[2].replace(" ESCAPE '\\'", ""))
    print(f"    {len(inside)} inside, {len(found)} found, outside:", *[client for client in found if client not in inside])
END
echo 'pySigma 1.5.1 with its backend for SQLite 2.0.0'
v/bin/python query.py 2>&1 | tee seen
cmp seen - <<'END' || { echo 'changed: the patterns match something else'; exit 1; }
192.0.2.0/23 is `c-ip` LIKE '192.0.2.%' OR `c-ip` LIKE '192.0.3.%'
    2 inside, 2 found, outside:
2001:db8:a:b::/64 is `c-ip` LIKE '2001:db8:a:b:%'
    1 inside, 1 found, outside:
2001:db8:a::/64 is `c-ip` LIKE '2001:db8:a:%'
    1 inside, 3 found, outside: 2001:db8:a:1::7 2001:db8:a:b:c::7
2001:db8::/48 is `c-ip` LIKE '2001:db8:%'
    1 inside, 9 found, outside: 2001:db8:1::7 2001:db8:a::7 2001:db8:a:1::7 2001:db8:a:b:c::7 2001:db8:10::7 2001:db8:100::7 2001:db8:1f::7 2001:db8:ffff::7
2001:db8:10::/44 is `c-ip` LIKE '2001:db8:1%'
    2 inside, 4 found, outside: 2001:db8:1::7 2001:db8:100::7
END
