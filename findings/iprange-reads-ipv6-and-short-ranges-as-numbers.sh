#!/usr/bin/env bash
# Guess: what merges lists of addresses, for IPv4 alone, refuses a line with an IPv6 prefix or leaves it out; and of `192.0.2.1-7`, as nmap and many
# lists write seven addresses, it makes those or nothing.
# Seen: iprange takes the digits in front of the colon for a number and that for an address: 2001:db8::/32 adds 0.0.7.209 to the list. It says "Ignoring
# text" on standard error, and exit status is 0. Of 192.0.2.1-7 it makes all from 0.0.0.7 to 192.0.2.1, three quarters of the Internet, without a
# word: the 7 is a number too, and the ends are put in order. A list so merged blocks nearly everybody. 192.0.2.1-192.0.2.7 is right.
#
# Needs Debian 12 with apt's lists, unshare, and python3; installs nothing on the machine: the package is unpacked to a temporary folder. iprange runs
# in a network namespace without a network, since it asks DNS about what it cannot read.
set -euo pipefail
iprange=1.0.4+ds-2
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "iprange=$iprange" 2>/dev/null
dpkg -x ./*.deb root
if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
for line in 192.0.2.5/24 192.0.2.1-192.0.2.7 2001:db8::/32 2001:db8::1 192.0.2.1-7; do
    status=0
    printf '%s\n' "$line" | unshare "$flags" root/usr/bin/iprange >merged 2>said || status=$?
    first=$(head -n 1 merged) last=$(tail -n 1 merged)
    held=$(python3 -c 'import ipaddress, sys; print(sum(ipaddress.ip_network(block.strip()).num_addresses for block in sys.stdin))' <merged)
    echo "$line: from $first to $last, $held addresses; status $status, $(grep -c . said) lines of complaint"
done >seen
echo "iprange $iprange"
cat seen
cmp seen - <<'END' || { echo 'changed: a line adds other addresses'; exit 1; }
192.0.2.5/24: from 192.0.2.0/24 to 192.0.2.0/24, 256 addresses; status 0, 0 lines of complaint
192.0.2.1-192.0.2.7: from 192.0.2.1 to 192.0.2.4/30, 7 addresses; status 0, 0 lines of complaint
2001:db8::/32: from 0.0.7.209 to 0.0.7.209, 1 addresses; status 0, 2 lines of complaint
2001:db8::1: from 0.0.7.209 to 0.0.7.209, 1 addresses; status 0, 2 lines of complaint
192.0.2.1-7: from 0.0.0.7 to 192.0.2.0/31, 3221225979 addresses; status 0, 0 lines of complaint
END
