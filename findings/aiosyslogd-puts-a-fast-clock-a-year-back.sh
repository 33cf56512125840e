#!/usr/bin/env bash
# Guess: a syslog server that finds the year of a time without one leaves some room for clocks that differ: what a sender writes whose clock is a minute
# fast, or who is in a zone to the east, is of now. And it reads what rsyslog forwards by default, a time of RFC 3339 behind the priority.
# Seen: aiosyslogd takes any time that is later than its own for one of last year: a minute fast is nearly a year ago, in the column DeviceReportedTime, by
# which one looks for what happened. Of what rsyslog forwards, and of a host with IPv6 for a name, the program is "UNKNOWN", the host is
# the sender's address and the time that of arrival. In RFC 5424 a bracket inside a value ends the structured data, escaped as it is, and the rest
# of the value is in the message. A message with a byte that is no UTF-8 is not kept; the server's own log has it.
#
# Needs python3 with venv; the packages are installed to a temporary folder, and the server listens on 127.0.0.1 alone.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check aiosyslogd==1.5.0
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >aiosyslogd.toml <<END
[server]
bind_ip = "127.0.0.1"
bind_port = $port
debug = false
log_dump = false
[database]
driver = "sqlite"
batch_size = 100
batch_timeout = 1
[database.sqlite]
database = "$folder/log.sqlite3"
retention_months = 12
sql_dump = false
debug = false
END
export TZ=UTC
v/bin/aiosyslogd >said 2>&1 &
server=$!
for _ in {1..100}; do ! grep -q 'Server is running' said || break; sleep 0.2; done
cat >send.py <<'END'
import glob, socket, sqlite3, sys, time
from datetime import datetime, timedelta
now = datetime.now()
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(("127.0.0.1", int(sys.argv[1])))
def old(ahead):
    return (now + timedelta(seconds=ahead)).strftime("%b %e %H:%M:%S")
messages = [
    ("a minute slow", f"<38>{old(-60)} lab sshd[7]: login refused"),
    ("a minute fast", f"<38>{old(60)} lab sshd[7]: login refused"),
    ("RFC 3339", f"<38>{(now - timedelta(hours=1)).strftime('%Y-%m-%dT%H:%M:%S')}+00:00 lab sshd[7]: login refused"),
    ("host with IPv6", f"<38>{old(-60)} 2001:db8::1 sshd[7]: login refused"),
    ("RFC 5424", f"<38>1 {(now - timedelta(hours=1)).strftime('%Y-%m-%dT%H:%M:%S')}Z lab sshd 7 - [a@32473 b=\"c\"] login refused"),
    ("escaped bracket", f"<38>1 {(now - timedelta(hours=1)).strftime('%Y-%m-%dT%H:%M:%S')}Z lab sshd 7 - [a@32473 b=\"c\\]d\"] login refused"),
    ("no UTF-8", f"<38>{old(-60)} lab sshd[7]: login of Ren\xe9 refused".encode("latin-1")),
    ("last", f"<38>{old(-60)} lab sshd[7]: last"),
]
for name, message in messages:
    sender.send(message if isinstance(message, bytes) else message.encode())
    time.sleep(0.1)
rows = []
for attempt in range(100):
    rows = []
    for file in glob.glob("*.sqlite3"):
        with sqlite3.connect(file) as read:
            try:
                rows += read.execute("select FromHost, SysLogTag, Message, DeviceReportedTime from SystemEvents order by ID").fetchall()
            except sqlite3.OperationalError:
                pass
    if rows and rows[-1][2] == "last":
        break
    time.sleep(0.2)
kept = [name for name, message in messages if name != "no UTF-8"]
for name, (host, tag, text, reported) in zip(kept, rows):
    behind = round((now - datetime.fromisoformat(reported).replace(tzinfo=None)).total_seconds() / 3600)
    text = text if not text.startswith("<") else "all of it"
    print(f"{name}: {host}, {tag}, {text}, {'a year ago' if behind > 8000 else str(behind) + ' hours ago'}")
print("messages kept:", len(rows), "of", len(messages))
END
v/bin/python send.py "$port" >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^aiosyslogd '
cat seen
cmp seen - <<'END' || { echo 'changed: a message is kept otherwise'; exit 1; }
a minute slow: lab, sshd, login refused, 0 hours ago
a minute fast: lab, sshd, login refused, a year ago
RFC 3339: 127.0.0.1, UNKNOWN, all of it, 0 hours ago
host with IPv6: 127.0.0.1, UNKNOWN, all of it, 0 hours ago
RFC 5424: lab, sshd, login refused, 1 hours ago
escaped bracket: lab, sshd, d"] login refused, 1 hours ago
last: lab, sshd, last, 0 hours ago
messages kept: 7 of 8
END
