#!/usr/bin/env bash
# Guess: logcheck, which mails what is unusual in the system log, has wrong passwords in its mail, whichever program of Debian was asked.
# Seen: at the level that it has by default, server, its rules leave out sshd's `Failed password`, `Invalid user`, `not allowed because not listed in AllowUsers`
# and what PAM says of each, and Postfix's `SASL LOGIN authentication failed`. Of any number of guesses over SSH nothing is in the mail but that one connection
# made too many, if it did, or belonged to an unknown user. A wrong password at Dovecot, sudo or su is in it. At the level paranoid all are.
#
# Needs Debian 12 with apt's lists, root, unshare, setpriv, and perl; the packages are unpacked to a temporary folder and laid over /usr in a namespace of
# its own. Installs nothing on the machine.
set -euo pipefail
if [ $# = 0 ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    chmod 755 "$folder"
    self=$(realpath "$0")
    cd "$folder"
    apt-get download -qq logcheck=1.4.2+deb12u1 logcheck-database=1.4.2+deb12u1 logtail=1.4.2+deb12u1 lockfile-progs=0.1.19 liblockfile1=1.17-1+b1 2>/dev/null
    for package in *.deb; do dpkg -x "$package" root; done
    unshare -m "$self" "$folder"
    exit
fi
cd "$1"
mount -t overlay -o "lowerdir=$PWD/root/usr:/usr" overlay /usr
mount -t tmpfs -o mode=1777 none /run/lock
cat >lines <<'END'
sshd[70001]: Failed password for root from 192.0.2.7 port 40001 ssh2
sshd[70001]: Failed password for invalid user admin from 192.0.2.7 port 40001 ssh2
sshd[70001]: Invalid user admin from 192.0.2.7 port 40001
sshd[70001]: User root from 192.0.2.7 not allowed because not listed in AllowUsers
sshd[70001]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root
sshd[70001]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root
sshd[70001]: Connection closed by authenticating user root 192.0.2.7 port 40001 [preauth]
sshd[70001]: Connection closed by invalid user admin 192.0.2.7 port 40001 [preauth]
sshd[70001]: error: maximum authentication attempts exceeded for root from 192.0.2.7 port 40001 ssh2 [preauth]
postfix/smtpd[70002]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: authentication failure
dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 9 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>
sudo:      bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id
su[70003]: FAILED SU (to root) bob on pts/0
END
for level in server paranoid; do
    sed 's/^/2026-10-10T13:55:36.123456+02:00 web /' lines >log
    mkdir -m 1777 "state.$level"
    echo "REPORTLEVEL=\"$level\"" >conf
    chmod a+r log conf
    setpriv --reuid=65534 --regid=65534 --clear-groups /usr/sbin/logcheck -c "$PWD/conf" -r "$PWD/root/etc/logcheck" -S "$PWD/state.$level" -l "$PWD/log" -o -t >mail
    echo "$level, in the mail:"
    sed -nE 's/^2026[^ ]+ web //p' mail
done >seen
echo "logcheck 1.4.2+deb12u1"
cat seen
cmp seen - <<'END' || { echo 'changed: other lines are in the mail'; exit 1; }
server, in the mail:
su[70003]: FAILED SU (to root) bob on pts/0
sudo:      bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id
dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 9 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>
sshd[70001]: Connection closed by invalid user admin 192.0.2.7 port 40001 [preauth]
sshd[70001]: error: maximum authentication attempts exceeded for root from 192.0.2.7 port 40001 ssh2 [preauth]
paranoid, in the mail:
su[70003]: FAILED SU (to root) bob on pts/0
sudo:      bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id
dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 9 secs): user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>
postfix/smtpd[70002]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: authentication failure
sshd[70001]: Failed password for root from 192.0.2.7 port 40001 ssh2
sshd[70001]: Failed password for invalid user admin from 192.0.2.7 port 40001 ssh2
sshd[70001]: Invalid user admin from 192.0.2.7 port 40001
sshd[70001]: User root from 192.0.2.7 not allowed because not listed in AllowUsers
sshd[70001]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root
sshd[70001]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root
sshd[70001]: Connection closed by authenticating user root 192.0.2.7 port 40001 [preauth]
sshd[70001]: Connection closed by invalid user admin 192.0.2.7 port 40001 [preauth]
sshd[70001]: error: maximum authentication attempts exceeded for root from 192.0.2.7 port 40001 ssh2 [preauth]
END
