//! What adapters write, given to the programs that it is for: each in a network namespace and a folder of its own.

use std::collections::BTreeSet;

use crate::support::tool::try_with;
use serde_json::Value;

/// The suspects of the sample.
const SUSPECTS: [&str; 3] = ["192.0.2.66", "2001:db8::66", "203.0.113.9"];

fn suspects() -> BTreeSet<String> {
    SUSPECTS.map(ToOwned::to_owned).into()
}

/// `nft -j list` as its objects of the kind `kind`.
fn objects<'v>(listed: &'v Value, kind: &str) -> Vec<&'v Value> {
    listed["nftables"].as_array().expect("a list").iter().filter_map(|object| object.get(kind)).collect()
}

#[test]
fn nftables_keeps_the_suspects_for_their_time_and_no_longer() {
    let script = r"
        nft list ruleset || exit 77
        nobody nftables | nft -f -
        respond nftables --arg timeout 12h | nft -f -
        # Once more, with another time: it starts anew, and no rule is there twice.
        respond nftables --arg timeout 30m | nft -f -
        nobody nftables | nft -f -
        nft -j list table inet soar";
    let Some(listed) = try_with("nftables", &["nft", "unshare"], script) else { return };
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let elements: Vec<_> = objects(&listed, "set").iter().flat_map(|set| set["elem"].as_array().expect("elements")).collect();
    let kept: BTreeSet<_> = elements.iter().map(|element| element["elem"]["val"].as_str().expect("an address").to_owned()).collect();
    assert_eq!(kept, suspects());
    assert!(elements.iter().all(|element| element["elem"]["timeout"] == 1800), "{listed}");
    assert_eq!(objects(&listed, "rule").len(), 3);
}

#[test]
fn two_spellings_of_an_address_are_one_to_nftables_and_ipset() {
    let script = r#"
        nft list ruleset || exit 77
        for ip in 192.0.2.66 ::ffff:192.0.2.66 ::ffff:c000:242 2001:db8::66 2001:DB8:0:0::66 2001:0db8:0::0066 127.0.0.1 fe80::1; do
            printf '{"ip":"%s","suspicious":true}\n' "$ip"
        done > twice.ndjson
        for nth in 1 2; do
            jq -rf "$ROOT/adapters/nftables.jq" twice.ndjson | nft -f -
            if ipset list >&2; then jq -rf "$ROOT/adapters/ipset.jq" twice.ndjson | ipset restore; fi
        done
        { ipset save || :; } | { grep '^add' || :; } | cut -d ' ' -f 3 | sort > sets
        [ ! -s sets ] || printf '192.0.2.66\n2001:db8::66\n' | cmp - sets >&2
        nft -j list table inet soar"#;
    let Some(listed) = try_with("two spellings", &["nft", "ipset", "unshare"], script) else { return };
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let elements = objects(&listed, "set").into_iter().flat_map(|set| set["elem"].as_array().expect("elements"));
    assert_eq!(
        elements.map(|element| element["elem"]["val"].as_str().expect("an address")).collect::<Vec<_>>(),
        ["192.0.2.66", "2001:db8::66"]
    );
}

