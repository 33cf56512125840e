#!/usr/bin/env bash
# Guess: libraries that find indicators in text find each address that stands there, a full stop or a port behind it, and nothing where none is: a
# version of five numbers, a number above 255, a hardware address.
# Seen: iocextract does not find an address at the end of a sentence, takes a hardware address for IPv6, and of 1.2.3.4.5 the last four numbers; ip-regex
# takes the first four, and of 1.2.3.400 the address 1.2.3.40. ioc-finder finds `::ffff:192` in ::ffff:192.0.2.9, an address of nobody. All
# three make 10.1.2.3 of 010.1.2.3, which inet_aton() reads as 8.1.2.3. Each lists addresses that no line has, ready to be blocked.
#
# Needs python3 with venv, and npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check iocextract==1.16.1 requests==2.34.2 ioc-finder==9.4.1
npm install --silent --no-audit --no-fund --no-save ip-regex@5.0.0 >/dev/null
cat >ask.py <<'END'
import logging, sys
import ioc_finder, iocextract
logging.disable()
for text in sys.stdin.read().splitlines():
    found = ioc_finder.find_iocs(text)
    print(f"{text}: iocextract {sorted({*iocextract.extract_ipv4s(text), *iocextract.extract_ipv6s(text)})}, ioc-finder {sorted(found['ipv4s'] + found['ipv6s'])}")
END
cat >ask.mjs <<'END'
import { readFileSync } from "node:fs";
import ipRegex from "ip-regex";
for (const text of readFileSync(0, "utf8").trim().split("\n")) console.log(`${text}: ip-regex ${JSON.stringify(text.match(ipRegex()) ?? [])}`);
END
cat >texts <<'END'
from 192.0.2.1 port 5
from 192.0.2.2:443, again
refused 192.0.2.3.
version 1.2.3.4.5
1.2.3.400 bytes
from 010.1.2.3
from ::ffff:192.0.2.9 port 5
[2001:db8::1]:443
link 02:00:5e:00:53:01
END
{
    v/bin/python ask.py <texts
    node ask.mjs <texts
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(iocextract|ioc.finder) '
echo 'ip-regex 5.0.0'
cat seen
cmp seen - <<'END' || { echo 'changed: other addresses are found'; exit 1; }
from 192.0.2.1 port 5: iocextract ['192.0.2.1'], ioc-finder ['192.0.2.1']
from 192.0.2.2:443, again: iocextract ['192.0.2.2'], ioc-finder ['192.0.2.2']
refused 192.0.2.3.: iocextract [], ioc-finder ['192.0.2.3']
version 1.2.3.4.5: iocextract ['2.3.4.5'], ioc-finder []
1.2.3.400 bytes: iocextract [], ioc-finder []
from 010.1.2.3: iocextract ['10.1.2.3'], ioc-finder ['10.1.2.3']
from ::ffff:192.0.2.9 port 5: iocextract ['192.0.2.9'], ioc-finder ['192.0.2.9', '::ffff:192']
[2001:db8::1]:443: iocextract ['2001:db8::1'], ioc-finder ['2001:db8::1']
link 02:00:5e:00:53:01: iocextract ['02:00:5e:00:53:01'], ioc-finder []
from 192.0.2.1 port 5: ip-regex ["192.0.2.1"]
from 192.0.2.2:443, again: ip-regex ["192.0.2.2"]
refused 192.0.2.3.: ip-regex ["192.0.2.3"]
version 1.2.3.4.5: ip-regex ["1.2.3.4"]
1.2.3.400 bytes: ip-regex ["1.2.3.40"]
from 010.1.2.3: ip-regex ["10.1.2.3"]
from ::ffff:192.0.2.9 port 5: ip-regex ["::ffff:192.0.2.9"]
[2001:db8::1]:443: ip-regex ["2001:db8::1"]
link 02:00:5e:00:53:01: ip-regex []
END
