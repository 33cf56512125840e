//! sshd's messages through the table of templates, and whole lines of an auth log.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use soar_light::base::time::Clock;
use soar_light::io::lines::{Line, LineIndex, Lines};
use soar_light::parse::candidate::Candidates;
use soar_light::parse::format::{Arena, ParsedLine};
use soar_light::parse::line::{LastFormats, LineParser};
use soar_light::parse::service::definition::Definition;
use soar_light::parse::service::sshd::read_message;

use crate::sample;

#[divan::bench]
fn templates(bencher: Bencher) {
    let messages = sample::sshd_messages();
    bencher
        .counter(ItemsCount::new(messages.len()))
        .bench_local(|| messages.iter().filter(|message| read_message(sample::HEADER, message.as_bytes()).is_some()).count());
}

/// What a run does once: the file of sshd's templates read and compiled. What is compiled stays in memory, so this runs a few times alone.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn compile() -> usize {
    let definition = Definition::of_shipped(include_str!("../services/sshd.toml"), "sshd.toml").expect("a service");
    definition.templates().in_order().len()
}

/// Messages that no template knows: all that begin alike are tried.
#[divan::bench]
fn unknown(bencher: Bencher) {
    let messages: Vec<_> = sample::sshd_messages().iter().map(|message| format!("{message} and more")).collect();
    bencher
        .counter(ItemsCount::new(messages.len()))
        .bench_local(|| messages.iter().filter(|message| read_message(sample::HEADER, message.as_bytes()).is_none()).count());
}

/// With what syslog writes before the message.
#[divan::bench]
fn line(bencher: Bencher) {
    let (log, mut index, candidates) = (sample::auth_log(), LineIndex::default(), Candidates::new(None));
    let mut parser = LineParser::new(&candidates, "-", Clock::new("UTC", Some(2026)).expect("a zone"), LastFormats::default());
    bencher.counter(ItemsCount::new(sample::LINES)).counter(BytesCount::of_slice(&log)).bench_local(|| {
        let arena = Arena::default();
        let mut is_sshd = |line: &Line<'_>| parser.read(line, &arena, |_, parsed, _| matches!(parsed, Ok(&mut ParsedLine::Message(_))));
        Lines::of(&log, &mut index).map(|line| is_sshd(&line)).filter(|&is_sshd| is_sshd).count()
    });
}
