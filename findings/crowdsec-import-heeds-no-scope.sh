#!/usr/bin/env bash
# Guess: `cscli decisions import` takes from each row of a file what the row has: duration, scope, type and value, as its help says of CSV and JSON; flags
# are for what is not in it.
# Seen: duration and type are taken from the file, `scope` is not: each row has that of the flag, which is Ip where none is given. A network is banned as an
# address called `192.0.2.0/24`, and a bouncer that takes Ip for one address finds none. A file that bans a user too is refused
# whole, since "bob" is no address: not one of its rows is in force. With `--scope Range` every row of the file is a range.
#
# Needs Debian 12 with apt's lists, unshare, ip, and python3; installs nothing on the machine: the package is unpacked to a temporary
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
given() {
    python3 - <<'PY'
import json, urllib.request
asked = urllib.request.Request("http://127.0.0.1:8080/v1/decisions/stream?startup=true&scopes=ip,range,username", headers={"X-Api-Key": "key"})
answer = json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=10))
print(*[f"{ban['scope']} {ban['value']} {ban['type']} {ban['duration'].split('h')[0]}h" for ban in answer["new"] or []] or ["nothing"], sep=", ")
PY
}
try() {
    asks decisions delete --all >>log
    asks decisions import "$@" >>log || echo "import $*: refused"
    echo "bouncers, after import $*: $(given)"
}
printf 'duration,scope,type,value\n2h,ip,ban,192.0.2.9\n3h,range,captcha,198.51.100.0/24\n' >two.csv
printf 'duration,scope,type,value\n2h,ip,ban,192.0.2.9\n3h,username,ban,bob\n' >user.csv
echo '[{"duration": "2h", "scope": "ip", "value": "192.0.2.9"}, {"duration": "3h", "scope": "range", "type": "captcha", "value": "198.51.100.0/24"}]' >two.json
{
    try -i two.csv
    try -i two.json
    try -i two.csv --scope Range
    try -i user.csv
} >seen
asks version
echo "CrowdSec $(sed -n 's/.* version: //p' log | tail -1)"
cat seen
cmp seen - <<'END' || { echo 'changed: other decisions are imported'; exit 1; }
bouncers, after import -i two.csv: Ip 192.0.2.9 ban 1h, Ip 198.51.100.0/24 captcha 2h
bouncers, after import -i two.json: Ip 192.0.2.9 ban 1h, Ip 198.51.100.0/24 captcha 2h
bouncers, after import -i two.csv --scope Range: Range 192.0.2.9 ban 1h, Range 198.51.100.0/24 captcha 2h
import -i user.csv: refused
bouncers, after import -i user.csv: nothing
END
