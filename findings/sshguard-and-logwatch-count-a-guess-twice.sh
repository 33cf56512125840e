#!/usr/bin/env bash
# Guess: one wrong password is one attack to a program that counts attacks on sshd, whoever was guessed at: sshguard bans after three
# (threshold 30, 10 each), and logwatch's report says how many there were.
# Seen: sshd writes two lines about a guess at a user that does not exist (`Invalid user`, then `Failed password for invalid user`), and both
# programs count each of them. So sshguard bans at the second guess at an unknown user, not at the third as at root, and logwatch's
# "Illegal users from" says twice what happened, beside "Failed logins from", which is right.
#
# Needs Debian 12 with apt's lists, and perl; installs nothing on the machine: the packages are unpacked to a temporary folder. No server is run,
# nothing connects.
set -euo pipefail
sshguard=2.4.2-1+b2 logwatch=7.7-1
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "sshguard=$sshguard" "logwatch=$logwatch" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
cat >unknown <<'END'
Dec 10 06:55:46 lab sshd[7]: Invalid user webmaster from 192.0.2.10 port 38926
Dec 10 06:55:48 lab sshd[7]: Failed password for invalid user webmaster from 192.0.2.10 port 38926 ssh2
END
cat >known <<'END'
Dec 10 06:55:50 lab sshd[8]: Failed password for root from 192.0.2.11 port 38927 ssh2
END
points() { root/usr/libexec/sshguard/sshg-parser <"$1" | awk '{ sum += $4 } END { print sum + 0 }'; }
times() {
    sed 's/.*sshd\[[0-9]*\]: //' "$1" | LOGWATCH_DETAIL_LEVEL=5 PERL5LIB=root/usr/share/logwatch/lib perl root/usr/share/logwatch/scripts/services/sshd |
        sed -nE 's/^ +192\.0\.2\.1[01]: ([0-9]+) Times?$/\1/p'
}
echo "one guess          at a user there is  at an unknown one"
printf 'sshguard %-9s  %-18s  %s\n' "$sshguard" "$(points known) points" "$(points unknown) points"
printf 'logwatch %-9s  %-18s  %s\n' "$logwatch" "$(times known)" "$(times unknown)"
[ "$(points known) $(points unknown) $(times known) $(times unknown)" = '10 20 1 2' ] || { echo 'changed: it was 10 and 20 points, 1 and 2 times'; exit 1; }
