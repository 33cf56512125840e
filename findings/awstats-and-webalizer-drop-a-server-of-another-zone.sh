#!/usr/bin/env bash
# Guess: what counts requests in access logs heeds the offset behind each time; the logs of servers in two zones, merged in the order in which things
# happened, are counted whole, each request in its hour.
# Seen: AWStats and Webalizer take the clock's digits alone. Of requests to servers in Paris and New York, in true order, one a minute, those of New York
# are six hours before what was read last: Webalizer drops each ("ignored" in its last line), AWStats calls each a "corrupted
# record" and drops it. Half of the traffic is missing, all of one server. In one zone, UTC on both servers say, the same requests are all counted.
#
# Needs Debian 12 with apt's lists, perl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
awstats=7.8-3+deb12u2 webalizer=2.23.08-3.3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "awstats=$awstats" "webalizer=$webalizer" libgeoip1 libdb5.3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
python3 - <<'END'
import datetime
for name, zones in (("both", (2, -4)), ("utc", (0, 0))):
    with open(name + ".log", "w") as out:
        for minute in range(40):
            hours = zones[minute % 2]
            zone = datetime.timezone(datetime.timedelta(hours=hours))
            at = datetime.datetime(2026, 7, 10, 12, minute, tzinfo=datetime.timezone.utc).astimezone(zone)
            client = ("192.0.2.1", "198.51.100.1")[minute % 2]
            out.write(f'{client} - - [{at:%d/%b/%Y:%H:%M:%S %z}] "GET /{minute} HTTP/1.1" 404 5 "-" "Mozilla/5.0"\n')
END
for name in both utc; do
    mkdir "$name" "$name.web"
    printf '%s\n' "LogFile=\"$PWD/$name.log\"" LogType=W LogFormat=1 SiteDomain=lab HostAliases=lab "DirData=\"$PWD/$name\"" DNSLookup=0 >"awstats.$name.conf"
    perl root/usr/lib/cgi-bin/awstats.pl "-config=$name" "-configdir=$PWD" -update -lang=en -showcorrupted >said 2>/dev/null
    echo "$name, AWStats: $(sed -nE 's/^ *Found ([0-9]+) new qualified records.*/\1/p' said) counted," \
        "$(grep -c '^Corrupted.*: 198.51.100.1 ' said) of New York and $(grep -c '^Corrupted.*: 192.0.2.1 ' said) of Paris \"corrupted\""
    LD_LIBRARY_PATH=$library root/usr/bin/webalizer -p -o "$name.web" -N 0 -n lab -c /dev/null "$name.log" 2>&1 |
        sed -nE "s/^([0-9]+ records.*) in [0-9].*/$name, Webalizer: \1/p"
done >seen
echo "awstats $awstats, webalizer $webalizer"
cat seen
cmp seen - <<'END' || { echo 'changed: other requests are counted'; exit 1; }
both, AWStats: 20 counted, 20 of New York and 0 of Paris "corrupted"
both, Webalizer: 40 records (20 ignored)
utc, AWStats: 40 counted, 0 of New York and 0 of Paris "corrupted"
utc, Webalizer: 40 records
END
