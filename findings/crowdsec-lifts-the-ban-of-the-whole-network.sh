#!/usr/bin/env bash
# Guess: `cscli decisions delete --ip` lifts the ban of that address; a ban of a network that it lies in stays, or is refused, since an address cannot be
# taken out of it. `--range` lifts what lies in that range.
# Seen: `--ip 192.0.2.7`, which nobody had banned by itself, deletes the bans of 192.0.2.0/24 and of 192.0.0.0/16 around it, 65536 addresses: letting one
# person in lets in all. `--range 192.0.2.0/24` deletes the /16 around it too, and leaves the address in it that was banned for itself; only with
# `--contained` does it take those inside and leave the one around. What is said is a number of decisions.
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
banned() { asks decisions list -o raw | sed -nE 's/^[0-9]+,cscli,(Ip|Range):([^,]*),.*/\2/p' | sort | paste -sd ' '; }
try() {
    asks decisions delete --all >>log
    asks decisions add --ip 192.0.2.9 >>log
    sleep 1.1
    asks decisions add --range 192.0.2.0/24 >>log
    sleep 1.1
    asks decisions add --range 192.0.0.0/16 >>log
    echo "before: $(banned)"
    asks decisions delete "$@" >>log
    left=$(banned)
    echo "after delete $*: ${left:-none}"
}
{
    try --ip 192.0.2.7
    try --ip 192.0.2.9
    try --range 192.0.2.0/24
    try --range 192.0.2.0/24 --contained
} >seen
asks version
echo "CrowdSec $(sed -n 's/.* version: //p' log | tail -1)"
cat seen
cmp seen - <<'END' || { echo 'changed: other bans are deleted'; exit 1; }
before: 192.0.0.0/16 192.0.2.0/24 192.0.2.9
after delete --ip 192.0.2.7: 192.0.2.9
before: 192.0.0.0/16 192.0.2.0/24 192.0.2.9
after delete --ip 192.0.2.9: none
before: 192.0.0.0/16 192.0.2.0/24 192.0.2.9
after delete --range 192.0.2.0/24: 192.0.2.9
before: 192.0.0.0/16 192.0.2.0/24 192.0.2.9
after delete --range 192.0.2.0/24 --contained: 192.0.0.0/16
END
