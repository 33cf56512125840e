#!/usr/bin/env bash
# Guess: a syslog line without a year is of the last time that its day came: `Dec 10`, read at the end of November, is of the year before, since a log
# holds what has happened. So Date::Parse of Perl takes it.
# Seen: syslog-ng, Vector's language (VRL), syslogmp and dateutils give it the year of today, so what was read from an archive or came late lies in the
# future: in searches up to now it is not there, in retention by time it stays longest, and "the latest event" is a year old. syslog-ng's own files
# have no year again, so nobody sees it there.
#
# Needs Debian 12 with apt's lists, perl, and python3 with venv; the packages are unpacked and installed to a temporary folder. All run as on
# 30 November 2026.
# shellcheck disable=SC2016 # a variable of perl
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 libivykis0 libnet1 dateutils=0.4.10-1 libtimedate-perl=2.3300-2 libfaketime=0.9.10-2.1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pyVRL==0.0.2 syslogmp==0.4
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export TZ=UTC PERL5LIB=$PWD/root/usr/share/perl5
on() { LD_LIBRARY_PATH=$library:$PWD/root/usr/lib/syslog-ng LD_PRELOAD=$library/faketime/libfaketime.so.1 FAKETIME='@2026-11-30 12:00:00' "$@"; }
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
source in { file("$PWD/in.log" follow-freq(0.2)); };
destination out { file("$PWD/out.log" template("\$ISODATE\n")); };
log { source(in); destination(out); };
END
days=('Nov 10' 'Dec  1' 'Dec 10' 'Dec 31')
for day in "${days[@]}"; do echo "$day 10:00:00 lab sshd[7]: x"; done >in.log
on root/usr/sbin/syslog-ng -F -f conf --module-path "$PWD/root/usr/lib/syslog-ng/3.38" -R persist -p "$PWD/pid" -c "$PWD/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c . out.log 2>/dev/null)" != 4 ] || break; sleep 0.1; done
cat >try.py <<'END'
import pyvrl, syslogmp
lines = [line.rstrip("\n") for line in open("in.log")]
print("VRL:", *[pyvrl.Transform(". = parse_syslog!(string!(.line))").remap({"line": line})["timestamp"].date() for line in lines])
print("syslogmp:", *[syslogmp.parse(b"<38>" + line.encode()).timestamp.date() for line in lines])
END
{
    echo "syslog-ng: $(cut -d T -f 1 out.log | paste -sd ' ')"
    on v/bin/python try.py
    echo "dateutils: $(cut -c 1-15 in.log | on root/usr/bin/dateutils.dconv -i '%b %d %H:%M:%S' -f %F | paste -sd ' ')"
    echo "Date::Parse: $(on perl -MDate::Parse -MPOSIX -ne 'print strftime("%F\n", gmtime str2time(substr($_, 0, 15)))' in.log | paste -sd ' ')"
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(pyVRL|syslogmp) '
echo "syslog-ng 3.38.1, dateutils 0.4.10, Date::Parse 2.3300"
cat seen
cmp seen - <<'END' || { echo 'changed: lines are of another year'; exit 1; }
syslog-ng: 2026-11-10 2026-12-01 2026-12-10 2026-12-31
VRL: 2026-11-10 2026-12-01 2026-12-10 2026-12-31
syslogmp: 2026-11-10 2026-12-01 2026-12-10 2026-12-31
dateutils: 2026-11-10 2026-12-01 2026-12-10 2026-12-31
Date::Parse: 2026-11-10 2025-12-01 2025-12-10 2025-12-31
END
