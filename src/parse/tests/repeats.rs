//! What "last message repeated" is of, held to the definition: the nearest line of the same machine in reach.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::record::event::read::EventReader;

/// What a line is to repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A login that this machine refused.
    Login(&'static str),
    /// A line of a machine's other program, or sshd's of no known shape.
    Other(&'static str),
    /// A repeat by this machine; of none where the daemon names none.
    Repeat(&'static str),
    /// A line of no machine.
    Nobody,
    /// A line that starts as those of syslog do, and is none.
    Broken,
}

/// The line with that number: what it is, and its text. The address of a login is its number.
fn line_of(number: usize, (of, len): (Of, usize)) -> String {
    let head = |host: &str| format!("Dec 10 06:55:46 {host}");
    let text = match of {
        Of::Login(host) => {
            let (high, low) = (number / 200, number % 200);
            format!("{} sshd[1]: Failed password for {} from 192.0.{high}.{low} port 4711 ssh2", head(host), "u".repeat(1 + len % 60))
        }
        Of::Other(host) if len % 2 == 0 => format!("{} CRON[1]: {}", head(host), "x".repeat(len)),
        Of::Other(host) => format!("{} sshd[1]: a new wording {}", head(host), "x".repeat(len % 300)),
        Of::Repeat("") => "Dec 10 06:55:46 last message repeated 2 times".to_owned(),
        Of::Repeat(host) => format!("{} last message repeated 2 times", head(host)),
        Of::Nobody if len % 3 == 0 => String::new(),
        Of::Nobody if len % 3 == 1 => "x".repeat(len),
        Of::Nobody => format!("192.0.2.1 - - [10/Oct/2025:13:59:13 +0000] \"GET /{} HTTP/1.1\" 200 12 \"-\" \"x\"", "y".repeat(len)),
        Of::Broken => format!("Dec 32 06:55:46 a CRON[1]: {}", "x".repeat(len)),
    };
    text + "\n"
}

/// Of every login and repeat that counts: its line, and the line of the login.
fn defined(lines: &[(Of, usize)], texts: &[String]) -> Vec<(u64, u64)> {
    let starts: Vec<usize> = texts.iter().scan(0, |at, text| Some(std::mem::replace(at, *at + text.len()))).collect();
    let source = |number: usize, machine: &str| {
        let is_of = |host: &str| machine.is_empty() || host == machine;
        let near = (0..number).rev().take_while(|&earlier| starts[number] - starts[earlier] <= LOOK_BACK_BYTES);
        let mut decisive = near.filter(|&earlier| match lines[earlier].0 {
            Of::Login(host) | Of::Other(host) => is_of(host),
            Of::Broken => true,
            Of::Repeat(_) | Of::Nobody => false,
        });
        decisive.next().filter(|&earlier| matches!(lines[earlier].0, Of::Login(_)))
    };
    let counted = lines.iter().enumerate().filter_map(|(number, (of, _))| {
        let login = match of {
            Of::Login(_) => Some(number),
            Of::Repeat(host) => source(number, host),
            _ => None,
        }?;
        Some((number as u64 + 1, login as u64))
    });
    counted.collect()
}

fn lines() -> impl Strategy<Value = Vec<(Of, usize)>> {
    let kinds =
        [Of::Login("a"), Of::Login("b"), Of::Other("a"), Of::Other("b"), Of::Repeat("a"), Of::Repeat("a"), Of::Repeat("b"), Of::Repeat("")];
    let kinds = [&kinds[..], &[Of::Nobody, Of::Nobody, Of::Nobody, Of::Broken]].concat();
    // Some so long that what stands before them is out of reach, or just in it.
    vec((select(kinds), prop_oneof![0..100_usize, 0..100_usize, 0..100_usize, 1000..4200_usize]), 0..60)
}

proptest! {
    #[test]
    fn a_repeat_is_of_the_nearest_line_of_its_machine_wherever_the_input_is_cut(lines in lines(), cuts in vec(any::<Index>(), 0..8)) {
        let texts: Vec<String> = (0..).zip(&lines).map(|(number, line)| line_of(number, *line)).collect();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(texts.len() + 1)).chain([texts.len()]).collect();
        cuts.sort_unstable();
        let (mut found, mut from, text) = (Vec::new(), 0, texts.concat());
        for to in cuts {
            let at = texts[..from].concat().len();
            // The whole lines before it that fit.
            let start = (0..=from).map(|first| texts[..first].concat().len()).find(|start| at - start <= LOOK_BACK_BYTES).expect("none at all");
            let block = texts[from..to].concat();
            let done = classify_behind(&text.as_bytes()[start..at], from as u64 + 1, block.as_bytes(), Wanted::Signals);
            let mut reader = EventReader::default();
            for event in done.events.split_inclusive(|&b| b == b'\n') {
                let event = reader.read(event.trim_ascii_end()).expect("an event");
                let Some(std::net::IpAddr::V4(ip)) = event.ip.map(|address| address.ip) else { panic!("no address") };
                let [.., high, low] = ip.octets();
                found.push((event.line, u64::from(high) * 200 + u64::from(low)));
            }
            from = to;
        }
        prop_assert_eq!(found, defined(&lines, &texts));
    }
}
