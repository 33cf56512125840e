#!/usr/bin/env bash
# Guess: a library of Perl that reads `2026-10-01T13:55:36+02:00` as that moment reads the same text with Z behind it as 13:55:36 in UTC, or not at all.
# Seen: Time::ParseDate reads it as midnight of that day, in the zone of the machine, with a fraction of a second or without: the day is right, and nothing is
# said. So all that Docker, Kubernetes or a syslog server in UTC log on a day happened at once. `+02`, as PostgreSQL writes it, it drops. Date::Parse,
# HTTP::Date and Date::Manip read all of these.
#
# Needs Debian 12 with apt's lists, and perl; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libtime-parsedate-perl=2015.103-4 libtimedate-perl=2.3300-2 libhttp-date-perl=6.05-2 libdate-manip-perl=6.91-1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat >try.pl <<'END'
use strict;
use warnings;
use Date::Manip ();
use Date::Parse ();
use HTTP::Date ();
use POSIX ();
use Time::ParseDate ();
sub show { defined $_[0] && $_[0] ne "" ? POSIX::strftime("%d %H:%M:%S", gmtime $_[0]) : "none" }
for my $text ("13:55:36+02:00", "13:55:36Z", "13:55:36.123456Z", "13:55:36+02") {
    my $time = "2026-10-01T$text";
    print "$time: Time::ParseDate ", show(scalar Time::ParseDate::parsedate($time)), ", Date::Parse ", show(Date::Parse::str2time($time)),
        ", HTTP::Date ", show(HTTP::Date::str2time($time)), ", Date::Manip ", show(Date::Manip::UnixDate($time, "%s")), "\n";
}
END
for zone in UTC America/New_York; do
    echo "in $zone"
    TZ=$zone PERL5LIB=root/usr/share/perl5 perl try.pl
done >seen
echo 'Time::ParseDate 2015.103, Date::Parse 2.33, HTTP::Date 6.05, Date::Manip 6.91'
cat seen
cmp seen - <<'END' || { echo 'changed: other moments are read'; exit 1; }
in UTC
2026-10-01T13:55:36+02:00: Time::ParseDate 01 11:55:36, Date::Parse 01 11:55:36, HTTP::Date 01 11:55:36, Date::Manip 01 11:55:36
2026-10-01T13:55:36Z: Time::ParseDate 01 00:00:00, Date::Parse 01 13:55:36, HTTP::Date 01 13:55:36, Date::Manip 01 13:55:36
2026-10-01T13:55:36.123456Z: Time::ParseDate 01 00:00:00, Date::Parse 01 13:55:36, HTTP::Date 01 13:55:36, Date::Manip 01 13:55:36
2026-10-01T13:55:36+02: Time::ParseDate 01 13:55:36, Date::Parse 01 11:55:36, HTTP::Date 01 11:55:36, Date::Manip 01 11:55:36
in America/New_York
2026-10-01T13:55:36+02:00: Time::ParseDate 01 11:55:36, Date::Parse 01 11:55:36, HTTP::Date 01 11:55:36, Date::Manip 01 11:55:36
2026-10-01T13:55:36Z: Time::ParseDate 01 04:00:00, Date::Parse 01 13:55:36, HTTP::Date 01 13:55:36, Date::Manip 01 13:55:36
2026-10-01T13:55:36.123456Z: Time::ParseDate 01 04:00:00, Date::Parse 01 13:55:36, HTTP::Date 01 13:55:36, Date::Manip 01 13:55:36
2026-10-01T13:55:36+02: Time::ParseDate 01 17:55:36, Date::Parse 01 11:55:36, HTTP::Date 01 11:55:36, Date::Manip 01 11:55:36
END
