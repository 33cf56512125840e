use super::*;
use crate::record::host::HostRecord;
use crate::report::detail::HostDetail;

#[test]
fn every_signal_has_a_column_and_every_column_a_name_of_its_own() {
    for signal in SIGNALS {
        let column = Column::find(signal.name).unwrap_or_else(|| panic!("no column for {}", signal.name));
        assert_eq!(
            (column.kind, column.heading_in(Lang::En), column.heading_in(Lang::Fr)),
            (ColumnKind::Count, signal.label, signal.label_fr)
        );
        assert_eq!(split_columns().0.iter().any(|other| other.name == column.name), signal.is_always_written, "{}", signal.name);
    }
    for (place, column) in COLUMNS.iter().enumerate() {
        assert!(COLUMNS[..place].iter().all(|other| other.name != column.name), "{} stands twice", column.name);
        assert!(!column.heading_in(Lang::En).is_empty() && !column.heading_in(Lang::Fr).is_empty(), "{}", column.name);
    }
}

#[test]
fn every_cell_says_what_the_record_says() {
    let line = concat!(
        r#"{"ip":"192.0.2.1","score":8,"reason":"ssh_failed","suspicious":true,"allowed":true,"rules":["r","ssh_breakin"],"#,
        r#""signals":{"ssh_failed":6,"http_404":2,"http_bot":0,"ssh_accepted":1,"ssh_invalid_user":3,"ssh_probe":4,"http_probe":5,"mine":9},"services":{"dovecot":12,"ssh":7},"#,
        r#""failed_before_login":7,"login_order":{"latest":[{"at":"2024-01-01T00:00:00Z","user":"root","method":"password","file":"a.log","line":9},"#,
        r#"{"at":"2024-01-02T00:00:00Z","file":"a.log","line":10}]},"#,
        r#""first_seen":"2024-01-01T00:00:00Z","last_seen":"2024-01-02T00:00:00Z","network":"192.0.2.0/24","near":[{"rule":"n","key":"ssh_failed","value":48,"flips_at":51}],"groups":[{"rule":"g","key":"192.0.0.0/16","addresses":2,"score":9}],"explain":[{"rule":"r","held":true,"saw":{"a":1}}],"#,
        r#""evidence":[{"signal":"ssh_failed","file":"a.log","line":7},{"signal":"http_404","file":"b","line":8}],"#,
        r#""scan":{"status":"incomplete","open_ports":[22,80],"closed":1,"filtered":2,"unknown":3,"started_at":"2024-01-03T00:00:00Z","#,
        r#""duration_ms":5,"ports":[{"port":22,"state":"open","reason":"connected"},{"port":23,"state":"closed"}],"banners":[{"port":22,"text":"SSH-2.0-x"}]}}"#
    );
    let host = HostRecord::from_line(line.as_bytes()).expect("a host");
    let detail = HostDetail::of(&host);
    let row = DetailRow { host: &host, detail: &detail };
    for (name, count) in host.signals.iter().filter(|(name, _)| name.0 != "mine") {
        let column = Column::find(&name.0).unwrap_or_else(|| panic!("no column for {}", name.0));
        assert_eq!(column.text(row, Lang::Fr), count.to_string(), "{}", name.0);
    }
    let cells: Vec<_> = COLUMNS
        .iter()
        .filter(|column| column.kind != ColumnKind::Count)
        .map(|column| format!("{}={}", column.name, column.text(row, Lang::Fr)))
        .collect();
    assert_eq!(
        cells,
        [
            "ip=192.0.2.1",
            "score=8",
            "reason=Échec SSH",
            "open_ports=22 80",
            "scan_status=incomplete",
            "suspicious=true",
            "rules=r ssh_breakin",
            "first_seen=01/01/2024 00:00:00 UTC",
            "last_seen=02/01/2024 00:00:00 UTC",
            "other_signals=mine=9",
            "services=dovecot=12 ssh=7",
            "reason_percent=75",
            "verdict=INTRUSION",
            "why=a\u{a0}: 1\u{a0}; règle\u{a0}: r. 7 échecs dans l’heure avant une connexion réussie, 6 échecs de connexion SSH, 2 pages introuvables (404), 1 connexion SSH, 3 essais pour des comptes inexistants, 4 connexions à sshd sans essai de mot de passe, 5 requêtes visant des failles connues et mine\u{a0}: 9\u{a0}; règle\u{a0}: ssh_breakin",
            "attack=",
            "change=",
            "allowed=true",
            "scan_result=22 80 (incomplet)",
            "evidence=a.log:7 b:8",
            "failed_before_login=7",
            "logins=2024-01-01T00:00:00Z root password a.log:9, 2024-01-02T00:00:00Z   a.log:10",
            "groups=g:192.0.0.0/16",
            "near=n:ssh_failed=48(51)",
            "network=192.0.2.0/24",
            "explain=r=true (a=1)",
            "closed=1",
            "filtered=2",
            "unknown=3",
            "scanned_at=03/01/2024 00:00:00 UTC",
            "scan_duration_ms=5",
            "port_states=22=open(connected) 23=closed",
            "banner=22: SSH-2.0-x",
        ]
    );
}

#[test]
fn columns_are_taken_by_name() {
    let names = |list: &str| Column::from_names(list).map(|columns| columns.iter().map(|c| c.name).collect::<Vec<_>>());
    assert_eq!(names("banner, ip").ok(), Some(vec!["banner", "ip"]));
    assert_eq!(names("default,network").map(|n| n.len()).ok(), Some(split_columns().0.len() + 1));
    for (list, start) in
        [("ip,ipp", "--columns: no column is called \"ipp\"; there are: default, ip, "), ("ip,default", "--columns: ip is given twice")]
    {
        assert!(names(list).expect_err("refused").to_string().starts_with(start), "{list}");
    }
}
