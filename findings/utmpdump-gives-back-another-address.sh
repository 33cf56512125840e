#!/usr/bin/env bash
# Guess: what utmpdump makes of wtmp or btmp is made to the same file again by `utmpdump -r`, as far as nothing was edited; and an address in it is read as
# the family that was written.
# Seen: ::ffff:192.0.2.9, as programs on a socket for both families have clients with IPv4, comes back as 0.0.0.0, and of a user `al ice`, whom somebody
# tried, only `al` is left. Exit status is 0. An IPv6 address that is zero behind its first 32 bits is shown as an IPv4 address: 2001:db8:: is
# 32.1.13.184, by utmpdump and by `last -i`, and so is written back. All else comes back as it was. The
# manual describes this use, and says that the tool is for debugging.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the package is unpacked to a temporary folder.
set -euo pipefail
util_linux=2.38.1-5+deb12u3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "util-linux=$util_linux" 2>/dev/null
dpkg -x ./*.deb root
cat >write.py <<'END'
import ipaddress, struct
with open("wtmp", "wb") as out:
    for number, (user, host) in enumerate((("alice", "192.0.2.7"), ("bob", "2001:db8::7"), ("carol", "::ffff:192.0.2.9"), ("al ice", "192.0.2.10"), ("dave", "2001:db8::"))):
        out.write(struct.pack("<hxxi32s4s32s256shhiii16s20x", 7, 70 + number, f"pts/{number}".encode(), f"ts/{number}".encode(), user.encode(), host.encode(), 0, 0, 0,
                              1790000000 + number, 123456, ipaddress.ip_address(host).packed.ljust(16, b"\0")))
END
python3 write.py
export TZ=UTC
shown() { root/usr/bin/utmpdump "$1" 2>/dev/null | sed -E 's/ +\]/]/g' | cut -d' ' -f4-; }
root/usr/bin/utmpdump wtmp >text 2>/dev/null
root/usr/bin/utmpdump -r <text >again 2>/dev/null
{
    shown wtmp
    echo 'changed by -r:'
    diff <(shown wtmp) <(shown again) | sed -n 's/^> //p' || :
    echo "last -i: $(root/usr/bin/last -i -f wtmp dave | awk '/^dave/ { print $3 }')"
} >seen
echo "util-linux $util_linux"
cat seen
cmp seen - <<'END' || { echo 'changed: an entry is shown or written otherwise'; exit 1; }
[alice] [pts/0] [192.0.2.7] [192.0.2.7] [2026-09-21T14:13:20,123456+00:00]
[bob] [pts/1] [2001:db8::7] [2001:db8::7] [2026-09-21T14:13:21,123456+00:00]
[carol] [pts/2] [::ffff:192.0.2.9] [::ffff:192.0.2.9] [2026-09-21T14:13:22,123456+00:00]
[al ice] [pts/3] [192.0.2.10] [192.0.2.10] [2026-09-21T14:13:23,123456+00:00]
[dave] [pts/4] [2001:db8::] [32.1.13.184] [2026-09-21T14:13:24,123456+00:00]
changed by -r:
[carol] [pts/2] [::ffff:192.0.2.9] [0.0.0.0] [2026-09-21T14:13:22,123456+00:00]
[al] [pts/3] [192.0.2.10] [192.0.2.10] [2026-09-21T14:13:23,123456+00:00]
last -i: 32.1.13.184
END
