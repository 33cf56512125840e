#!/usr/bin/env bash
# Guess: an address in a jail's `ignoreip` cannot be banned, by hand either: `fail2ban-client set JAIL banip` refuses it.
# Seen: banip bans it. `ignoreip` is asked only for what filters find in logs.
#
# Needs Debian or Ubuntu with apt's lists, and python3; installs nothing on the machine: the package is unpacked to a
# temporary folder, and its server listens on a socket there.
set -euo pipefail
version=1.0.2-2
server_PID='' made=$(mktemp -d)
trap '[ -z "${server_PID:-}" ] || kill "$server_PID" 2>/dev/null || :; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "fail2ban=$version" 2>/dev/null
dpkg -x ./*.deb root
export PYTHONPATH=$made/root/usr/lib/python3/dist-packages PATH=$made/root/usr/bin:$PATH
mkdir action.d filter.d
printf '[Definition]\nloglevel = INFO\nlogtarget = STDOUT\nsyslogsocket = auto\nsocket = %s/sock\npidfile = %s/pid\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = auto\n[Thread]\n' "$made" "$made" >fail2ban.conf
printf '[DEFAULT]\nignorecommand =\nusedns = no\nmaxretry = 5\nfindtime = 10m\n[hand]\nenabled = true\nfilter =\nlogpath = /dev/null\nbackend = polling\nbantime = 1d\nignoreip = 192.0.2.1\naction = note\n' >jail.conf
printf '[Definition]\nactionban = echo <ip> >>%s/banned\n' "$made" >action.d/note.conf
client() { python3 "$made/root/usr/bin/fail2ban-client" -c "$made" -s "$made/sock" -p "$made/pid" "$@"; }
coproc server { exec python3 "$made/root/usr/bin/fail2ban-server" -c "$made" -s "$made/sock" -p "$made/pid" -f 2>&1; }
exec 7<&"${server[0]}"
heard() { local line; while IFS= read -r -t 60 line <&7; do [[ $line != *"$1"* ]] || return 0; done; return 1; }
heard 'Server ready'
echo "fail2ban $(client --version | sed -n '1s/.*v//p')"
echo "ignoreip: $(client get hand ignoreip | tail -1)"
client set hand banip 192.0.2.1 >/dev/null
heard '[hand] Ban 192.0.2.1' || { echo 'changed: banip did not ban an address of ignoreip'; exit 1; }
echo "banned all the same: $(client get hand banip)"
client stop >/dev/null
