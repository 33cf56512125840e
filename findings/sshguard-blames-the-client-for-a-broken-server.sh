#!/usr/bin/env bash
# Guess: sshguard counts a login that was refused because the password is wrong, not one that was refused because the mail server could not ask anybody
# (`Connection lost to authentication server`, when Dovecot is restarted, say), nor a client that went away; fail2ban tells these apart.
# Seen: whatever Postfix writes behind "authentication failed" is an attack of 10 points, and so is "lost connection after AUTH", which follows a
# login that succeeded too. A mail program tries again by itself, and after three times, with the right password, the threshold of 30 is reached; the
# address may be that of an office. Of Exim's lines it counts 535, a wrong password, and lets 435, a server in trouble, be. fail2ban's filters count
# the wrong passwords alone (Postfix in its mode "auth").
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder. No server is run.
set -euo pipefail
sshguard=2.4.2-1+b2 fail2ban=1.0.2-2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "sshguard=$sshguard" "fail2ban=$fail2ban" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
postfix='Dec 10 06:55:48 lab postfix/smtpd[7]:'
failed='warning: unknown[192.0.2.7]: SASL PLAIN authentication failed:'
exim='2026-12-10 06:55:48 plain_server authenticator failed for (h) [192.0.2.7]:'
counts() {
    echo "$1" >line
    points=$(root/usr/libexec/sshguard/sshg-parser <line | awk '{ print $4 }')
    found=$(PYTHONPATH=root/usr/lib/python3/dist-packages python3 root/usr/bin/fail2ban-regex -c root/etc/fail2ban line "$2" | sed -nE 's/^Failregex: ([0-9]+) total$/\1/p')
    echo "${1#*\]: }: sshguard ${points:-0}, fail2ban $found"
}
{
    counts "$postfix $failed UGFzc3dvcmQ6" 'postfix[mode=auth]'
    counts "$postfix $failed Connection lost to authentication server" 'postfix[mode=auth]'
    counts "$postfix lost connection after AUTH from unknown[192.0.2.7]" 'postfix[mode=auth]'
    counts "$exim 535 Incorrect authentication data" exim
    counts "$exim 435 Unable to authenticate at present: no database" exim
} >seen
echo "sshguard $sshguard, fail2ban $fail2ban"
cat seen
cmp seen - <<'END' || { echo 'changed: other lines are counted'; exit 1; }
warning: unknown[192.0.2.7]: SASL PLAIN authentication failed: UGFzc3dvcmQ6: sshguard 10, fail2ban 1
warning: unknown[192.0.2.7]: SASL PLAIN authentication failed: Connection lost to authentication server: sshguard 10, fail2ban 0
lost connection after AUTH from unknown[192.0.2.7]: sshguard 10, fail2ban 0
535 Incorrect authentication data: sshguard 10, fail2ban 1
435 Unable to authenticate at present: no database: sshguard 0, fail2ban 0
END
