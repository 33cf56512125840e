#!/usr/bin/env bash
# Guess: GoAccess leaves out of its report what `--exclude-ip` names: a network in CIDR notation too, as nearly every option of that kind takes it, or
# it says that it cannot; and an IPv6 address in whatever case.
# Seen: 1.7 takes `192.0.2.0/24` without a word and leaves out nothing; only a single address and FIRST-LAST work. An IPv6 address is compared as text:
# 2001:DB8::1 in the log is not 2001:db8::1, and is another visitor.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq goaccess=1:1.7-1 libmaxminddb0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library HOME=$folder
for client in 192.0.2.1 192.0.2.2 198.51.100.1 2001:db8::1 2001:DB8::1; do
    echo "$client - - [10/Oct/2026:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\""
done >access.log
told() {
    root/usr/bin/goaccess access.log --no-global-config --log-format=COMBINED -o report.json "$@" >out 2>&1 && status=$? || status=$?
    python3 - "${*:-nothing}" "$status" <<'PY'
import json, sys
general = json.load(open("report.json"))["general"]
print(f"{sys.argv[1]} (status {sys.argv[2]}): {general['excluded_hits']} of {general['total_requests']} left out, {general['unique_visitors']} visitors")
PY
    ! grep -iE 'invalid|unable|error' out
}
{
    told
    told --exclude-ip=192.0.2.1
    told --exclude-ip=192.0.2.1-192.0.2.2
    told --exclude-ip=192.0.2.0/24
    told --exclude-ip=2001:db8::1
} >seen
root/usr/bin/goaccess --version | head -1
cat seen
cmp seen - <<'END' || { echo 'changed: something else is left out'; exit 1; }
nothing (status 0): 0 of 5 left out, 5 visitors
--exclude-ip=192.0.2.1 (status 0): 1 of 5 left out, 4 visitors
--exclude-ip=192.0.2.1-192.0.2.2 (status 0): 2 of 5 left out, 3 visitors
--exclude-ip=192.0.2.0/24 (status 0): 0 of 5 left out, 5 visitors
--exclude-ip=2001:db8::1 (status 0): 1 of 5 left out, 4 visitors
END
