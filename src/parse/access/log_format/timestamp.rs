//! Times in a server's own format: how long each is, and what instant its parts give together.

use crate::base::time;
use crate::base::time::{CLF_LEN, Clock, LogTime, NOT_A_TIME, TimeError};

/// Length of `2000-10-10T13:55:36+00:00`.
const ISO_LEN: usize = 25;

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// `10/Oct/2000:13:55:36 -0700`.
    Clf,
    /// `2000-10-10T13:55:36-07:00`.
    Iso,
    /// A count since 1970, with a fraction or without.
    Epoch,
    /// Digits after a decimal point that stands in another field.
    Fraction(usize),
    /// The directives of strftime that have a fixed length.
    Pattern(Vec<TimeDirective>),
}

/// One directive of strftime, or a byte that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeDirective {
    /// Digits at a place of [`TimestampBuilder::text`]: `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`. `%e` has a space for a zero.
    Digits(usize, usize),
    /// `%b`.
    MonthName,
    /// `%z`.
    Offset,
    /// Itself.
    Byte(u8),
}

impl TimeDirective {
    const fn len(self) -> usize {
        match self {
            Self::Digits(_, len) => len,
            Self::MonthName => 3,
            Self::Offset => 5,
            Self::Byte(_) => 1,
        }
    }
}

const YEAR: TimeDirective = TimeDirective::Digits(0, 4);
const MONTH: TimeDirective = TimeDirective::Digits(5, 2);
const DAY: TimeDirective = TimeDirective::Digits(8, 2);
const HOUR: TimeDirective = TimeDirective::Digits(11, 2);
const MINUTE: TimeDirective = TimeDirective::Digits(14, 2);
const SECOND: TimeDirective = TimeDirective::Digits(17, 2);

impl TimeForm {
    /// What Apache's `%{text}t` writes; `Err`: where in `text` something stands that has no fixed length or is no such form.
    ///
    /// # Errors
    /// The byte offset.
    pub(crate) fn from_apache(text: &str) -> Result<Self, usize> {
        let skipped = if text.starts_with("begin:") { "begin:".len() } else { "end:".len() * usize::from(text.starts_with("end:")) };
        match &text[skipped..] {
            "" => Ok(Self::Clf),
            "sec" | "msec" | "usec" | "%s" => Ok(Self::Epoch),
            "msec_frac" => Ok(Self::Fraction(3)),
            "usec_frac" => Ok(Self::Fraction(6)),
            format => read_pattern(format).map(Self::Pattern).map_err(|at| skipped + at),
        }
    }

    /// How many bytes it takes; `None`: as many digits and points as there are.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Clf => Some(CLF_LEN),
            Self::Iso => Some(ISO_LEN),
            Self::Epoch => None,
            Self::Fraction(len) => Some(*len),
            Self::Pattern(parts) => Some(parts.iter().map(|part| part.len()).sum()),
        }
    }

    /// Whether it says how far its zone is from UTC.
    pub(crate) fn has_offset(&self) -> bool {
        match self {
            Self::Clf | Self::Iso | Self::Epoch => true,
            Self::Fraction(_) => false,
            Self::Pattern(parts) => parts.contains(&TimeDirective::Offset),
        }
    }

    /// Whether it is an offset, and no part of a date or a time of day.
    pub(crate) fn is_offset(&self) -> bool {
        let is_other = |part: &TimeDirective| matches!(part, TimeDirective::Digits(..) | TimeDirective::MonthName);
        matches!(self, Self::Pattern(parts) if self.has_offset() && !parts.iter().any(is_other))
    }

    /// Whether it gives an instant alone.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Clf | Self::Iso | Self::Epoch => true,
            Self::Fraction(_) => false,
            Self::Pattern(_) => gives_instant(std::slice::from_ref(self)),
        }
    }
}

/// Whether the parts of all forms together give an instant.
pub(crate) fn gives_instant(forms: &[TimeForm]) -> bool {
    let has = |wanted: &[TimeDirective]| {
        forms.iter().any(|form| matches!(form, TimeForm::Pattern(parts) if parts.iter().any(|p| wanted.contains(p))))
    };
    has(&[YEAR]) && has(&[MONTH, TimeDirective::MonthName]) && has(&[DAY]) && has(&[HOUR]) && has(&[MINUTE]) && has(&[SECOND])
}

