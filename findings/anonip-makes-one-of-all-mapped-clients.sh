#!/usr/bin/env bash
# Guess: a program that takes the last bits off the addresses in an access log takes as many off ::ffff:203.0.113.9, as a server on a socket for
# both families logs a client with IPv4, as off 203.0.113.9: those of the address inside.
# Seen: anonip takes it for IPv6 and off it the last 84 bits, all of the address: every client with IPv4 is `::`. A site has one visitor then,
# and no network that it comes from. --ipv4mask does nothing for these, and there is no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check anonip==1.1.0
cat >access.log <<'END'
203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 5
2001:db8:a:b::7 - - [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 200 5
::ffff:203.0.113.9 - - [10/Oct/2026:13:55:37 +0000] "GET /a HTTP/1.1" 200 5
::ffff:198.51.100.7 - - [10/Oct/2026:13:55:38 +0000] "GET /a HTTP/1.1" 200 5
END
echo 'anonip 1.1.0'
{
    v/bin/anonip <access.log 2>&1
    v/bin/anonip --ipv4mask 8 --ipv6mask 64 <access.log 2>&1
} | tee seen
cut -d ' ' -f 1 seen | cmp - <(printf '%s\n' 203.0.112.0 2001:db8:: :: :: 203.0.113.0 2001:db8:a:b:: :: ::) && exit
echo 'changed: anonip makes other addresses of these'
exit 1
