#!/usr/bin/env bash
# Guess: a line whose time is older than a jail's findtime counts for nothing, whenever it reaches the file: findtime = 10m means what happened in
# the last ten minutes.
# Seen: that holds for what is in the file when the jail starts. A line that is appended later counts as if it had happened when it was read, however
# old: five refusals of the year before, which a relay delivered late or somebody copied there, ban the address at once. The log
# says "looks like a timezone problem" of the first such line.
#
# Needs Debian or Ubuntu with apt's lists, and python3; installs nothing on the machine: the package is unpacked to a temporary folder, and its server
# listens on a socket there.
set -euo pipefail
version=1.0.2-2
server_PID='' made=$(mktemp -d)
trap '[ -z "${server_PID:-}" ] || kill "$server_PID" 2>/dev/null || :; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "fail2ban=$version" 2>/dev/null
dpkg -x ./*.deb root
export PYTHONPATH=$made/root/usr/lib/python3/dist-packages PATH=$made/root/usr/bin:$PATH
mkdir action.d filter.d
cat >fail2ban.conf <<END
[Definition]
loglevel = INFO
logtarget = STDOUT
syslogsocket = auto
socket = $made/sock
pidfile = $made/pid
dbfile = None
dbpurgeage = 1d
dbmaxmatches = 10
allowipv6 = auto
[Thread]
END
cat >jail.conf <<END
[app]
enabled = true
filter = app
logpath = $made/app.log
backend = polling
ignorecommand =
ignoreip =
usedns = no
maxretry = 5
findtime = 10m
bantime = 1d
action = note
END
printf '[Definition]\nfailregex = refused <HOST>\n' >filter.d/app.conf
printf '[Definition]\nactionban = echo <ip> >>%s/banned\n' "$made" >action.d/note.conf
touch banned
# Five refusals of an address, of the last minutes of the year before.
refusals() { for second in 1 2 3 4 5; do echo "2025-12-31 23:55:0$second refused $1"; done; }
refusals 192.0.2.1 >app.log
coproc server { exec python3 "$made/root/usr/bin/fail2ban-server" -c "$made" -s "$made/sock" -p "$made/pid" -f 2>&1; }
exec 7<&"${server[0]}"
heard() { local line; while IFS= read -r -t 60 line <&7; do [[ $line != *"$1"* ]] || return 0; done; return 1; }
heard 'Server ready'
# A second from when the file was read first: only a file of another time is read again.
sleep 2
refusals 192.0.2.2 >>app.log
heard 'Ban 192.0.2.' || { echo 'changed: no old line banned anybody'; exit 1; }
for _ in {1..100}; do [ ! -s banned ] || break; sleep 0.1; done
echo "fail2ban $version"
echo "there at the start: 192.0.2.1; appended: 192.0.2.2; banned: $(paste -sd ' ' banned)" | tee seen
python3 "$made/root/usr/bin/fail2ban-client" -c "$made" -s "$made/sock" -p "$made/pid" stop >/dev/null
cmp seen - <<'END' || { echo 'changed: others are banned'; exit 1; }
there at the start: 192.0.2.1; appended: 192.0.2.2; banned: 192.0.2.2
END
