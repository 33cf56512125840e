#!/usr/bin/env bash
# Guess: `%d` of strptime reads the day of a syslog line, where days below 10 have a blank in front, as it does in C and in all that calls C: a blank in
# a format stands for any number of them.
# Seen: gojq and Miller take `Oct 11` and refuse `Oct  1`: what was written and tried after the 9th of a month fails on the first nine days of the
# next. Miller gives (error) as the value of each such line, and its exit status is 0; it has no %e. With two blanks in the format gojq
# takes those nine days alone; with %e it reads all. jq and Python read both with %d.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq gojq=0.12.11-1 miller=6.6.0-2+b3 {jq,libjq1}=1.6-2.1+deb12u3 libonig5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library PATH=$folder/root/usr/bin:$PATH
# shellcheck disable=SC2016 # variables of jq
json() { "$1" -rn --arg time "$2" --arg format "$3" '$time | strptime($format) | mktime' 2>>errors || echo refused; }
miller() { mlr -n put "end { print strptime(\"$1\", \"$2\") }"; }
python() { python3 -c 'import sys, time, calendar; print(calendar.timegm(time.strptime(*sys.argv[1:])))' "$1" "$2"; }
for time in 'Oct 11 13:55:36 2026' 'Oct  1 13:55:36 2026'; do
    for format in '%b %d %H:%M:%S %Y' '%b %e %H:%M:%S %Y' '%b  %d %H:%M:%S %Y'; do
        echo "$time, ${format% %H*}: jq $(json jq "$time" "$format"), gojq $(json gojq "$time" "$format"), Miller $(miller "$time" "$format")"
    done
    echo "$time, %b %d: Python $(python "$time" '%b %d %H:%M:%S %Y')"
done >seen
jq --version
gojq --version
mlr --version
cat seen
cmp seen - <<'END' || { echo 'changed: one of them reads something else'; exit 1; }
Oct 11 13:55:36 2026, %b %d: jq 1791726936, gojq 1791726936, Miller 1791726936
Oct 11 13:55:36 2026, %b %e: jq 1791726936, gojq 1791726936, Miller (error)
Oct 11 13:55:36 2026, %b  %d: jq 1791726936, gojq refused, Miller (error)
Oct 11 13:55:36 2026, %b %d: Python 1791726936
Oct  1 13:55:36 2026, %b %d: jq 1790862936, gojq refused, Miller (error)
Oct  1 13:55:36 2026, %b %e: jq 1790862936, gojq 1790862936, Miller (error)
Oct  1 13:55:36 2026, %b  %d: jq 1790862936, gojq 1790862936, Miller (error)
Oct  1 13:55:36 2026, %b %d: Python 1790862936
END