#[test]
fn networks_are_taken_by_those_that_take_them() {
    let script = r#"
        nft list ruleset || exit 77
        printf '{"ip":"%s","network":"%s","suspicious":true}\n' 2001:db8::66 2001:db8::/64 2001:db8:1:2ff::66 2001:db8:1:200::/56 2001:db8:1:201::1 2001:db8:1:201::/64 > grouped
        networks() { jq --arg by network -rf "$ROOT/adapters/$1.jq" grouped; }
        for nth in 1 2; do networks nftables | nft -f -; done
        # A run without networks leaves them as they are.
        respond nftables | nft -f -
        nft -j list table inet soar > listed
        nft 'flush chain inet soar networks; delete set inet soar networks6'
        if ipset list >&2; then
            for nth in 1 2; do networks ipset | ipset restore; done
            for ip in 2001:db8::1 2001:db8:1:2aa::1; do ipset test soar6net "$ip" >&2; done
            ! ipset test soar6net 2001:db8:2::1 >&2
        fi
        networks hosts-deny >hosts.deny; : >hosts.allow
        echo 'ssh stream tcp nowait root /usr/sbin/sshd sshd' >inetd.conf
        [ "$(for ip in 2001:db8::1 2001:db8:1:2aa::1 2001:db8:2::1; do tcpdmatch -d -i inetd.conf sshd "$ip" | sed -n 's/^access: *//p'; done | xargs)" = 'denied denied granted' ]
        cat listed"#;
    let Some(listed) = try_with("networks", &["nft", "ipset", "tcpdmatch", "unshare"], script) else { return };
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let sets = objects(&listed, "set");
    let set = sets.iter().find(|set| set["name"] == "networks6").expect("the set");
    let networks = set["elem"].as_array().expect("elements").iter().map(|element| &element["elem"]["val"]["prefix"]);
    let networks: Vec<_> = networks.map(|prefix| format!("{}/{}", prefix["addr"].as_str().expect("addr"), prefix["len"])).collect();
    assert_eq!(networks, ["2001:db8::/64", "2001:db8:1:200::/56"]);
    assert_eq!(objects(&listed, "rule").len(), 5, "three for addresses, two for networks");
}

#[test]
fn nftables_drops_what_suspects_send_and_nothing_else() {
    // Two namespaces with a cable between them: what the other end sends from a suspect's address is dropped here.
    let script = r#"
        nft list ruleset || exit 77
        ip link add here type veth peer name there || exit 77
        coproc other { exec unshare -n bash -c 'echo ready; read -r || :'; }
        read -r <&"${other[0]}"
        ip link set there netns "$other_PID"
        far() { nsenter -t "$other_PID" -n "$@"; }
        ip addr add 203.0.113.1/24 dev here; ip addr add 2001:db8::1/64 dev here nodad; ip link set here up
        far ip link set there up
        for address in 203.0.113.9/24 203.0.113.8/24; do far ip addr add "$address" dev there; done
        for address in 2001:db8::66/64 2001:db8::67/64; do far ip addr add "$address" dev there nodad; done
        respond nftables | nft -f -
        coproc ear { exec python3 -c '
import socket
ears = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]
for ear, address in zip(ears, ("203.0.113.1", "2001:db8::1")):
    ear.bind((address, 9999))
print("ready", flush=True)
for ear in ears:
    ear.settimeout(60)
    print(ear.recvfrom(1)[1][0], flush=True)
' 2>&1; }
        # bash forgets the pipe of what has ended.
        exec 7<&"${ear[0]}"
        read -r <&7
        far python3 -c '
import socket
for source, target in (("203.0.113.9", "203.0.113.1"), ("203.0.113.8", "203.0.113.1"), ("2001:db8::66", "2001:db8::1"), ("2001:db8::67", "2001:db8::1")):
    with socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM) as mouth:
        mouth.bind((source, 0))
        mouth.sendto(b"x", (target, 9999))
'
        for nth in 1 2; do read -r heard <&7; echo "$heard"; done"#;
    let Some(heard) = try_with("nftables drops", &["nft", "unshare", "python3", "nsenter"], script) else { return };
    assert_eq!(heard, "203.0.113.8\n2001:db8::67\n", "what suspects sent before them is gone");
}

