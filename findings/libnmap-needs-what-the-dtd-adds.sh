#!/usr/bin/env bash
# Guess: python-libnmap reads any document that is valid by nmap's DTD, with what the DTD says an absent attribute is; and of a host's ports it
# keeps how many were left out in each state.
# Seen: `<address addr="192.0.2.1"/>`, whose addrtype is ipv4 by the DTD, ends the run with a KeyError, since its parser reads no DTD; so does
# a document type that names nmap.dtd. Of several `<extraports>`, as nmap itself writes them where some ports are closed and others filtered,
# it keeps the last: 5 closed and 2 filtered ports are 2 filtered ones.
#
# Needs python3 with venv; the packages are installed to a temporary folder. The DTD here has the elements in question, as nmap 7.93 has them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check python-libnmap==0.7.3 lxml==6.1.3
cd "$folder"
cat >nmap.dtd <<'DTD'
<!ELEMENT nmaprun (verbose, debugging, host*, runstats)>
<!ATTLIST nmaprun scanner (nmap) #REQUIRED version CDATA #REQUIRED xmloutputversion CDATA #REQUIRED>
<!ELEMENT verbose EMPTY> <!ATTLIST verbose level CDATA #IMPLIED>
<!ELEMENT debugging EMPTY> <!ATTLIST debugging level CDATA #IMPLIED>
<!ELEMENT host (status, address, ports)>
<!ELEMENT status EMPTY> <!ATTLIST status state CDATA #REQUIRED reason CDATA #REQUIRED reason_ttl CDATA #REQUIRED>
<!ELEMENT address EMPTY> <!ATTLIST address addr CDATA #REQUIRED addrtype (ipv4 | ipv6 | mac) "ipv4">
<!ELEMENT ports (extraports*)>
<!ELEMENT extraports EMPTY> <!ATTLIST extraports state CDATA #REQUIRED count CDATA #REQUIRED>
<!ELEMENT runstats (finished, hosts)>
<!ELEMENT finished EMPTY> <!ATTLIST finished time CDATA #REQUIRED elapsed CDATA #REQUIRED>
<!ELEMENT hosts EMPTY> <!ATTLIST hosts up CDATA #REQUIRED down CDATA #REQUIRED total CDATA #REQUIRED>
DTD
cat >try.py <<'PY'
from libnmap.parser import NmapParser
from lxml import etree
dtd = etree.DTD("nmap.dtd")
def scan(address, ports, doctype="<!DOCTYPE nmaprun>"):
    return f"""{doctype}<nmaprun scanner="nmap" version="7.93" xmloutputversion="1.05"><verbose/><debugging/><host>
<status state="up" reason="user-set" reason_ttl="0"/>{address}<ports>{ports}</ports></host>
<runstats><finished time="1775977201" elapsed="1"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>"""
named = '<!DOCTYPE nmaprun SYSTEM "nmap.dtd">'
both = '<extraports state="closed" count="5"/><extraports state="filtered" count="2"/>'
for name, xml in (
    ("addrtype", scan('<address addr="192.0.2.1" addrtype="ipv4"/>', both)),
    ("no addrtype", scan('<address addr="192.0.2.1"/>', "")),
    ("no addrtype, DTD named", scan('<address addr="192.0.2.1"/>', "", named)),
):
    valid = dtd.validate(etree.fromstring(xml))
    try:
        (host,) = NmapParser.parse(xml).hosts
        read = f"{host.address}, ports left out: {host._extras['extraports']['state']}"
    except KeyError as missing:
        read = f"KeyError: {missing}"
    print(f"{name}: valid {valid}; {read}")
PY
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -i libnmap
v/bin/python try.py | tee seen
cmp seen - <<'END' || { echo 'changed: python-libnmap reads something else'; exit 1; }
addrtype: valid True; 192.0.2.1, ports left out: {'state': 'filtered', 'count': '2'}
no addrtype: valid True; KeyError: 'addrtype'
no addrtype, DTD named: valid True; KeyError: 'addrtype'
END
