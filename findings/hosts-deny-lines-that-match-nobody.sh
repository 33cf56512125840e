#!/usr/bin/env bash
# Guess: /etc/hosts.deny takes an address of either family as it is written everywhere, and a network as every firewall does, with what is not its base
# masked; what it cannot read it names.
# Seen: `ALL: 2001:db8::1`, which any script makes that puts an address behind the colon, denies nobody: the colons end the field, and what follows is an
# option or a command. It must be [2001:db8::1]. `192.0.2.5/24` and `192.0.2` deny nobody either, `192.0.2.` (with a full stop), 192.0.2.0/24 and
# 192.0.2.5/32 do; a range does not. tcpdmatch says "granted" and no word of a line that it cannot use.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder. Nothing connects: tcpdmatch says
# what would be done.
set -euo pipefail
tcpd=7.6.q-32
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq {tcpd,libwrap0}="$tcpd" libnsl2 libtirpc3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/{usr/,}lib/*-linux-gnu | tr ' ' ':')
: >hosts.allow
while read -r line client; do
    echo "ALL: $line" >hosts.deny
    told=$(LD_LIBRARY_PATH=$library root/usr/sbin/tcpdmatch -d sshd "$client" 2>&1)
    echo "$line: $client is $(sed -nE 's/^access: +//p' <<<"$told"), $(grep -ciE 'warn|error|cannot' <<<"$told") warnings"
done >seen <<'END'
192.0.2.5 192.0.2.5
192.0.2.0/24 192.0.2.5
192.0.2. 192.0.2.5
192.0.2.5/32 192.0.2.5
[2001:db8::1] 2001:db8::1
[2001:db8::]/32 2001:db8::1
192.0.2.5/24 192.0.2.5
192.0.2 192.0.2.5
192.0.2.1-192.0.2.9 192.0.2.5
2001:db8::1 2001:db8::1
END
echo "tcp wrappers $tcpd"
cat seen
cmp seen - <<'END' || { echo 'changed: a line denies others'; exit 1; }
192.0.2.5: 192.0.2.5 is denied, 0 warnings
192.0.2.0/24: 192.0.2.5 is denied, 0 warnings
192.0.2.: 192.0.2.5 is denied, 0 warnings
192.0.2.5/32: 192.0.2.5 is denied, 0 warnings
[2001:db8::1]: 2001:db8::1 is denied, 0 warnings
[2001:db8::]/32: 2001:db8::1 is denied, 0 warnings
192.0.2.5/24: 192.0.2.5 is granted, 0 warnings
192.0.2: 192.0.2.5 is granted, 0 warnings
192.0.2.1-192.0.2.9: 192.0.2.5 is granted, 0 warnings
2001:db8::1: 2001:db8::1 is granted, 0 warnings
END
