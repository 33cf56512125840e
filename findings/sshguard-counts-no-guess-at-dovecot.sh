#!/usr/bin/env bash
# Guess: sshguard and logwatch, which have Dovecot among the services that they know, count a wrong password at the Dovecot of the same Debian, as fail2ban
# does; and three guesses over one connection, which are one line, as more than one.
# Seen: they do not. Dovecot says how the connection ended in front of the bracket, `Disconnected: Connection closed (auth failed, 3 attempts in 9 secs)`
# or `Disconnected: Aborted login by logging out (...)`, and both know `Disconnected (auth failed, ...)` alone, which earlier versions wrote:
# sshguard has nothing to ban for, and logwatch's report has, at its highest detail, only that a login was aborted. fail2ban counts each line, but a line as one.
#
# Needs Debian 12 with apt's lists, root, unshare, perl, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, laid over
# /usr for Dovecot alone (it looks for its parts there), and the server listens on 127.0.0.1 alone.
set -euo pipefail
dovecot=1:2.3.19.1+dfsg1-2.1+deb12u7 sshguard=2.4.2-1+b2 fail2ban=1.0.2-2 logwatch=7.7-1
if [ "${1:-}" != inside ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    chmod 755 "$folder"
    (
        cd "$folder"
        apt-get download -qq {dovecot-core,dovecot-imapd}="$dovecot" libexttextcat-2.0-0 libstemmer0d liblua5.3-0 "sshguard=$sshguard" "fail2ban=$fail2ban" \
            "logwatch=$logwatch" 2>/dev/null
        for package in *.deb; do dpkg -x "$package" root; done
    )
    unshare --mount "$0" inside "$folder"
    exit
fi
cd "$2"
for part in bin lib; do mount -t overlay overlay -o "lowerdir=$PWD/root/usr/$part:/usr/$part" "/usr/$part"; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >conf <<END
base_dir = $PWD/run
state_dir = $PWD/state
protocols = imap
listen = 127.0.0.1
log_path = $PWD/log
log_timestamp = "%b %d %H:%M:%S lab dovecot: "
ssl = no
default_internal_user = daemon
default_internal_group = daemon
default_login_user = nobody
auth_failure_delay = 0
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=right
}
END
export LD_LIBRARY_PATH=/usr/lib/dovecot
root/usr/sbin/dovecot -F -c conf >said 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || :; wait' EXIT
cat >guess.py <<'END'
import socket, sys, time
def guess(*commands):
    for attempt in range(100):
        try:
            server = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
            break
        except OSError:
            time.sleep(0.1)
    lines = server.makefile("rwb")
    lines.readline()
    for command in commands:
        lines.write(command + b"\r\n")
        lines.flush()
        lines.readline()
guess(b"a LOGIN bob wrong")
guess(b"a LOGIN bob wrong", b"b LOGOUT")
guess(b"a LOGIN bob wrong", b"b LOGIN bob wrong", b"c LOGIN bob wrong")
END
python3 guess.py "$port"
for _ in {1..100}; do ! grep -q '3 attempts' log || break; sleep 0.1; done
# As syslog has them: without the level, and of a client elsewhere.
sed -nE '/imap-login: Info/{s/imap-login: Info: /imap-login: /; s/rip=127.0.0.1/rip=192.0.2.7/; p}' log >mail.log
sed -E 's/(Disconnected): [A-Z][a-z ]* \(/\1 (/' mail.log >earlier
{
    sed -E 's/.*(imap-login: .*) in [0-9]+ secs.*/\1/' mail.log
    for file in mail.log earlier; do
        echo "$file, sshguard: $(root/usr/libexec/sshguard/sshg-parser <"$file" | awk '{ sum += $4 } END { print sum + 0 }') points"
        PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban "$file" dovecot |
            sed -nE "s/^Failregex: ([0-9]+) total\$/$file, fail2ban: \\1/p"
        sed 's/.*lab //' "$file" | LOGWATCH_DETAIL_LEVEL=10 PERL5LIB=root/usr/share/logwatch/lib perl root/usr/share/logwatch/scripts/services/dovecot >report
        echo "$file, logwatch: $(grep -cE 'auth failed|192\.0\.2\.7' report) lines about them"
    done
} >seen
echo "Dovecot $dovecot, sshguard $sshguard, fail2ban $fail2ban, logwatch $logwatch"
cat seen
cmp seen - <<'END' || { echo 'changed: the lines are others, or are counted'; exit 1; }
imap-login: Disconnected: Connection closed (auth failed, 1 attempts
imap-login: Disconnected: Aborted login by logging out (auth failed, 1 attempts
imap-login: Disconnected: Connection closed (auth failed, 3 attempts
mail.log, sshguard: 0 points
mail.log, fail2ban: 3
mail.log, logwatch: 1 lines about them
earlier, sshguard: 30 points
earlier, fail2ban: 3
earlier, logwatch: 2 lines about them
END
