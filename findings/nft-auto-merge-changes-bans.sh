#!/usr/bin/env bash
# Guess: in an nftables set with `flags interval,timeout; auto-merge` each element keeps the timeout that it was added with: merging is for how the
# set is stored and listed. And what was added can be deleted.
# Seen: a network banned for an hour is banned for five once its neighbour is banned for five; two that were to end after five hours end after one if
# the one-hour ban came last. An address added for nine hours that lies in a network of the set is dropped without a word, exit status 0, and
# ends with the network. Of two neighbours that were merged neither can be deleted by what it was added as, nor an address taken out.
#
# Needs Debian or Ubuntu with apt's lists, and unshare; installs nothing on the machine: the packages are unpacked to a temporary folder, and
# the sets are in a network namespace of their own.
set -euo pipefail
if [ "${1:-}" != inside ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    (
        cd "$made"
        apt-get download -qq {nftables,libnftables1}=1.0.6-2+deb12u2 libnftnl11=1.2.4-2 libxtables12 libmnl0 libjansson4 libedit2 libbsd0 2>/dev/null
        for package in *.deb; do dpkg -x "$package" root; done
    )
    if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
    unshare "$flags" "$BASH" "$0" inside "$made"
    exit
fi
cd "$2"
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library
nft() { root/usr/sbin/nft "$@"; }
add() { nft add element ip t "$set" "{ $* }" && status=$? || status=$?; }
# The elements with the hours for which they were added; what is left of them is not shown.
listed() { nft list set ip t "$set" | tr -d '\n\t' | sed -nE 's/.*elements = \{ (.*[^ }]) *\}+$/\1/p' | sed -E 's/ expires [0-9a-z]+//g; s/  +/ /g'; }
nft add table ip t
for set in longer shorter lost; do nft add set ip t "$set" '{ type ipv4_addr; flags interval,timeout; auto-merge; }'; done
nft add set ip t plain '{ type ipv4_addr; flags interval; auto-merge; }'
{
    set=longer
    add 192.0.2.0/24 timeout 1h
    add 192.0.3.0/24 timeout 5h
    echo "1h, its neighbour 5h: $(listed)"
    set=shorter
    add 192.0.2.0/24 timeout 5h
    add 192.0.3.0/24 timeout 1h
    echo "5h, its neighbour 1h: $(listed)"
    set=lost
    add 192.0.2.0/24 timeout 5h
    add 192.0.2.7 timeout 9h
    echo "5h, an address in it 9h (status $status): $(listed)"
    set=plain
    add 198.51.100.1
    add 198.51.100.2
    for element in 198.51.100.1 198.51.100.2; do
        nft delete element ip t plain "{ $element }" 2>errors && echo "$element: deleted" || echo "$element: $(head -1 errors)"
    done
    echo "left: $(listed)"
} >seen
nft --version
cat seen
cmp seen - <<'END' || { echo 'changed: merging makes something else of these elements'; exit 1; }
1h, its neighbour 5h: 192.0.2.0/23 timeout 5h
5h, its neighbour 1h: 192.0.2.0/23 timeout 1h
5h, an address in it 9h (status 0): 192.0.2.0/24 timeout 5h
198.51.100.1: Error: element does not exist
198.51.100.2: Error: element does not exist
left: 198.51.100.1-198.51.100.2
END