#[test]
fn ipset_keeps_the_suspects_for_their_time() {
    let script = r"
        ipset list || exit 77
        nobody ipset | ipset restore
        respond ipset --arg timeout 12h | ipset restore
        respond ipset --arg timeout 30m | ipset restore
        ipset save";
    let Some(saved) = try_with("ipset", &["ipset", "unshare"], script) else { return };
    let words = saved.lines().filter_map(|line| line.strip_prefix("add soar")).map(|line| line.split(' ').collect::<Vec<_>>());
    let kept: BTreeSet<_> =
        words.map(|words| (words[0].to_owned(), words[1].to_owned(), words[2] == "timeout" && words[3].len() == 4)).collect();
    let set = |ip: &str| if ip.contains(':') { "6" } else { "4" }.to_owned();
    assert_eq!(kept, SUSPECTS.map(|ip| (set(ip), ip.to_owned(), true)).into(), "{saved}");
}

#[test]
#[ignore = "make test-real"]
fn fail2ban_bans_the_suspects_in_the_jail_that_the_adapter_shows() {
    // A server of our own: its socket, its folder, and an action that only writes down what it is told to ban.
    let script = r#"
        mkdir action.d filter.d jail.d bin
        printf '[Definition]\nloglevel = INFO\nlogtarget = STDOUT\nsyslogsocket = auto\nsocket = %s/sock\npidfile = %s/pid\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 10\nallowipv6 = auto\n[Thread]\n' "$PWD" "$PWD" >fail2ban.conf
        printf '[DEFAULT]\nignorecommand =\nusedns = no\nmaxretry = 5\nfindtime = 10m\nbanaction_allports = note\naction = %%(banaction)s[name=%%(__name__)s]\n' >jail.conf
        printf '[Definition]\nactionban = echo ban <ip> >>%s/told\n' "$PWD" >action.d/note.conf
        sed -n '/^#   \[soar\]/,/^#   bantime/s/^# *//p' "$ROOT/adapters/fail2ban.jq" >jail.d/soar.local
        flags=(-c "$PWD" -s "$PWD/sock" -p "$PWD/pid")
        coproc server { exec fail2ban-server "${flags[@]}" -f 2>&1; }
        trap '[ -z "${server_PID:-}" ] || kill "$server_PID"' EXIT
        # bash forgets the pipe of what has ended.
        exec 7<&"${server[0]}"
        heard() { local line; while IFS= read -r line <&7; do if [[ $line == *"$1"* ]]; then return; fi; done; exit 1; }
        heard 'Server ready'
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v fail2ban-client)" "${flags[*]}" >bin/fail2ban-client
        chmod +x bin/fail2ban-client
        respond fail2ban | PATH=$PWD/bin:$PATH sh >/dev/null
        for nth in 1 2 3; do heard '[soar] Ban '; done
        bin/fail2ban-client stop >/dev/null
        cat <&7 >/dev/null
        grep '^ban' told"#;
    let Some(told) = try_with("fail2ban", &["fail2ban-server", "fail2ban-client"], script) else { return };
    assert_eq!(told.lines().map(|line| line.trim_start_matches("ban ").to_owned()).collect::<BTreeSet<_>>(), suspects());
}

