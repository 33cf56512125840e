//! Numbers of one to eight digits, read and written.

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::sample::{LINES, drawn};

/// As long as they happen to be: where lengths took turns, a processor would know the next one.
fn numbers() -> Vec<u64> {
    let digits = |nth| u32::try_from(drawn(LINES + nth, 8) + 1).expect("few");
    (0..LINES).map(|nth| drawn(nth, 10_u64.pow(digits(nth)))).collect()
}

mod read {
    use soar_light::base::number::split_digits;

    use super::{Bencher, ItemsCount, numbers};

    fn each(bencher: Bencher, read: impl Fn(&[u8]) -> u64) {
        // As in a log, something follows.
        let texts: Vec<_> = numbers().iter().map(|number| format!("{number} - \"-\"")).collect();
        bencher
            .counter(ItemsCount::new(texts.len()))
            .bench_local(|| texts.iter().map(|text| read(text.as_bytes())).fold(0, u64::wrapping_add));
    }

    /// All eight digits at once.
    #[divan::bench]
    fn fast(bencher: Bencher) {
        each(bencher, |text| split_digits(text).expect("a number").0);
    }

    /// Digit by digit.
    #[divan::bench]
    fn plain(bencher: Bencher) {
        each(bencher, |text| text.iter().take_while(|b| b.is_ascii_digit()).fold(0, |number, digit| number * 10 + u64::from(digit - b'0')));
    }
}

mod write {
    use divan::black_box;
    use soar_light::base::number::few_digits;

    use super::{Bencher, ItemsCount, numbers};

    fn each(bencher: Bencher, write: impl Fn(&mut Vec<u8>, u64)) {
        let numbers = numbers();
        let mut out = Vec::with_capacity(8 * numbers.len());
        bencher.counter(ItemsCount::new(numbers.len())).bench_local(|| {
            out.clear();
            for &number in &numbers {
                write(&mut out, black_box(number));
            }
            out.len()
        });
    }

    /// All eight digits at once.
    #[divan::bench]
    fn fast(bencher: Bencher) {
        each(bencher, |out, number| {
            let (digits, len) = few_digits(number).expect("few digits");
            let end = out.len() + len;
            out.extend_from_slice(&digits);
            out.truncate(end);
        });
    }

    /// Two digits at a time, in a buffer that is copied.
    #[divan::bench]
    fn itoa(bencher: Bencher) {
        each(bencher, |out, number| out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()));
    }
}
