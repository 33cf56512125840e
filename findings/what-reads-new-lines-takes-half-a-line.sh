#!/usr/bin/env bash
# Guess: what gives the new lines of a log, from where it stopped the last time or as they come, gives lines: one that is not written to its end yet, as a
# writer with a buffer leaves it, waits for the rest. tail -f does not wait, but joins the two on the screen.
# Seen: logtail and logtail2, which logcheck runs, since, tailer and tailhead of Python, and nodejs-tail and file-tail give the half as a line, and the
# rest as another. Where the cut is in an address the line has another address: `from 192.0.2.7` and `7 port 4711 ssh2`, of a client at 192.0.2.77. It
# is whole, and of the right form, so nothing tells. tail and always-tail of npm wait.
#
# Needs Debian 12 with apt's lists, perl, python3 with venv, and npm; the packages are unpacked and installed to a temporary folder.
set -euo pipefail
logtail=1.4.2+deb12u1 since=1.1-7
folder=$(mktemp -d)
running=()
trap '[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "logtail=$logtail" "since=$since" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check tailer==0.4.1 tailhead==1.0.2
npm install --silent --no-audit --no-fund --no-save tail@2.2.6 always-tail@0.2.0 nodejs-tail@1.1.1 file-tail@0.3.0 >/dev/null
half='sshd[7]: Failed password for root from 192.0.2.7'
rest='7 port 4711 ssh2'
told() { sed "s/^/$1: /"; }
for name in logtail logtail2 since; do
    printf '%s' "$half" >log
    for _ in 1 2; do
        case $name in
            since) root/usr/bin/since -s state log 2>/dev/null ;;
            *) perl "root/usr/sbin/$name" -f log -o "$name.offset" ;;
        esac
        echo
        echo "$rest" >>log
    done | sed '/^$/d' | told "$name"
done >seen
cat >follow.py <<'END'
import sys, threading, time
import tailer, tailhead
def follow():
    lines = tailer.follow(open("log")) if sys.argv[1] == "tailer" else tailhead.follow_path("log")
    for line in lines:
        if line is None:
            time.sleep(0.1)
        else:
            print(line, flush=True)
threading.Thread(target=follow, daemon=True).start()
time.sleep(60)
END
cat >follow.js <<'END'
const name = process.argv[2], module_ = require(name), say = line => console.log(String(line));
if (name === 'tail') new module_.Tail('log').on('line', say);
else if (name === 'always-tail') { const tail = new module_('log', '\n', { interval: 100 }); tail.on('line', say); tail.watch(); }
else if (name === 'nodejs-tail') { const tail = new module_('log'); tail.on('line', say); tail.watch(); }
else module_.startTailing('log').on('line', say);
setTimeout(() => {}, 60000);
END
echo first >log
names=(tailer tailhead nodejs-tail file-tail tail always-tail)
for name in "${names[@]}"; do
    case $name in
        tailer | tailhead) v/bin/python follow.py "$name" >"out.$name" 2>/dev/null & ;;
        *) node follow.js "$name" >"out.$name" 2>/dev/null & ;;
    esac
    running+=("$!")
done
all_have() { for name in "${@:2}"; do grep -q "$1" "out.$name" || return 1; done; }
for _ in {1..100}; do
    ! all_have ready "${names[@]}" || break
    echo ready >>log
    sleep 0.3
done
sleep 2
printf '%s' "$half" >>log
for _ in {1..50}; do ! all_have 'from 192' "${names[@]:0:4}" || break; sleep 0.3; done
sleep 2
echo "$rest" >>log
for _ in {1..50}; do ! all_have 'ssh2$' "${names[@]}" || break; sleep 0.3; done
for name in "${names[@]}"; do sed '/^first$/d; /^ready$/d' "out.$name" | told "$name"; done >>seen
echo "logtail $logtail, since $since"
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(tailer|tailhead) '
cat seen
cmp seen - <<'END' || { echo 'changed: other lines are given'; exit 1; }
logtail: sshd[7]: Failed password for root from 192.0.2.7
logtail: 7 port 4711 ssh2
logtail2: sshd[7]: Failed password for root from 192.0.2.7
logtail2: 7 port 4711 ssh2
since: sshd[7]: Failed password for root from 192.0.2.7
since: 7 port 4711 ssh2
tailer: sshd[7]: Failed password for root from 192.0.2.7
tailer: 7 port 4711 ssh2
tailhead: sshd[7]: Failed password for root from 192.0.2.7
tailhead: 7 port 4711 ssh2
nodejs-tail: sshd[7]: Failed password for root from 192.0.2.7
nodejs-tail: 7 port 4711 ssh2
file-tail: sshd[7]: Failed password for root from 192.0.2.7
file-tail: 7 port 4711 ssh2
tail: sshd[7]: Failed password for root from 192.0.2.77 port 4711 ssh2
always-tail: sshd[7]: Failed password for root from 192.0.2.77 port 4711 ssh2
END