#[test]
#[ignore = "make test-real"]
fn crowdsec_imports_the_decisions() {
    let script = r#"
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
        cscli -c config.yaml machines add desk --password secret -f credentials.yaml --force >&2
        coproc server { exec crowdsec -c config.yaml -no-cs 2>&1; }
        trap 'kill "$server_PID"' EXIT
        while IFS= read -r line <&"${server[0]}"; do if [[ $line == *'listening on'* ]]; then break; fi; done
        # It says so a moment before it does.
        for try in {1..100}; do if cscli -c config.yaml lapi status >/dev/null 2>&1; then break; fi; done
        nobody crowdsec >none.csv
        respond crowdsec --arg timeout 12h >soar.csv
        for file in none.csv soar.csv; do cscli -c config.yaml decisions import -i "$file" >&2; done
        cscli -c config.yaml decisions list --all >listed.csv
        # A second one, with less time: the list forgets the first, and a bouncer does not; deleting ends both.
        respond crowdsec --arg timeout 1h >again.csv; cscli -c config.yaml decisions import -i again.csv >&2
        cscli -c config.yaml decisions list --all | grep -c ',59m' >&2
        cscli -c config.yaml bouncers add wall -k key >&2
        wall() { curl -sS -H 'X-Api-Key: key' 'http://127.0.0.1:8080/v1/decisions/stream?startup=true' | jq -r '.new[] | "\(.value) \(.duration)"' | sed 's/h.*/h/' | sort | xargs; }
        [ "$(wall)" = '192.0.2.66 11h 2001:db8::66 11h 203.0.113.9 11h' ]
        cscli -c config.yaml decisions delete --ip 192.0.2.66 >&2
        [ "$(wall)" = '2001:db8::66 11h 203.0.113.9 11h' ]
        cat listed.csv"#;
    let Some(listed) = try_with("crowdsec", &["cscli", "crowdsec", "curl", "jq"], script) else { return };
    let mut rows = csv::Reader::from_reader(listed.as_bytes());
    let heading = rows.headers().expect("a heading").clone();
    let column = |name: &str| heading.iter().position(|column| column == name).expect("a column");
    let (ip, reason, action, left) = (column("ip"), column("reason"), column("action"), column("expiration"));
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    let decided: BTreeSet<_> = rows.iter().map(|row| format!("{} {} {}", &row[ip], &row[action], &row[reason])).collect();
    let expected = [
        "Ip:192.0.2.66 ban soar: \"},x=1 # \\n , =cmd  [2J ",
        "Ip:2001:db8::66 ban soar: aggressive_bot, two words",
        "Ip:203.0.113.9 ban soar: ssh_bruteforce",
    ];
    assert_eq!(decided, expected.map(ToOwned::to_owned).into());
    assert!(rows.iter().all(|row| row[left].starts_with("11h59m")), "{listed}");
}

#[test]
fn libwrap_refuses_the_suspects() {
    let script = r#"
        respond hosts-deny >hosts.deny
        : >hosts.allow
        echo 'ssh stream tcp nowait root /usr/sbin/sshd sshd' >inetd.conf
        for ip in 192.0.2.66 2001:db8::66 203.0.113.9 192.0.2.1 2001:db8::67; do
            printf '%s %s\n' "$ip" "$(tcpdmatch -d -i inetd.conf sshd "$ip" | sed -n 's/^access: *//p')"
        done"#;
    let Some(access) = try_with("hosts-deny", &["tcpdmatch"], script) else { return };
    assert_eq!(access, "192.0.2.66 denied\n2001:db8::66 denied\n203.0.113.9 denied\n192.0.2.1 granted\n2001:db8::67 granted\n");
}

