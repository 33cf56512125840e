//! Results as they are written.

use super::*;

const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn board(detail: Detail, most_open: usize) -> Board {
    let mut board = Board::new(Rules { detail, most_open, epoch: 60 }, vec![22, 80, 443]);
    board.open(0, IP);
    board.join(0, 5);
    assert_eq!(board.begin(0, Duration::from_secs(1)), Some(IP));
    assert_eq!(board.begin(0, Duration::from_secs(2)), None);
    board
}

fn settle(board: &mut Board, port: u16, reason: Reason) -> Option<String> {
    let rtt = reason.is_reply().then_some(Duration::from_micros(1234));
    let finished = board.settle(Settled { host: 0, port, reason, rtt }, Duration::from_millis(1500))?;
    assert_eq!(finished.lines, [5]);
    Some(String::from_utf8_lossy(&finished.scan).into_owned())
}

#[test]
fn a_host_is_done_when_all_its_ports_are() {
    let mut board = board(Detail::Counts, 9);
    assert_eq!(settle(&mut board, 443, Reason::Accepted), None);
    assert_eq!(settle(&mut board, 80, Reason::Refused), None);
    assert!(matches!(board.find(IP), Some(Known::Now(0))));
    let scan = r#"{"status":"complete","open_ports":[22,443],"closed":1,"filtered":0,"unknown":0,"started_at":"1970-01-01T00:01:01Z","duration_ms":500}"#;
    assert_eq!(settle(&mut board, 22, Reason::Accepted).as_deref(), Some(scan));
    assert!(matches!(board.find(IP), Some(Known::Before(kept)) if **kept == *scan.as_bytes()));
    assert_eq!((board.active, board.done, board.open_ports), (0, 1, 2));
    assert_eq!(settle(&mut board, 22, Reason::Accepted), None, "late answers change nothing");
}

#[test]
fn reasons_name_every_port_and_banners_their_own() {
    let mut board = board(Detail::Reasons, 9);
    settle(&mut board, 443, Reason::AdminProhibited);
    board.hear(0, 80, None);
    board.hear(0, 22, Some("SSH-2.0-x".to_owned()));
    settle(&mut board, 22, Reason::Accepted);
    let finished = board.interrupt(Duration::from_secs(3));
    assert_eq!(
        String::from_utf8_lossy(&finished[0].scan),
        concat!(
            r#"{"status":"incomplete","open_ports":[22],"closed":0,"filtered":1,"unknown":1,"started_at":"1970-01-01T00:01:01Z","#,
            r#""duration_ms":2000,"stopped":"interrupted","banners":[{"port":22,"text":"SSH-2.0-x"}],"#,
            r#""ports":[{"port":22,"state":"open","reason":"syn-ack","rtt_ms":1.234},{"port":80,"state":"unknown","reason":"interrupted"},"#,
            r#"{"port":443,"state":"filtered","reason":"admin-prohibited"}]}"#
        )
    );
}

#[test]
fn a_tarpit_is_left_and_named() {
    let mut board = board(Detail::Counts, 2);
    assert_eq!(settle(&mut board, 443, Reason::Accepted), None);
    assert_eq!(
        settle(&mut board, 22, Reason::Accepted).as_deref(),
        Some(
            r#"{"status":"incomplete","open_ports":[22,443],"closed":0,"filtered":0,"unknown":1,"started_at":"1970-01-01T00:01:01Z","duration_ms":500,"stopped":"max-open"}"#
        )
    );
    assert_eq!(board.overfull, 1);
}

#[test]
fn old_results_are_forgotten_before_they_fill_the_memory() {
    let mut board = Board::new(Rules { detail: Detail::Counts, most_open: 9, epoch: 0 }, vec![1]);
    let ip = |n: u32| IpAddr::V4(n.into());
    for n in 1..=100_000 {
        board.open(0, ip(n));
        assert!(board.settle(Settled { host: 0, port: 1, reason: Reason::Silence, rtt: None }, Duration::ZERO).is_some());
    }
    assert!(board.find(ip(1)).is_none() && board.find(ip(100_000)).is_some());
    assert!((20_000..60_000).contains(&board.known.len()), "{}", board.known.len());
    assert_eq!(board.known.len(), board.kept.len());
}
