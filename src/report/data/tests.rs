use super::*;
use crate::record::host::scan::ScanView;

fn host(last: u8, score: u64) -> HostRecord<'static> {
    HostRecord { score, ..HostRecord::new([192, 0, 2, last].into()) }
}

fn addresses(kept: &[TopHost<'_>]) -> Vec<String> {
    kept.iter().map(|kept| kept.host.ip.to_string()).collect()
}

#[test]
fn the_first_are_kept_whatever_the_order_and_the_blocks() {
    let hosts = [host(1, 5), host(2, 9), host(3, 5), host(4, 7), host(5, 0)];
    for turn in 0..hosts.len() {
        for cut in 1..hosts.len() {
            let needs = ReportNeeds { top: 3, ..ReportNeeds::default() };
            let mut data = ReportData::new(needs, Thresholds::default());
            let turned: Vec<_> = (0..hosts.len()).map(|index| &hosts[(index + turn) % hosts.len()]).collect();
            for block in turned.chunks(cut) {
                let mut part = ReportData::new(needs, data.floors());
                for host in block {
                    part.add_host(host);
                }
                data.merge(part);
            }
            data.close();
            assert_eq!(addresses(&data.top(9)), ["192.0.2.2", "192.0.2.4", "192.0.2.1"]);
            assert_eq!([1, 2, 3, 4].map(|shown| data.tied_with_last(shown)), [0, 0, 1, 1], "192.0.2.3 has the score of the last");
            assert_eq!((data.scored, data.unscored), (4, 1));
        }
    }
}

#[test]
fn break_ins_come_first_and_then_the_other_suspicious_hosts() {
    let mut data = ReportData::new(ReportNeeds { urgent: 3, ..ReportNeeds::default() }, Thresholds::default());
    let suspect = |last, score| HostRecord { suspicious: true, ..host(last, score) };
    for host in [host(1, 9000), suspect(2, 900), HostRecord { rules: vec![BREAK_IN.into()], ..suspect(3, 12) }] {
        data.add_host(&host);
    }
    data.close();
    assert_eq!(addresses(&data.urgent(9)), ["192.0.2.3", "192.0.2.2", "192.0.2.1"]);
    assert_eq!((data.suspicious, data.break_ins), (2, 1));
}

#[test]
fn of_equal_hosts_the_first_that_came_is_kept() {
    let mut data = ReportData::new(ReportNeeds { top: 1, ..ReportNeeds::default() }, Thresholds::default());
    for name in ["first", "second", "third"] {
        data.add_host(&HostRecord { reason: Some(name.into()), ..host(1, 5) });
    }
    data.close();
    assert_eq!(data.top(1)[0].host.reason, Some("first".into()));
}

#[test]
fn a_port_counts_once_for_each_suspicious_host() {
    let mut data = ReportData::default();
    let scan = Some(ScanView::for_tests("complete", &[22, 22, 80], false));
    data.add_host(&HostRecord { suspicious: true, scan: scan.clone(), ..host(1, 5) });
    data.add_host(&HostRecord { suspicious: true, scan: scan.clone(), ..host(2, 5) });
    data.add_host(&HostRecord { scan, ..host(3, 5) });
    assert_eq!(data.open_ports, BTreeMap::from([(22, 2), (80, 2)]));
    assert_eq!(data.scans_in("complete"), 2);
}
