#!/usr/bin/env bash
# Guess: what looks up addresses in prefixes of both families never finds an IPv4 address in an IPv6 prefix, nor the other way round: `32.1.13.184` is not
# in 2001:db8::/32, though its 32 bits are the same.
# Seen: pytricia finds it there, in a trie for IPv6 and in the default one; ip-cidr says that it is contained, and that 0.0.0.0/0 holds every IPv6
# address and ::/0 every IPv4 one. maxmind, asked for an IPv6 address in a file that has IPv4 alone, answers with the record of the IPv4
# network of the same first bits. So an allow list, a block list or an autonomous system is that of somebody else. py-radix-sr and
# cidr-tools keep the families apart; the maxminddb of Python refuses the question.
#
# Needs python3 with venv, a C compiler, and npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pytricia==1.3.0 py-radix-sr==1.0.2 mmdb_writer==0.2.7 maxminddb==3.2.0 netaddr==1.3.0
npm install --silent --no-audit --no-fund --no-save ip-cidr@4.0.2 cidr-tools@11.3.2 maxmind@5.0.7 >/dev/null
cat >ask.py <<'END'
import maxminddb, mmdb_writer, netaddr, pytricia, radix
for name, trie in (("PyTricia(128)", pytricia.PyTricia(128)), ("PyTricia()", pytricia.PyTricia())):
    trie["2001:db8::/32"] = "six"
    print(f"{name}: 32.1.13.184 {trie.get('32.1.13.184')}, 192.0.2.1 {trie.get('192.0.2.1')}")
tree = radix.Radix()
tree.add("2001:db8::/32")
print(f"radix: 32.1.13.184 {tree.search_best('32.1.13.184')}")
writer = mmdb_writer.MMDBWriter(ip_version=4)
writer.insert_network(netaddr.IPSet(["192.0.2.0/24"]), {"asn": 64500})
writer.to_db_file("four.mmdb")
try:
    found = maxminddb.open_database("four.mmdb").get("c000:201::1")
except ValueError:
    found = "ValueError"
print(f"maxminddb: c000:201::1 {found}")
END
cat >ask.mjs <<'END'
import { readFileSync } from "node:fs";
import IPCIDR from "ip-cidr";
import { containsCidr } from "cidr-tools";
import { Reader } from "maxmind";
for (const [prefix, address] of [["2001:db8::/32", "32.1.13.184"], ["0.0.0.0/0", "2001:db8::1"], ["::/0", "192.0.2.1"], ["192.0.2.0/24", "198.51.100.1"]])
  console.log(`${address} in ${prefix}: ip-cidr ${new IPCIDR(prefix).contains(address)}, cidr-tools ${containsCidr(prefix, address)}`);
console.log("maxmind: c000:201::1", JSON.stringify(new Reader(readFileSync("four.mmdb")).get("c000:201::1")));
END
{
    v/bin/python ask.py
    node ask.mjs
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -iE '^(pytricia|py-radix|maxminddb) '
npm ls --depth 0 --parseable --long 2>/dev/null | sed -nE 's/.*:((ip-cidr|cidr-tools|maxmind)@[0-9.]+).*/\1/p'
cat seen
cmp seen - <<'END' || { echo 'changed: an address is found elsewhere'; exit 1; }
PyTricia(128): 32.1.13.184 six, 192.0.2.1 None
PyTricia(): 32.1.13.184 six, 192.0.2.1 None
radix: 32.1.13.184 None
maxminddb: c000:201::1 ValueError
32.1.13.184 in 2001:db8::/32: ip-cidr true, cidr-tools false
2001:db8::1 in 0.0.0.0/0: ip-cidr true, cidr-tools false
192.0.2.1 in ::/0: ip-cidr true, cidr-tools false
198.51.100.1 in 192.0.2.0/24: ip-cidr false, cidr-tools false
maxmind: c000:201::1 {"asn":64500}
END
