#!/usr/bin/env bash
# Guess: what counts attacks on sshd knows the line into which rsyslog folds repeated ones, `message repeated 5 times: [ Failed password ... ]`: it
# counts five, or one if it is careless; six guesses are not fewer than two.
# Seen: fail2ban 1.0.2 and sshguard 2.4.2 do not see an attack in that line at all, and logwatch 7.7 has it among the "Unmatched Entries": six guesses
# over one connection, which are written alike to the last byte, are one guess to each of them. Two guesses over two connections are two. With
# $RepeatedMsgReduction on, who guesses fast over few connections is counted least.
#
# Needs Debian 12 with apt's lists, perl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
rsyslog=8.2302.0-1+deb12u2 fail2ban=1.0.2-2 sshguard=2.4.2-1+b2 logwatch=7.7-1
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "rsyslog=$rsyslog" libestr0 libfastjson4 liblognorm5 "fail2ban=$fail2ban" "sshguard=$sshguard" "logwatch=$logwatch" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$made"/root/usr/lib/*-linux-gnu)
cat >conf <<END
\$RepeatedMsgReduction on
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$made/log")
template(name="line" type="string" string="%timegenerated% lab %syslogtag%%msg%\n")
*.* action(type="omfile" file="$made/all.log" template="line")
END
LD_LIBRARY_PATH=$library root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$made/conf" -i "$made/pid" &
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
guess = "<38>Dec 10 06:55:48 sshd[%d]: Failed password for root from %s port %d ssh2"
for pid, peer, port in [(7, "192.0.2.1", 40001)] * 6 + [(8, "192.0.2.2", 40002), (9, "192.0.2.2", 40003)]:
    sender.send((guess % (pid, peer, port)).encode())
    time.sleep(0.02)
sender.send(b"<38>Dec 10 06:55:49 sshd[10]: last")
END
python3 send.py
for _ in {1..100}; do ! grep -q ' last$' all.log 2>/dev/null || break; sleep 0.1; done
shared=$made/root/usr/share/logwatch
fail2ban_counts() {
    PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban part sshd |
        sed -nE 's/^Failregex: ([0-9]+) total$/\1/p'
}
sshguard_counts() { root/usr/libexec/sshguard/sshg-parser <part | wc -l; }
logwatch_counts() {
    sed 's/.*sshd\[[0-9]*\]: //' part | LOGWATCH_DETAIL_LEVEL=5 PERL5LIB=$shared/lib perl "$shared/scripts/services/sshd" |
        sed -nE "s/^ +192\.0\.2\.[12]: ([0-9]+) Times?$/\1/p"
}
{
    sed -E 's/^.* lab //; /last$/d' all.log
    echo "guesses  fail2ban  sshguard  logwatch"
    for peer in 192.0.2.1:6 192.0.2.2:2; do
        grep -F " from ${peer%:*} " all.log >part
        printf '%-7s  %-8s  %-8s  %s\n' "${peer#*:}" "$(fail2ban_counts)" "$(sshguard_counts)" "$(logwatch_counts)"
    done
} >seen
echo "rsyslog $rsyslog, fail2ban $fail2ban, sshguard $sshguard, logwatch $logwatch"
cat seen
cmp seen - <<'END' || { echo 'changed: the line is folded or counted otherwise'; exit 1; }
sshd[7]: Failed password for root from 192.0.2.1 port 40001 ssh2
sshd[7]: message repeated 5 times: [ Failed password for root from 192.0.2.1 port 40001 ssh2]
sshd[8]: Failed password for root from 192.0.2.2 port 40002 ssh2
sshd[9]: Failed password for root from 192.0.2.2 port 40003 ssh2
guesses  fail2ban  sshguard  logwatch
6        1         1         1
2        2         2         2
END
