#!/usr/bin/env bash
# Guess: `local_time` in OpenCanary's log is the time of day where the honeypot stands, and `local_time_adjusted`, if it is anything else, that time
# moved to another zone.
# Seen: local_time is UTC, the same as utc_time; the clock's time is local_time_adjusted. None of the three has an offset, so in Tokyo whoever takes
# local_time for local is 9 hours late, and on a machine in UTC, where one tries it, all three are the same.
#
# Needs python3 with venv; installs nothing on the machine: all is in a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check opencanary==0.9.10
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >.opencanary.conf <<END
{"device.node_id": "canary", "device.listen_addr": "127.0.0.1", "ftp.enabled": true, "ftp.port": $port, "ftp.banner": "ready",
 "logger": {"class": "PyLogger", "kwargs": {"formatters": {"plain": {"format": "%(message)s"}},
  "handlers": {"file": {"class": "logging.FileHandler", "filename": "canary.log"}}}}}
END
cat >login.py <<'END'
import ftplib, sys, time
for attempt in range(600):
    client = ftplib.FTP()
    try:
        client.connect("127.0.0.1", int(sys.argv[1]), timeout=10)
    except OSError:
        time.sleep(0.1)
        continue
    try:
        client.login("root", "guess")
    except ftplib.error_perm:
        break
END
cat >hours.py <<'END'
import datetime, json
now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
line = [json.loads(line) for line in open("canary.log") if '"USERNAME"' in line][-1]
for key in ("local_time", "local_time_adjusted", "utc_time"):
    ahead = (datetime.datetime.fromisoformat(line[key]) - now).total_seconds() / 3600
    print(f"{key}: {round(ahead):+} hours from UTC")
END
# Tokyo, and UTC.
for zone in JST-9 UTC0; do
    HOME=$folder TZ=$zone v/bin/twistd -noy v/bin/opencanary.tac --pidfile= >out 2>&1 &
    server=$!
    python3 login.py "$port"
    for _ in {1..100}; do ! grep -q '"USERNAME"' canary.log || break; sleep 0.1; done
    kill "$server"
    wait "$server" || :
    server=
    echo "OpenCanary 0.9.10, of a login with TZ=$zone:"
    grep '"USERNAME"' canary.log
    v/bin/python hours.py | tee -a seen
    rm canary.log
done
cmp seen - <<'END' || { echo 'changed: another key has the local time'; exit 1; }
local_time: +0 hours from UTC
local_time_adjusted: +9 hours from UTC
utc_time: +0 hours from UTC
local_time: +0 hours from UTC
local_time_adjusted: +0 hours from UTC
utc_time: +0 hours from UTC
END
