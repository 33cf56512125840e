#!/usr/bin/env bash
# Guess: what is no dotted quad (`10.1`, cut off in a list) is refused by programs that block addresses, or read by all of them alike; a zero in front
# (`010.0.0.1`, as logs that align addresses write it) changes nothing.
# Seen: iptables takes 10.1 for 10.1.0.0, ipset for 10.0.0.1, nft refuses it. Of 192.0.2 iptables makes 192.0.2.0, ipset 192.0.0.2. With a length
# iptables and ipset differ again: 192.0.2/24. A zero in front is octal for all three: 010.0.0.1 blocks 8.0.0.1, which is somebody else's,
# and exit status is 0 each time.
#
# Needs Debian or Ubuntu with apt's lists, and unshare; installs nothing on the machine: the packages are unpacked to a temporary folder, and
# the rules and sets are in a network namespace of their own.
set -euo pipefail
if [ "${1:-}" != inside ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    (
        cd "$made"
        apt-get download -qq {nftables,libnftables1}=1.0.6-2+deb12u2 {iptables,libxtables12}=1.8.9-2 {ipset,libipset13}=7.17-1 libnftnl11 libmnl0 libjansson4 \
            libedit2 libbsd0 2>/dev/null
        for package in *.deb; do dpkg -x "$package" root; done
    )
    if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
    unshare "$flags" "$BASH" "$0" inside "$made"
    exit
fi
cd "$2"
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library XTABLES_LIBDIR=$library/xtables PATH=$PWD/root/usr/sbin:$PWD/root/sbin:$PATH
iptables() { xtables-nft-multi iptables "$@"; }
blocked_by_iptables() {
    iptables -F INPUT
    if iptables -A INPUT -s "$1" -j DROP 2>>errors; then iptables -S INPUT | sed -nE 's/^-A INPUT -s ([^ ]+) -j DROP$/\1/p'; else echo refused; fi
}
blocked_by_ipset() {
    ipset create s hash:net
    if ipset add s "$1" 2>>errors; then ipset list s | sed '1,/^Members:$/d'; else echo refused; fi
    ipset destroy s
}
blocked_by_nft() {
    nft add table ip t
    nft add set ip t s '{ type ipv4_addr; flags interval; }'
    if nft add element ip t s "{ $1 }" 2>>errors; then nft list set ip t s | sed -nE 's/.*elements = \{ (.*) \}$/\1/p'; else echo refused; fi
    nft delete table ip t
}
for address in 192.0.2.9 10.1 192.0.2 192.0.2/24 10.1/16 010.0.0.1; do
    echo "$address: iptables $(blocked_by_iptables "$address"), ipset $(blocked_by_ipset "$address"), nft $(blocked_by_nft "$address")"
done >seen
iptables --version
ipset version | head -1
nft --version
cat seen
cmp seen - <<'END' || { echo 'changed: one of the three reads something else'; exit 1; }
192.0.2.9: iptables 192.0.2.9/32, ipset 192.0.2.9, nft 192.0.2.9
10.1: iptables 10.1.0.0/32, ipset 10.0.0.1, nft refused
192.0.2: iptables 192.0.2.0/32, ipset 192.0.0.2, nft refused
192.0.2/24: iptables 192.0.2.0/24, ipset 192.0.0.0/24, nft refused
10.1/16: iptables 10.1.0.0/16, ipset 10.0.0.0/16, nft refused
010.0.0.1: iptables 8.0.0.1/32, ipset 8.0.0.1, nft 8.0.0.1
END
