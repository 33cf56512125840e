//! Times as logs and records have them, of one day; beside what the calendar's crate takes for them.

use divan::Bencher;
use divan::counter::ItemsCount;

const TIMES: usize = 1000;

/// `TIMES` times of one day, 13 s after one another, each as `show` writes hour, minute and second.
fn times(show: impl Fn(usize, usize, usize) -> String) -> Vec<String> {
    (0..TIMES).map(|nth| nth * 13).map(|second| show(second / 3600, second / 60 % 60, second % 60)).collect()
}

fn rfc3339() -> Vec<String> {
    times(|h, m, s| format!("2026-03-12T{h:02}:{m:02}:{s:02}Z"))
}

mod read {
    use soar_light::base::time::rfc3339::MonthReader;
    use soar_light::base::time::{Clock, parse_rfc3339};

    use super::{Bencher, ItemsCount, rfc3339, times};

    fn each(bencher: Bencher, times: &[String], mut read: impl FnMut(&str) -> i64) {
        bencher.counter(ItemsCount::new(times.len())).bench_local(|| times.iter().map(|time| read(time)).fold(0, i64::wrapping_add));
    }

    /// Of access logs.
    #[divan::bench]
    fn clf(bencher: Bencher) {
        let (times, mut clock) =
            (times(|h, m, s| format!("12/Mar/2026:{h:02}:{m:02}:{s:02} +0000")), Clock::new("UTC", None).expect("a zone"));
        each(bencher, &times, |time| clock.parse_clf(time.as_bytes()).expect("a time"));
    }

    /// The same by jiff alone.
    #[divan::bench]
    fn clf_jiff(bencher: Bencher) {
        let times = times(|h, m, s| format!("12/Mar/2026:{h:02}:{m:02}:{s:02} +0000"));
        each(bencher, &times, |time| jiff::Zoned::strptime("%d/%b/%Y:%H:%M:%S %z", time).expect("a time").timestamp().as_second());
    }

    /// Of syslog.
    #[divan::bench]
    fn rfc3164(bencher: Bencher) {
        let (times, mut clock) = (times(|h, m, s| format!("Mar 12 {h:02}:{m:02}:{s:02}")), Clock::new("UTC", Some(2026)).expect("a zone"));
        each(bencher, &times, |time| clock.parse_rfc3164(time.as_bytes()).expect("a time"));
    }

    /// Of our own records.
    #[divan::bench]
    fn record(bencher: Bencher) {
        let mut reader = MonthReader::default();
        each(bencher, &rfc3339(), |time| reader.read(time.as_bytes()).expect("a time"));
    }

    /// The same with the calendar asked for each.
    #[divan::bench]
    fn record_plain(bencher: Bencher) {
        each(bencher, &rfc3339(), |time| parse_rfc3339(time).expect("a time"));
    }
}

mod write {
    use soar_light::base::time::LogTime;
    use soar_light::base::time::rfc3339::MonthWriter;

    use super::{Bencher, ItemsCount, TIMES};

    fn each(bencher: Bencher, mut write: impl FnMut(LogTime<'_>, &mut Vec<u8>)) {
        let mut out = Vec::new();
        bencher.counter(ItemsCount::new(TIMES)).bench_local(|| {
            out.clear();
            for seconds in (1_773_273_600..).step_by(13).take(TIMES) {
                write(LogTime { seconds, fraction: "" }, &mut out);
            }
            out.len()
        });
    }

    /// As records carry them.
    #[divan::bench]
    fn record(bencher: Bencher) {
        let mut writer = MonthWriter::default();
        each(bencher, |time, out| writer.put(time, out));
    }

    /// The same with the calendar asked for each.
    #[divan::bench]
    fn record_plain(bencher: Bencher) {
        each(bencher, |time, out| time.put(out));
    }
}
