#!/usr/bin/env bash
# Guess: %{IP:client} of Grok takes the whole of an address where one stands, of either family: what else is there to a pattern for addresses.
# Seen: of ::ffff:192.0.2.7, as a server on a socket for both families logs a client with IPv4, pygrok takes `::ffff:192`, which is an address too, of
# nobody: of the ways to write an IPv6 address its pattern tries that without dots first, and stops there when nothing has to follow. So
# `from %{IP:client}` gives a wrong address, the same for all that begin with 192, and `from %{IP:client} port`, or a pattern for the
# whole line, as for access logs, the right one. Plain IPv4 and IPv6 are right in each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pygrok==1.0.0
cat >read.py <<'END'
from pygrok import Grok
for pattern in ("from %{IP:client}", "from %{IPORHOST:client}", "from %{IP:client} port"):
    for client in ("192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"):
        line = f"Failed password for root from {client} port 4711 ssh2"
        print(f"{pattern}: {client} is {Grok(pattern).match(line)['client']}")
END
echo 'pygrok 1.0.0'
v/bin/python -W ignore read.py | tee seen
cmp seen - <<'END' || { echo 'changed: pygrok finds another address'; exit 1; }
from %{IP:client}: 192.0.2.7 is 192.0.2.7
from %{IP:client}: 2001:db8::7 is 2001:db8::7
from %{IP:client}: ::ffff:192.0.2.7 is ::ffff:192
from %{IPORHOST:client}: 192.0.2.7 is 192.0.2.7
from %{IPORHOST:client}: 2001:db8::7 is 2001:db8::7
from %{IPORHOST:client}: ::ffff:192.0.2.7 is ::ffff:192
from %{IP:client} port: 192.0.2.7 is 192.0.2.7
from %{IP:client} port: 2001:db8::7 is 2001:db8::7
from %{IP:client} port: ::ffff:192.0.2.7 is ::ffff:192.0.2.7
END
