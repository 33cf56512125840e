#!/usr/bin/env bash
# Guess: rsyslog that folds equal lines ($RepeatedMsgReduction) leaves the message whole, `message repeated 5 times: [ Failed password for root from
# 192.0.2.7 ... ]`, so what counts guesses in its log counts five more, or at least one.
# Seen: fail2ban, sshguard and logwatch count none of the five: none of them knows that form, which does not begin as sshd's line does, and what logwatch
# calls ExpandRepeats drops lines of an older form ("last message repeated"), and leaves these. Six guesses over one connection, as many as sshd lets a
# client make by default, are one to all three.
#
# Needs Debian 12 with apt's lists, perl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder. No server is run but
# rsyslogd, on a socket in that folder.
set -euo pipefail
rsyslog=8.2302.0-1+deb12u2 fail2ban=1.0.2-2 sshguard=2.4.2-1+b2 logwatch=7.7-1
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "rsyslog=$rsyslog" libestr0 libfastjson4 liblognorm5 "fail2ban=$fail2ban" "sshguard=$sshguard" "logwatch=$logwatch" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
cat >rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$folder/log")
\$RepeatedMsgReduction on
template(name="line" type="string" string="%timestamp% lab %syslogtag%%msg:::sp-if-no-1st-sp%%msg%\n")
*.* action(type="omfile" file="$folder/auth.log" template="line")
END
LD_LIBRARY_PATH=$library root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$folder/rsyslog.conf" -i "$folder/pid" >said 2>&1 &
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
for message in ["sshd[7]: Failed password for root from 192.0.2.7 port 40001 ssh2"] * 6 + ["sshd[8]: last"]:
    sender.send(("<38>Dec 10 06:55:48 " + message).encode())
    time.sleep(0.02)
END
python3 send.py
for _ in {1..100}; do ! grep -q ' last$' auth.log 2>/dev/null || break; sleep 0.1; done
sed -i '/: last$/d' auth.log
guesses() {
    PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban "$1" sshd | sed -nE 's/^Failregex: ([0-9]+) total$/fail2ban: \1/p'
    echo "sshguard: $(root/usr/libexec/sshguard/sshg-parser <"$1" | wc -l)"
    sed 's/.*sshd\[[0-9]*\]: //' "$1" | LOGWATCH_DETAIL_LEVEL=5 PERL5LIB=root/usr/share/logwatch/lib perl root/usr/share/logwatch/scripts/services/sshd |
        sed -nE 's/^ +192\.0\.2\.7.*: ([0-9]+) [Tt]imes?$/logwatch: \1/p'
}
{
    sed -E 's/^.{16}//' auth.log
    guesses auth.log
} >seen
echo "rsyslog $rsyslog, fail2ban $fail2ban, sshguard $sshguard, logwatch $logwatch"
cat seen
cmp seen - <<'END' || { echo 'changed: the line is another, or is counted'; exit 1; }
lab sshd[7]: Failed password for root from 192.0.2.7 port 40001 ssh2
lab sshd[7]: message repeated 5 times: [ Failed password for root from 192.0.2.7 port 40001 ssh2]
fail2ban: 1
sshguard: 1
logwatch: 1
END
