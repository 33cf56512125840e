//! Lines of JSON: flat ones of a web server, nested ones of a shipper, the journal's with many keys that nobody asks for.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::format::Arena;
use soar_light::parse::{ENVELOPES, FORMATS};

use crate::sample;

const NGINX: &str = r#"{"time_local":"12/Mar/2026:06:25:11 +0000","remote_addr":"198.18.7.9","remote_user":"","request":"GET /catalogue/item-17.html?from=\u0022x\u0022 HTTP/1.1","status":"404","body_bytes_sent":"1532","request_time":"0.004","upstream_addr":"10.0.0.7:8080","http_referrer":"https://www.example.org/","http_user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}"#;
const SHIPPED: &str = r#"{"@timestamp":"2026-03-12T06:25:11.000Z","@metadata":{"beat":"filebeat","type":"_doc","version":"8.17.0","pipeline":"filebeat-8.17.0-nginx-access-pipeline"},"agent":{"name":"web-1","type":"filebeat","version":"8.17.0","ephemeral_id":"5d1d1c2a-6a8a-4bd5-a6f1-0f1f5b6d1c55","id":"7c7a3c1f-1d2e-4f3a-9b8c-7d6e5f4a3b2c"},"log":{"file":{"path":"/var/log/nginx/access.log"},"offset":183751},"fileset":{"name":"access"},"service":{"type":"nginx"},"input":{"type":"log"},"event":{"module":"nginx","dataset":"nginx.access","timezone":"+00:00","category":["web"],"kind":"event","outcome":"failure","type":["access"]},"host":{"name":"web-1","hostname":"web-1","architecture":"x86_64","os":{"platform":"debian","version":"12 (bookworm)","family":"debian","name":"Debian GNU/Linux","kernel":"6.1.0-28-amd64","codename":"bookworm","type":"linux"},"containerized":false,"ip":["10.0.0.21","fe80::5054:ff:fe12:3456"],"mac":["52-54-00-12-34-56"]},"source":{"ip":"198.18.7.9","address":"198.18.7.9","geo":{"country_iso_code":"FR","location":{"lon":2.3387,"lat":48.8582}}},"http":{"request":{"method":"GET","referrer":"https://www.example.org/"},"response":{"status_code":404,"body":{"bytes":1532}},"version":"1.1"},"url":{"path":"/catalogue/item-17.html","original":"/catalogue/item-17.html"},"user_agent":{"original":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0","name":"Firefox","device":{"name":"Other"},"os":{"name":"Linux"}},"ecs":{"version":"8.11.0"}}"#;
const JOURNAL: &str = r#"{"__CURSOR":"s=8b1c9e6c2f6f4c6d9d1f8e7b6a5c4d3e;i=1a2b3;b=0f1e2d3c4b5a69788796a5b4c3d2e1f0;m=3b9aca00;t=5f3a1b2c3d4e5;x=a1b2c3d4e5f60718","__REALTIME_TIMESTAMP":"1773296711000000","__MONOTONIC_TIMESTAMP":"1000000000","_BOOT_ID":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","_TRANSPORT":"syslog","PRIORITY":"6","SYSLOG_FACILITY":"4","SYSLOG_IDENTIFIER":"sshd","SYSLOG_PID":"24200","SYSLOG_TIMESTAMP":"Mar 12 06:25:11 ","_UID":"0","_GID":"0","_MACHINE_ID":"1f2e3d4c5b6a79880716253443526170","_HOSTNAME":"lab","_RUNTIME_SCOPE":"system","_PID":"24200","_COMM":"sshd","_EXE":"/usr/sbin/sshd","_CMDLINE":"sshd: root [priv]","_CAP_EFFECTIVE":"1ffffffffff","_SELINUX_CONTEXT":"unconfined\n","_SYSTEMD_CGROUP":"/system.slice/ssh.service","_SYSTEMD_UNIT":"ssh.service","_SYSTEMD_SLICE":"system.slice","_SYSTEMD_INVOCATION_ID":"9a8b7c6d5e4f30211203f4e5d6c7b8a9","_SOURCE_REALTIME_TIMESTAMP":"1773296710999000","MESSAGE":"Failed password for root from 198.18.7.9 port 50122 ssh2"}"#;

fn read(bencher: Bencher, name: &str, line: &str) {
    let line = Line::of(line.as_bytes());
    let mut clock = Clock::new("UTC", None).expect("a zone");
    let format = FORMATS.iter().find(|format| format.name == name);
    let envelope = ENVELOPES.iter().find(|envelope| envelope.name == name);
    bencher.counter(ItemsCount::new(sample::LINES)).counter(BytesCount::new(sample::LINES * line.text.len())).bench_local(|| {
        let arena = Arena::default();
        let mut fits = || match (format, envelope) {
            (Some(format), _) => (format.read)(&line, &arena, &mut clock).is_ok(),
            (_, Some(envelope)) => (envelope.open)(&line, &arena, &mut clock).is_ok(),
            _ => false,
        };
        let count = (0..sample::LINES).filter(|_| fits()).count();
        assert_eq!(count, sample::LINES, "{name}");
    });
}

#[divan::bench]
fn nginx(bencher: Bencher) {
    read(bencher, "nginx_json", NGINX);
}

#[divan::bench]
fn shipped(bencher: Bencher) {
    read(bencher, "ecs_json", SHIPPED);
}

#[divan::bench]
fn journal(bencher: Bencher) {
    read(bencher, "journald_json", JOURNAL);
}
