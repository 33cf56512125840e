#!/usr/bin/env bash
# Guess: a line of 29 February, whose time has no year as in every syslog file, is read in a later year as of the last leap year, or refused; never
# as another day.
# Seen: of `Feb 29 10:00:00`, read in November 2026, syslog-ng makes 1 March 2026, in the file that it writes too, dateutils 28 February 2026, jq and gojq
# 1 March (of 1900, as they take any time without a year), and ts -r of moreutils "56y ago", though each has the day of 28 February. Vector's
# language (VRL) and syslogmp refuse the line. None of them finds 2024. What is searched for by day in an archive is not on that day.
#
# Needs Debian 12 with apt's lists, perl, and python3 with venv; the packages are unpacked and installed to a temporary folder. All run as on
# 30 November 2026.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 libivykis0 libnet1 dateutils=0.4.10-1 {jq,libjq1}=1.6-2.1+deb12u3 libonig5 gojq=0.12.11-1 \
    moreutils=0.67-1 libtimedate-perl=2.3300-2 libtime-duration-perl=1.21-2 libfaketime=0.9.10-2.1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check pyVRL==0.0.2 syslogmp==0.4
bin=$PWD/root/usr/bin library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export TZ=UTC PERL5LIB=$PWD/root/usr/share/perl5
on() { LD_LIBRARY_PATH=$library:$PWD/root/usr/lib/syslog-ng LD_PRELOAD=$library/faketime/libfaketime.so.1 FAKETIME='@2026-11-30 12:00:00' "$@"; }
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
source in { file("$PWD/in.log" follow-freq(0.2)); };
destination out { file("$PWD/out.log" template("\$ISODATE \$MSG\n")); };
log { source(in); destination(out); };
END
printf 'Feb %s 10:00:00 lab sshd[7]: x\n' 28 29 >in.log
on exec root/usr/sbin/syslog-ng -F -f conf --module-path "$PWD/root/usr/lib/syslog-ng/3.38" -R persist -p "$PWD/pid" -c "$PWD/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c x out.log 2>/dev/null)" != 2 ] || break; sleep 0.1; done
cat >try.py <<'END'
import sys
import pyvrl, syslogmp
line = sys.argv[1] + " lab sshd[7]: x"
for name, read in (("VRL", lambda: pyvrl.Transform(". = parse_syslog!(string!(.line))").remap({"line": line})["timestamp"]),
                   ("syslogmp", lambda: syslogmp.parse(b"<38>" + line.encode()).timestamp)):
    try:
        print(f"{name}: {read()}")
    except Exception as refused:
        print(f"{name}: {type(refused).__name__}")
END
for day in 28 29; do
    line="Feb $day 10:00:00"
    echo "$line"
    echo "syslog-ng: $(sed -n "$((day - 27))s/ .*//p" out.log)"
    echo "dateutils: $(on "$bin/dateutils.dconv" -i '%b %d %H:%M:%S' -f %FT%T "$line")"
    echo "jq: $(echo "\"$line\"" | on "$bin/jq" -r 'strptime("%b %d %H:%M:%S") | mktime | todate')"
    echo "gojq: $(echo "\"$line\"" | on "$bin/gojq" -r 'strptime("%b %d %H:%M:%S") | mktime | todate')"
    echo "ts -r: $(echo "$line lab" | on perl "$bin/ts" -r 2>/dev/null)"
    on v/bin/python try.py "$line"
done >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(pyVRL|syslogmp) '
printf '%s\n' *.deb | grep -E '^(syslog-ng|dateutils|jq|gojq|moreutils)' | cut -d _ -f 1,2 | tr _ ' '
cat seen
cmp seen - <<'END' || { echo 'changed: the line is of another day'; exit 1; }
Feb 28 10:00:00
syslog-ng: 2026-02-28T10:00:00+00:00
dateutils: 2026-02-28T10:00:00
jq: 1900-02-28T10:00:00Z
gojq: 1900-02-28T10:00:00Z
ts -r: 275d2h ago lab
VRL: 2026-02-28 10:00:00+00:00
syslogmp: 2026-02-28 10:00:00
Feb 29 10:00:00
syslog-ng: 2026-03-01T10:00:00+00:00
dateutils: 2026-02-28T10:00:00
jq: 1900-03-01T10:00:00Z
gojq: 1900-03-01T10:00:00Z
ts -r: 56y348d ago lab
VRL: ValueError
syslogmp: MessageFormatError
END
