#!/usr/bin/env bash
# Guess: `ip_counter` of haproxy-log-analysis counts the addresses that connected, which each line of HAProxy has in front; where headers are captured,
# `{...}` later in the line, that changes nothing.
# Seen: with a captured header it counts the first of them in place of the address, whichever it is: its reader takes it for X-Forwarded-For. Where the
# user agent or the host is captured, the "addresses" are Mozilla/5.0 and names of hosts, and the filter `ip[192.0.2.1]` finds none of that
# client's requests; where it is X-Forwarded-For, each client chooses how it is called.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check haproxy-log-analysis==6.0.0
line() {
    echo "Nov 30 09:00:00 lab haproxy[7]: $1:40001 [30/Nov/2026:09:04:31.481] web site/one 0/0/1/2/3 404 56 - - ---- 1/1/0/0/0 0/0 $2\"GET $3 HTTP/1.1\""
}
{
    line 192.0.2.1 '' /plain
    line 192.0.2.1 '{Mozilla/5.0} ' /agent
    line 192.0.2.1 '{198.51.100.1} ' /forwarded
    line 192.0.2.1 '{site.example|Mozilla/5.0} ' /two
} >haproxy.log
ask() { v/bin/haproxy_log_analysis -l haproxy.log --json "$@"; }
{
    ask -c ip_counter
    ask -c request_path_counter -f 'ip[192.0.2.1]'
} | grep '^{' >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^haproxy'
cat seen
cmp seen - <<'END' || { echo 'changed: something else is counted'; exit 1; }
{"IP_COUNTER": [{"192.0.2.1": 1}, {"Mozilla/5.0": 1}, {"198.51.100.1": 1}, {"site.example": 1}]}
{"REQUEST_PATH_COUNTER": [{"/plain": 1}]}
END
