#!/usr/bin/env bash
# Guess: `ts -r` of moreutils, which makes "5m ago" of the times in a log, reads a time with an offset and a fraction of a second, as rsyslog writes it by
# default on Debian 12, as that moment, or leaves it alone.
# Seen: without a fraction it heeds the offset and leaves its last part behind (`10m ago:00`), but `Z` without a fraction it does not read. With a fraction
# and an offset it takes the time for one of this machine's zone and leaves the offset: a line of ten minutes ago, from a machine two hours east, is
# `1h50m from now+02:00`, one from the west is hours too old. Only in the zone in which the log was written is the time right, and there one tries it.
#
# Needs Debian 12 with apt's lists, and perl; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
moreutils=0.67-1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "moreutils=$moreutils" libtimedate-perl=2.3300-2 libtime-duration-perl=1.21-2 libfaketime=0.9.10-2.1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PERL5LIB=$PWD/root/usr/share/perl5
faketime=$(echo "$PWD"/root/usr/lib/*-linux-gnu/faketime/libfaketime.so.1)
# At 10:00:00 UTC each of these lines is ten minutes old.
for now in 'UTC 10:00:00' 'Europe/Paris 11:00:00'; do
    zone=${now% *}
    for line in 30/Nov/2026:11:50:00\ +0200 2026-11-30T09:50:00Z 2026-11-30T11:50:00+02:00 2026-11-30T09:50:00.123456Z \
        2026-11-30T10:50:00.123456+01:00 2026-11-30T11:50:00.123456+02:00 2026-11-30T04:50:00.123456-05:00; do
        echo "$zone: $line is $(echo "$line" | LD_PRELOAD=$faketime FAKETIME="2026-11-30 ${now#* }" TZ=$zone perl root/usr/bin/ts -r)"
    done
done >seen
echo "moreutils $moreutils"
cat seen
cmp seen - <<'END' || { echo 'changed: times are read otherwise'; exit 1; }
UTC: 30/Nov/2026:11:50:00 +0200 is 10m ago
UTC: 2026-11-30T09:50:00Z is 2026-11-30T09:50:00Z
UTC: 2026-11-30T11:50:00+02:00 is 10m ago:00
UTC: 2026-11-30T09:50:00.123456Z is 9m59s ago
UTC: 2026-11-30T10:50:00.123456+01:00 is 50m from now+01:00
UTC: 2026-11-30T11:50:00.123456+02:00 is 1h50m from now+02:00
UTC: 2026-11-30T04:50:00.123456-05:00 is 5h10m ago-05:00
Europe/Paris: 30/Nov/2026:11:50:00 +0200 is 10m ago
Europe/Paris: 2026-11-30T09:50:00Z is 2026-11-30T09:50:00Z
Europe/Paris: 2026-11-30T11:50:00+02:00 is 10m ago:00
Europe/Paris: 2026-11-30T09:50:00.123456Z is 9m59s ago
Europe/Paris: 2026-11-30T10:50:00.123456+01:00 is 9m59s ago+01:00
Europe/Paris: 2026-11-30T11:50:00.123456+02:00 is 50m from now+02:00
Europe/Paris: 2026-11-30T04:50:00.123456-05:00 is 6h10m ago-05:00
END
