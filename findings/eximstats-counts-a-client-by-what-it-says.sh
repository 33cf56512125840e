#!/usr/bin/env bash
# Guess: a report of the hosts that send most mail, eximstats', names the client, by its address or by a name that Exim checked; what a client says of itself
# in HELO is in the log in parentheses, beside the address.
# Seen: where the address has no checked name, HELO is the host, and the address is nowhere: three clients that say the same are one "sending host", and a
# client that says another's address, `([192.0.2.99])`, is that. So the number of hosts is too small or too large as the clients please. Where no name was
# said, or a checked one is there, it is right. The tables of rejected mail beside it go by address.
#
# Needs Debian 12 with apt's lists, and perl; installs nothing on the machine: the package is unpacked to a temporary folder.
set -euo pipefail
exim=4.96-15+deb12u11
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "exim4-base=$exim" 2>/dev/null
dpkg -x ./*.deb root
cat >mainlog <<'END'
2026-10-10 13:55:30 1uABCA-000001-AB <= a@site.example H=(mail.site.example) [192.0.2.7] P=esmtp S=1000 id=1@site.example
2026-10-10 13:55:31 1uABCB-000001-AB <= b@site.example H=(mail.site.example) [198.51.100.9] P=esmtp S=2000 id=2@site.example
2026-10-10 13:55:32 1uABCC-000001-AB <= c@site.example H=(mail.site.example) [2001:db8::9] P=esmtpsa A=plain:bob S=3000 id=3@site.example
2026-10-10 13:55:33 1uABCD-000001-AB <= d@site.example H=([192.0.2.99]) [203.0.113.4] P=esmtp S=4000 id=4@site.example
2026-10-10 13:55:34 1uABCE-000001-AB <= e@site.example H=(laptop) [203.0.113.4] P=esmtp S=5000 id=5@site.example
2026-10-10 13:55:35 1uABCF-000001-AB <= f@site.example H=host.site.example (mail.site.example) [192.0.2.8] P=esmtp S=6000 id=6@site.example
2026-10-10 13:55:36 1uABCG-000001-AB <= g@site.example H=[192.0.2.9] P=esmtp S=7000 id=7@site.example
2026-10-10 13:55:37 H=(mail.site.example) [192.0.2.10] F=<h@site.example> rejected RCPT <x@site.example>: Unknown user
2026-10-10 13:55:38 H=(mail.site.example) [192.0.2.11] F=<h@site.example> rejected RCPT <x@site.example>: Unknown user
END
perl root/usr/sbin/eximstats mainlog >report
awk '/^Top 50 (sending hosts|rejected ips) by message count/ { on = 1 } on && /^ +[0-9]/ { $1 = $1; print } /^Top 50/ && !/by message count/ { on = 0 }' report | sort >seen
sed -nE 's/^ +Received .* ([0-9]+) +[0-9]+ +[0-9.]+% +[0-9]+ +[0-9.]+%$/hosts: \1, of 6 addresses/p' report >>seen
echo "exim4-base $exim"
cat seen
cmp seen - <<'END' || { echo 'changed: the hosts are others'; exit 1; }
1 4000 4000 ([192.0.2.99])
1 5000 5000 (laptop)
1 6000 6000 host.site.example
1 7000 7000 [192.0.2.9]
1 [192.0.2.10]
1 [192.0.2.11]
3 6000 2000 (mail.site.example)
hosts: 5, of 6 addresses
END