fn read_pattern(text: &str) -> Result<Vec<TimeDirective>, usize> {
    let mut parts = Vec::new();
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte != b'%' {
            parts.push(TimeDirective::Byte(byte));
            continue;
        }
        let colon = TimeDirective::Byte(b':');
        match bytes.next().map(|(_, letter)| letter) {
            Some(b'Y') => parts.push(YEAR),
            Some(b'm') => parts.push(MONTH),
            Some(b'd' | b'e') => parts.push(DAY),
            Some(b'b' | b'h') => parts.push(TimeDirective::MonthName),
            Some(b'H') => parts.push(HOUR),
            Some(b'M') => parts.push(MINUTE),
            Some(b'S') => parts.push(SECOND),
            Some(b'z') => parts.push(TimeDirective::Offset),
            Some(b'F') => parts.extend([YEAR, TimeDirective::Byte(b'-'), MONTH, TimeDirective::Byte(b'-'), DAY]),
            Some(b'T') => parts.extend([HOUR, colon, MINUTE, colon, SECOND]),
            Some(b'R') => parts.extend([HOUR, colon, MINUTE]),
            Some(b'%') => parts.push(TimeDirective::Byte(b'%')),
            _ => return Err(at),
        }
    }
    Ok(parts)
}

/// What the time fields of one line have said so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimestampBuilder<'a> {
    text: [u8; ISO_LEN],
    has_parts: bool,
    has_offset: bool,
    fraction: &'a str,
    whole: Option<LogTime<'a>>,
}

impl<'a> TimestampBuilder<'a> {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self { text: *b"0000-00-00T00:00:00+00:00", has_parts: false, has_offset: false, fraction: "", whole: None }
    }

    /// Takes one field.
    ///
    /// # Errors
    /// A [`TimeError`] for a text that is not of the form.
    pub(super) fn take(&mut self, form: &TimeForm, text: &'a [u8], clock: &mut Clock) -> Result<(), TimeError> {
        match form {
            TimeForm::Clf => self.whole = Some(LogTime { seconds: clock.parse_clf(text)?, fraction: "" }),
            TimeForm::Iso => self.whole = Some(clock.parse_rfc3339(text)?),
            TimeForm::Epoch => self.whole = Some(time::parse_epoch(text)?),
            TimeForm::Fraction(_) => {
                let digits = std::str::from_utf8(text).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
                self.fraction = digits.ok_or(NOT_A_TIME)?;
            }
            TimeForm::Pattern(parts) => {
                self.has_parts = true;
                let mut rest = text;
                for part in parts {
                    let (piece, after) = rest.split_at_checked(part.len()).ok_or(NOT_A_TIME)?;
                    self.take_part(*part, piece).ok_or(NOT_A_TIME)?;
                    rest = after;
                }
            }
        }
        Ok(())
    }

    fn take_part(&mut self, part: TimeDirective, piece: &[u8]) -> Option<()> {
        match part {
            TimeDirective::Digits(at, len) => {
                self.text[at..at + len].copy_from_slice(piece);
                if self.text[at] == b' ' && part == DAY {
                    self.text[at] = b'0';
                }
            }
            TimeDirective::MonthName => {
                let month = time::month_number(piece)?.unsigned_abs();
                self.text[5..7].copy_from_slice(&[b'0' + month / 10, b'0' + month % 10]);
            }
            TimeDirective::Offset => {
                self.has_offset = true;
                self.text[19..22].copy_from_slice(&piece[..3]);
                self.text[23..25].copy_from_slice(&piece[3..]);
            }
            TimeDirective::Byte(byte) => return (piece == [byte]).then_some(()),
        }
        Some(())
    }

    /// The instant; `None` where the format has no time.
    ///
    /// # Errors
    /// A [`TimeError`] for parts that make no time together.
    pub(super) fn stamp(&self, clock: &mut Clock) -> Result<Option<LogTime<'a>>, TimeError> {
        let stamp = match self.whole {
            Some(stamp) => stamp,
            None if self.has_parts => {
                let end = if self.has_offset { ISO_LEN } else { ISO_LEN - "+00:00".len() };
                LogTime { seconds: clock.parse_rfc3339(&self.text[..end])?.seconds, fraction: "" }
            }
            None => return Ok(None),
        };
        Ok(Some(if stamp.fraction.is_empty() { LogTime { fraction: self.fraction, ..stamp } } else { stamp }))
    }
}
