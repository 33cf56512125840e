#!/usr/bin/env bash
# Guess: syslog-ng's suppress() folds repeated messages as other syslog daemons do: `last message repeated 5 times`, or the whole message with a count.
# Seen: it writes a message of its own wording, which quotes the first 20 characters alone: `Last message 'Failed password for ' repeated 5 times,
# suppressed by syslog-ng on HOST`. Who was refused, and from where, is cut off. The line says that it is of sshd, with the process id of
# syslog-ng, so that a reader that goes by program and process finds a process of sshd that never was; fail2ban and sshguard find nothing in it to
# count.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
syslog_ng=3.38.1-5+deb12u1 fail2ban=1.0.2-2 sshguard=2.4.2-1+b2
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "syslog-ng-core=$syslog_ng" libivykis0 libnet1 "fail2ban=$fail2ban" "sshguard=$sshguard" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu):$PWD/root/usr/lib/syslog-ng
cat >conf <<END
@version: 3.38
@module afsocket
@module affile
@module syslogformat
source in { unix-dgram("$PWD/log"); };
destination out { file("$PWD/auth.log" suppress(30)); };
log { source(in); destination(out); };
END
LD_LIBRARY_PATH=$library root/usr/sbin/syslog-ng -F -f conf --module-path "$PWD/root/usr/lib/syslog-ng/3.38" -R persist -p "$PWD/pid" -c "$PWD/control" \
    --no-caps >said 2>&1 &
server=$!
cat >send.py <<'END'
import socket, time
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for _ in range(100):
    try:
        sender.connect("log")
        break
    except OSError:
        time.sleep(0.1)
for message in ["sshd[70001]: Failed password for root from 192.0.2.1 port 40001 ssh2"] * 6 + ["sshd[70002]: last"]:
    sender.send(("<38>Dec 10 06:55:48 " + message).encode())
    time.sleep(0.02)
END
python3 send.py
for _ in {1..100}; do ! grep -q ' last$' auth.log 2>/dev/null || break; sleep 0.1; done
grep -F repeated auth.log >folded
{
    sed -E "s/^.{16}[^ ]+ //; s/\[$server\]/[process id of syslog-ng]/; s/ on [^ ]+\$/ on HOST/; /: last\$/d" auth.log
    PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban folded sshd |
        sed -nE 's/^Failregex: ([0-9]+) total$/fail2ban: \1/p'
    echo "sshguard: $(root/usr/libexec/sshguard/sshg-parser <folded | wc -l)"
} >seen
echo "syslog-ng $syslog_ng, fail2ban $fail2ban, sshguard $sshguard"
cat seen
cmp seen - <<'END' || { echo 'changed: the line is another, or is counted'; exit 1; }
sshd[70001]: Failed password for root from 192.0.2.1 port 40001 ssh2
sshd[process id of syslog-ng]: Last message 'Failed password for ' repeated 5 times, suppressed by syslog-ng on HOST
fail2ban: 0
sshguard: 0
END