/// Asks the server on port 8080 from each address, and prints what it answers. All of them are this namespace's own.
const ASK: &str = r#"
    for address in 203.0.113.1/24 203.0.113.9/24 203.0.113.8/24; do ip addr add "$address" dev lo; done
    for address in 2001:db8::1/64 2001:db8::66/64 2001:db8::67/64; do ip addr add "$address" dev lo nodad; done
    ask() { python3 -c '
import http.client
for source, target in (("203.0.113.9", "203.0.113.1"), ("203.0.113.8", "203.0.113.1"), ("2001:db8::66", "2001:db8::1"), ("2001:db8::67", "2001:db8::1")):
    asked = http.client.HTTPConnection(target, 8080, timeout=20, source_address=(source, 0))
    asked.request("GET", "/index.html")
    print(source, asked.getresponse().status)
'; }
    mkdir www; echo hello >www/index.html; chmod 755 . www; chmod 644 www/index.html
"#;
const ANSWERS: &str = "203.0.113.9 403\n203.0.113.8 200\n2001:db8::66 403\n2001:db8::67 200\n";

#[test]
#[ignore = "make test-real"]
fn nginx_refuses_the_suspects() {
    let script = r#"
        mkdir tmp; respond nginx >soar.conf; nobody nginx >none.conf
        cat >nginx.conf <<END
user root; pid $PWD/pid; error_log $PWD/error.log;
events { }
http {
    access_log off; include $PWD/soar.conf; include $PWD/none.conf;
    client_body_temp_path tmp/1; proxy_temp_path tmp/2; fastcgi_temp_path tmp/3; uwsgi_temp_path tmp/4; scgi_temp_path tmp/5;
    server { listen 8080; listen [::]:8080; root $PWD/www; }
}
END
        nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf" -t 2>/dev/null
        nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf"
        trap 'nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf" -s stop' EXIT
        ask"#;
    let Some(answers) = try_with("nginx", &["nginx", "python3"], &format!("{ASK}{script}")) else { return };
    assert_eq!(answers, ANSWERS);
}

#[test]
#[ignore = "make test-real"]
fn apache_refuses_the_suspects() {
    let script = r#"
        respond apache >soar.conf; nobody apache >none.conf
        modules=/usr/lib/apache2/modules
        cat >apache.conf <<END
ServerRoot $PWD
ServerName localhost
PidFile $PWD/pid
Mutex file:$PWD
ErrorLog $PWD/error.log
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule authz_host_module $modules/mod_authz_host.so
User nobody
Listen 8080
DocumentRoot $PWD/www
<Location />
    Include $PWD/soar.conf
</Location>
<Location /none>
    Include $PWD/none.conf
</Location>
END
        apache2 -f "$PWD/apache.conf" -t 2>/dev/null
        grep -q 4294967295 /proc/self/uid_map || { echo 'its syntax is right; only root has another user to serve pages as' >&2; exit 77; }
        apache2 -f "$PWD/apache.conf" -k start
        trap 'apache2 -f "$PWD/apache.conf" -k stop' EXIT
        ask"#;
    let Some(answers) = try_with("apache", &["apache2", "python3"], &format!("{ASK}{script}")) else { return };
    assert_eq!(answers, ANSWERS);
}

#[test]
#[ignore = "make test-real"]
fn prometheus_has_nothing_to_say_against_the_metrics() {
    let script = "respond prometheus | promtool check metrics >&2; nobody prometheus | promtool check metrics >&2";
    try_with("prometheus", &["promtool"], script);
}

#[test]
#[ignore = "make test-real"]
fn node_exporter_serves_two_files_whose_sources_differ_and_hides_one_of_two_alike() {
    let script = r#"
        mkdir alike apart
        for name in a b; do
            nobody prometheus > "alike/$name.prom"
            jq -nrf "$ROOT/adapters/prometheus.jq" --arg source "$name" "$ROOT/tests/adapters/hosts.ndjson" > "apart/$name.prom"
        done
        respond prometheus -n > alike/b.prom
        for folder in alike apart; do
            coproc exporter { exec prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory="$folder" \
                --web.listen-address=127.0.0.1:9100 2>&1; }
            exec 7<&"${exporter[0]}"
            while IFS= read -r line <&7; do if [[ $line == *'istening on'* ]]; then break; fi; done
            curl -sSf --retry 20 --retry-connrefused --retry-delay 1 http://127.0.0.1:9100/metrics > served
            curl -sSf http://127.0.0.1:9100/metrics > again
            kill "$exporter_PID"; cat <&7 > log
            echo "$folder: $(grep -h '^soar_suspicious_hosts' served | xargs)"
            { grep -h '^node_textfile_scrape_error' served; grep -h 'cause="gathering"' again; } | sed 's/.* //' | xargs
        done"#;
    let Some(served) = try_with("node_exporter", &["prometheus-node-exporter", "curl"], script) else { return };
    assert_eq!(
        served,
        "alike: soar_suspicious_hosts 0\n0 1\napart: soar_suspicious_hosts{source=a} 3 soar_suspicious_hosts{source=b} 3\n0 0\n"
    );
}
