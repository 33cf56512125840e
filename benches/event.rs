//! Events: read by soar-score, written by soar-parse.

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::sample;

mod read {
    use soar_light::record::event::read::{EventReader, EventView};

    use super::{Bencher, ItemsCount, sample};

    /// What soar-score does for records of our own writer.
    #[divan::bench]
    fn fast(bencher: Bencher) {
        let events = sample::events();
        let (lines, mut reader) = (sample::lines(&events), EventReader::default());
        bencher
            .counter(ItemsCount::new(lines.len()))
            .bench_local(|| lines.iter().map(|line| reader.read(line).expect("an event").line).sum::<u64>());
    }

    /// What it does for records of anybody else.
    #[divan::bench]
    fn serde(bencher: Bencher) {
        let events = sample::events();
        let lines = sample::lines(&events);
        bencher
            .counter(ItemsCount::new(lines.len()))
            .bench_local(|| lines.iter().map(|line| EventView::from_line(line).expect("an event").line).sum::<u64>());
    }
}

mod write {
    use soar_light::parse::format::Arena;
    use soar_light::record::event::EventWriter;
    use soar_light::record::signal::SignalSet;

    use super::{Bencher, ItemsCount, sample};

    /// What soar-parse does: what stands between two members is copied as one.
    #[divan::bench]
    fn fast(bencher: Bencher) {
        let (log, messages, arena) = (sample::access_log(), sample::sshd_messages(), Arena::default());
        let parsed = sample::parse(&log, &messages, &arena);
        let (mut writer, mut out, tags) = (EventWriter::default(), Vec::new(), SignalSet::defaults());
        bencher.counter(ItemsCount::new(parsed.len())).bench_local(|| {
            out.clear();
            for (number, parsed) in (1..).zip(&parsed) {
                parsed.write_event(&sample::HEADER, ("some.log", number), tags, &mut writer, &mut out);
            }
            out.len()
        });
    }

    /// `serde_json` on the same records.
    #[divan::bench]
    fn serde(bencher: Bencher) {
        let lines = sample::events();
        let records: Vec<serde_json::Value> =
            sample::lines(&lines).iter().map(|line| serde_json::from_slice(line).expect("JSON")).collect();
        let mut out = Vec::new();
        bencher.counter(ItemsCount::new(records.len())).bench_local(|| {
            out.clear();
            for record in &records {
                serde_json::to_writer(&mut out, record).expect("memory");
                out.push(b'\n');
            }
            out.len()
        });
    }
}
