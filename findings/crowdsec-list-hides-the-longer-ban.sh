#!/usr/bin/env bash
# Guess: `cscli decisions list` shows every ban in force: after a second, shorter one for the same address both, or, if one alone, the one that
# is enforced.
# Seen: it shows the one made last alone, `--all` or not, while the local API's stream gives bouncers the longest: the list says that the ban
# ends in two hours, and it lasts twelve. Deleting by its ID the decision that the list shows changes nothing at the bouncer. That one was
# left out only the table for people says ("1 duplicated entries skipped"); raw output does not, and JSON has an alert without decisions.
#
# Needs Debian or Ubuntu with apt's lists, unshare, ip, and python3; installs nothing on the machine: the package is unpacked to a temporary
# folder, and its server is in a network namespace of its own.
set -euo pipefail
if [ "${1:-}" != inside ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    (cd "$made" && apt-get download -qq crowdsec=1.4.6-6~deb12u1+b1 2>/dev/null && dpkg -x ./*.deb root)
    if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
    unshare "$flags" "$BASH" "$0" inside "$made"
    exit
fi
cd "$2"
export PATH=$PWD/root/usr/bin:$PATH
ip link set lo up
mkdir data hub notifications
echo '{}' >hub/.index.json
cat >config.yaml <<END
common: {daemonize: false, log_media: stdout, log_level: info, working_dir: .}
config_paths: {config_dir: $PWD, data_dir: $PWD/data, hub_dir: $PWD/hub, index_path: $PWD/hub/.index.json, notification_dir: $PWD/notifications}
cscli: {output: raw}
db_config: {log_level: info, type: sqlite, db_path: $PWD/data/crowdsec.db, use_wal: false}
api:
  client: {credentials_path: $PWD/credentials.yaml}
  server: {log_level: info, listen_uri: 127.0.0.1:8080, profiles_path: $PWD/profiles.yaml, console_path: $PWD/console.yaml}
prometheus: {enabled: false}
END
printf 'name: all\nfilters:\n - "true"\non_success: break\n' >profiles.yaml
echo 'url: http://127.0.0.1:8080' >credentials.yaml
asks() { cscli -c config.yaml "$@" 2>>log; }
asks machines add desk --password secret -f credentials.yaml --force >>log
asks bouncers add wall -k key >>log
crowdsec -c config.yaml -no-cs >>log 2>&1 &
server=$!
trap 'kill "$server"; wait "$server" || :' EXIT
for _ in {1..100}; do if asks lapi status; then break; fi; sleep 0.1; done
# The ID, the address and the whole hours left, as cscli lists them and as the API gives them.
listed() { asks decisions list -o raw "$@" | sed -nE 's/^([0-9]+),cscli,Ip:([^,]*),.*,([0-9]+h)[0-9]+m[0-9.]+s,.*/\1 \2 \3/p'; }
given() {
    python3 - "$1" <<'PY'
import json, re, sys, urllib.request
asked = urllib.request.Request("http://127.0.0.1:8080/v1/" + sys.argv[1], headers={"X-Api-Key": "key"})
answer = json.load(urllib.request.urlopen(asked, timeout=10))
for ban in sorted(answer["new"] if "stream" in sys.argv[1] else answer, key=lambda ban: ban["id"]):
    print(ban["id"], ban["value"], re.match("[0-9]+h", ban["duration"])[0])
PY
}
told() {
    echo "list: $(listed)"
    echo "list --all: $(listed --all)"
    echo "bouncer's stream: $(given 'decisions/stream?startup=true')"
    echo "bouncer's question: $(given 'decisions?ip=192.0.2.66' | paste -sd ';')"
}
asks decisions add --ip 192.0.2.66 --duration 12h >>log
# So that the two are not of one second.
sleep 1.1
asks decisions add --ip 192.0.2.66 --duration 2h >>log
{
    told
    echo "list -o json: $(asks decisions list -o json | python3 -c 'import json, sys; print([len(alert["decisions"] or []) for alert in json.load(sys.stdin)])') decisions"
    echo "list -o human: $(asks decisions list -o human | tail -1)"
    echo '2 is deleted:'
    asks decisions delete --id 2 >>log
    told
} >seen
asks version
echo "CrowdSec $(sed -n 's/.* version: //p' log | tail -1)"
cat seen
cmp seen - <<'END' || { echo 'changed: the list shows something else, or bouncers are given something else'; exit 1; }
list: 2 192.0.2.66 1h
list --all: 2 192.0.2.66 1h
bouncer's stream: 1 192.0.2.66 11h
bouncer's question: 1 192.0.2.66 11h;2 192.0.2.66 1h
list -o json: [1, 0] decisions
list -o human: 1 duplicated entries skipped
2 is deleted:
list: 1 192.0.2.66 11h
list --all: 1 192.0.2.66 11h
bouncer's stream: 1 192.0.2.66 11h
bouncer's question: 1 192.0.2.66 11h
END
