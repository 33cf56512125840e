#!/usr/bin/env bash
# Guess: a TAI64N stamp (@4000...) is one moment, whichever program wrote it and whichever reads it: s6, daemontools and runit have the same form and the
# same name for it.
# Seen: s6 writes the real TAI, which has had 27 leap seconds since 1972; multilog, tai64n and svlogd write what the clock says plus 10. So daemontools'
# tai64nlocal reads lines of s6-log 27 seconds late, and s6-tai64nlocal those of multilog 27 seconds early. Nothing in the stamp says
# whose it is: one has to know which program wrote the file.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq s6=2.11.3.2-1 libs6-2.11 libskarnet2.13 daemontools=1:0.76-8.1 runit=2.1.2-54 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH TZ=UTC
PATH=$folder/root/usr/bin:$PATH
mkdir sv s6
# The stamp that a program put before a line, in seconds ahead of the clock, which is read before and after.
ahead() {
    local before after seconds offset guess stamp
    before=$(date +%s)
    echo line | "${@:2}" >out
    after=$(date +%s)
    # Without its first digit, 4, which stands for the year 1970.
    read -r stamp _ <"$1"
    seconds=$((16#${stamp:2:15}))
    offset=other
    for guess in 10 37; do ((seconds - guess < before || seconds - guess > after)) || offset=$guess; done
    echo "${*:2:1} writes the clock's second plus $offset"
}
{
    ahead out tai64n
    ahead multi/current multilog t ./multi
    ahead sv/current svlogd -t sv
    ahead out s6-tai64n
    ahead s6/current s6-log t ./s6
    stamp='@400000006aca43e200000000 line'
    echo "$stamp"
    echo "tai64nlocal: $(echo "$stamp" | tai64nlocal)"
    echo "s6-tai64nlocal: $(echo "$stamp" | s6-tai64nlocal)"
} | tee seen
cmp seen - <<'END' || { echo 'changed: other programs agree on a stamp'; exit 1; }
tai64n writes the clock's second plus 10
multilog writes the clock's second plus 10
svlogd writes the clock's second plus 10
s6-tai64n writes the clock's second plus 37
s6-log writes the clock's second plus 37
@400000006aca43e200000000 line
tai64nlocal: 2026-10-10 13:55:36.000000000 line
s6-tai64nlocal: 2026-10-10 13:55:09.000000000 line
END
