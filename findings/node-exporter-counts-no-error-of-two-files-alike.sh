#!/bin/bash
# Guess: where two files of node_exporter's textfile collector hold the same series with two values, the scrape says so: it fails, or
# node_textfile_scrape_error, which alerts watch, is 1.
# Seen: the answer is 200, node_textfile_scrape_error is 0 and node_scrape_collector_success is 1. The value of the file that comes first by name
# is served and the other is gone; only promhttp_metric_handler_errors_total{cause="gathering"} and the log tell.
#
# Needs Debian or Ubuntu with apt's lists, and python3; installs nothing on the machine.
set -eu -o pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
trap '[ -z "${server:-}" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q "prometheus-node-exporter=$(apt-cache policy prometheus-node-exporter | sed -n 's/^ *Candidate: //p')" >/dev/null 2>&1
dpkg -x ./*.deb root
mkdir files
for n in 1 2; do printf '# HELP backup_age_seconds Age.\n# TYPE backup_age_seconds gauge\nbackup_age_seconds %s\n' "$n" >"files/$n.prom"; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/bin/prometheus-node-exporter --version | head -1
root/usr/bin/prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory=files \
    "--web.listen-address=127.0.0.1:$port" 2>log &
server=$!
python3 - "$port" <<'PY' >seen
import sys, time, urllib.request
for attempt in range(100):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10).read()
        break
    except OSError:
        time.sleep(0.1)
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=10) as answer:
    print(answer.status)
    wanted = ("backup_age_seconds ", "node_textfile_scrape_error ", "node_scrape_collector_success", "promhttp_metric_handler_errors_total{cause=\"gathering\"}")
    print("".join(line for line in answer.read().decode().splitlines(True) if line.startswith(wanted)), end="")
PY
cat seen
printf '%s\n' 200 'backup_age_seconds 1' 'node_scrape_collector_success{collector="textfile"} 1' 'node_textfile_scrape_error 0' \
    'promhttp_metric_handler_errors_total{cause="gathering"} 1' | cmp - seen
grep -q 'was collected before with the same name and label values' log
