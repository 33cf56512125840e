#!/usr/bin/env bash
# Guess: the offset behind the time of an access log is the one that the machine has at that moment, as it is for Apache and nginx.
# Seen: TransLogger of Paste, which Pyramid and other WSGI applications log with, writes the offset of summer all year where a zone has one: in January
# Paris is +0200, so each request is an hour early in UTC for months. Half an hour it writes as 50 hundredths: India is +0550 for +0530, 20 minutes
# off; Newfoundland is -0250, for -0330 and, in summer, -0230. What joins such a log with another by time joins the wrong lines.
#
# Needs Debian 12 with apt's lists, and python3 with venv; the packages are unpacked and installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libfaketime=0.9.10-2.1 2>/dev/null
dpkg -x ./*.deb root
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check Paste==3.10.1
cat >try.py <<'END'
import logging, os, time
from paste.translogger import TransLogger
def site(_, start):
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
class Line(logging.Handler):
    def emit(self, record):
        print(os.environ["TZ"] + time.strftime(", %d/%b/%Y, %z:"), record.getMessage())
log = logging.getLogger("wsgi")
log.propagate = False
log.addHandler(Line())
TransLogger(site, set_logger_level=logging.INFO)({"REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": "/", "REMOTE_ADDR": "192.0.2.1",
                                                  "SERVER_PROTOCOL": "HTTP/1.1"}, lambda *_: None)
END
faketime=$(echo "$PWD"/root/usr/lib/*-linux-gnu/faketime/libfaketime.so.1)
for zone in UTC Europe/Paris America/New_York Asia/Kolkata America/St_Johns; do
    for month in 01 07; do TZ=$zone LD_PRELOAD=$faketime FAKETIME="2026-$month-10 12:00:00" v/bin/python try.py; done
done 2>errors >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^Paste '
cat seen
cmp seen - <<'END' || { echo 'changed: other offsets are logged'; exit 1; }
UTC, 10/Jan/2026, +0000: 192.0.2.1 - - [10/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 2 "-" "-"
UTC, 10/Jul/2026, +0000: 192.0.2.1 - - [10/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 2 "-" "-"
Europe/Paris, 10/Jan/2026, +0100: 192.0.2.1 - - [10/Jan/2026:12:00:00 +0200] "GET / HTTP/1.1" 200 2 "-" "-"
Europe/Paris, 10/Jul/2026, +0200: 192.0.2.1 - - [10/Jul/2026:12:00:00 +0200] "GET / HTTP/1.1" 200 2 "-" "-"
America/New_York, 10/Jan/2026, -0500: 192.0.2.1 - - [10/Jan/2026:12:00:00 -0400] "GET / HTTP/1.1" 200 2 "-" "-"
America/New_York, 10/Jul/2026, -0400: 192.0.2.1 - - [10/Jul/2026:12:00:00 -0400] "GET / HTTP/1.1" 200 2 "-" "-"
Asia/Kolkata, 10/Jan/2026, +0530: 192.0.2.1 - - [10/Jan/2026:12:00:00 +0550] "GET / HTTP/1.1" 200 2 "-" "-"
Asia/Kolkata, 10/Jul/2026, +0530: 192.0.2.1 - - [10/Jul/2026:12:00:00 +0550] "GET / HTTP/1.1" 200 2 "-" "-"
America/St_Johns, 10/Jan/2026, -0330: 192.0.2.1 - - [10/Jan/2026:12:00:00 -0250] "GET / HTTP/1.1" 200 2 "-" "-"
America/St_Johns, 10/Jul/2026, -0230: 192.0.2.1 - - [10/Jul/2026:12:00:00 -0250] "GET / HTTP/1.1" 200 2 "-" "-"
END
