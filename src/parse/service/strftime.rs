//! Times as services write them in their own files, described as strftime does.

use crate::base::time::month_number;

#[derive(Debug)]
pub(crate) struct TimeFormat(Vec<StrftimePart>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StrftimePart {
    /// Any form that is read without a description.
    Any,
    /// Digits since 1970, with a fraction or without.
    Epoch,
    Year(usize),
    Month,
    MonthName,
    Day,
    Hour,
    Hour12,
    Minute,
    Second,
    Fraction,
    HalfDay,
    WeekdayName,
    Offset,
    ZoneName,
    /// Where no offset is written, it is UTC.
    Utc,
    Byte(u8),
}

/// The parts of a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TimeText<'a> {
    /// A time that is read whole.
    pub whole: Option<&'a [u8]>,
    /// Four or two digits; empty where it is not written.
    pub year: &'a [u8],
    /// Digits or a name.
    pub month: &'a [u8],
    pub day: &'a [u8],
    pub hour: &'a [u8],
    /// Whether `PM` is behind an hour of twelve.
    pub is_afternoon: Option<bool>,
    pub minute: &'a [u8],
    pub second: &'a [u8],
    /// Digits of the fraction.
    pub fraction: &'a [u8],
    /// `Z`, `+0100`, `+01:00`.
    pub offset: &'a [u8],
    /// The abbreviation of a zone that is not UTC, in place of an offset.
    pub zone_name: &'a [u8],
}

impl TimeFormat {
    /// RFC 3339 and its relatives, and numbers.
    pub(super) fn any() -> Self {
        Self(vec![StrftimePart::Any])
    }

    /// What the part `time:` or `utc:` of a template describes behind its colon; without one, [`Self::any`]. `None`: the part is neither.
    ///
    /// # Errors
    /// See [`Self::compile`].
    pub(crate) fn of_part(part: &str) -> Option<Result<Self, String>> {
        let (name, format) = part.split_once(':').map_or((part, None), |(name, format)| (name, Some(format)));
        let compiled = || format.map_or_else(|| Ok(Self::any()), Self::compile);
        match name {
            "time" => Some(compiled()),
            "utc" => Some(compiled().map(|Self(parts)| Self([&[StrftimePart::Utc], &parts[..]].concat()))),
            _ => None,
        }
    }

    /// The format that `text` describes.
    ///
    /// # Errors
    /// A directive that is not known, or a part of a date that is missing.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                parts.push(StrftimePart::Byte(byte));
                continue;
            }
            let letter = bytes.next().ok_or("% at the end of a time")?;
            match letter {
                b'Y' => parts.push(StrftimePart::Year(4)),
                b'y' => parts.push(StrftimePart::Year(2)),
                b'm' => parts.push(StrftimePart::Month),
                b'b' | b'h' | b'B' => parts.push(StrftimePart::MonthName),
                b'd' | b'e' => parts.push(StrftimePart::Day),
                b'H' | b'k' => parts.push(StrftimePart::Hour),
                b'I' | b'l' => parts.push(StrftimePart::Hour12),
                b'M' => parts.push(StrftimePart::Minute),
                b'S' => parts.push(StrftimePart::Second),
                b'f' => parts.push(StrftimePart::Fraction),
                b'p' => parts.push(StrftimePart::HalfDay),
                b'a' | b'A' => parts.push(StrftimePart::WeekdayName),
                b'z' => parts.push(StrftimePart::Offset),
                b'Z' => parts.push(StrftimePart::ZoneName),
                b's' => parts.push(StrftimePart::Epoch),
                b'%' => parts.push(StrftimePart::Byte(b'%')),
                b'F' => {
                    let dash = StrftimePart::Byte(b'-');
                    parts.extend([StrftimePart::Year(4), dash, StrftimePart::Month, dash, StrftimePart::Day]);
                }
                b'T' => {
                    let colon = StrftimePart::Byte(b':');
                    parts.extend([StrftimePart::Hour, colon, StrftimePart::Minute, colon, StrftimePart::Second]);
                }
                other => {
                    return Err(format!(
                        "%{} in a time: known are %Y %y %m %b %d %e %a %H %I %p %M %S %f %z %Z %s %F %T",
                        char::from(other)
                    ));
                }
            }
        }
        Ok(Self(parts))
    }

    /// Whether a time can begin with `byte`.
    pub(crate) fn may_begin(&self, byte: u8) -> bool {
        match self.0.iter().find(|part| **part != StrftimePart::Utc) {
            Some(StrftimePart::Byte(first)) => *first == byte,
            Some(StrftimePart::MonthName | StrftimePart::WeekdayName) => byte.is_ascii_alphabetic(),
            Some(StrftimePart::HalfDay | StrftimePart::Offset | StrftimePart::ZoneName) | None => true,
            Some(StrftimePart::Day | StrftimePart::Hour | StrftimePart::Hour12) => byte == b' ' || byte.is_ascii_digit(),
            Some(_) => byte.is_ascii_digit(),
        }
    }

    /// The parts of the time that `text` begins with, and what follows it.
    pub(super) fn read<'a>(&self, text: &'a [u8]) -> Option<(TimeText<'a>, &'a [u8])> {
        let mut time = TimeText::default();
        let mut rest = text;
        for directive in &self.0 {
            match directive {
                StrftimePart::Byte(byte) => rest = rest.strip_prefix(&[*byte])?,
                StrftimePart::Utc => time.offset = b"Z",
                StrftimePart::Any => time.whole = Some(take(&mut rest, any_len(text))?),
                StrftimePart::Epoch => {
                    let len = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
                    time.whole = Some(take(&mut rest, len)?.strip_suffix(b".").unwrap_or(&text[..len]));
                }
                StrftimePart::Year(len) => time.year = take_digits(&mut rest, *len, *len)?,
                StrftimePart::Month => time.month = take_digits(&mut rest, 1, 2)?,
                StrftimePart::MonthName => {
                    let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    let name = take(&mut rest, len)?;
                    time.month = name.get(..3).filter(|name| month_number(name).is_some())?;
                }
                StrftimePart::Day => time.day = take_padded(&mut rest)?,
                StrftimePart::Hour | StrftimePart::Hour12 => time.hour = take_padded(&mut rest)?,
                StrftimePart::Minute => time.minute = take_digits(&mut rest, 2, 2)?,
                StrftimePart::Second => time.second = take_digits(&mut rest, 2, 2)?,
                StrftimePart::Fraction => time.fraction = take_digits(&mut rest, 1, 9)?,
                StrftimePart::HalfDay => {
                    time.is_afternoon = Some(take(&mut rest, 2)?.eq_ignore_ascii_case(b"pm"));
                }
                StrftimePart::WeekdayName => {
                    let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    take(&mut rest, len)?;
                }
                StrftimePart::Offset => {
                    let len = offset_len(rest);
                    time.offset = take(&mut rest, len)?;
                }
                StrftimePart::ZoneName => {
                    // A colon belongs to an offset, and ends a name: `UTC:`.
                    let is_offset = matches!(rest.first(), Some(b'+' | b'-'));
                    let is_part =
                        |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'/' | b'_') || (is_offset && **b == b':');
                    let len = rest.iter().take_while(is_part).count();
                    let name = take(&mut rest, len)?;
                    if matches!(name, b"UTC" | b"GMT" | b"Z") || matches!(name.first(), Some(b'+' | b'-')) {
                        time.offset = if name.first().is_some_and(u8::is_ascii_alphabetic) { b"Z" } else { name };
                    } else {
                        time.zone_name = name;
                    }
                }
            }
        }
        Some((time, rest))
    }
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (text, behind) = rest.split_at_checked(len).filter(|(text, _)| !text.is_empty())?;
    *rest = behind;
    Some(text)
}

fn take_digits<'a>(rest: &mut &'a [u8], least: usize, most: usize) -> Option<&'a [u8]> {
    let len = rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
    if len < least { None } else { take(rest, len) }
}

/// One or two digits, perhaps behind a blank that stands for a zero.
fn take_padded<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    match **rest {
        [b' ', digit, ..] if digit.is_ascii_digit() => take(rest, 2),
        _ => take_digits(rest, 1, 2),
    }
}

fn offset_len(text: &[u8]) -> usize {
    match text {
        [b'Z' | b'z', ..] => 1,
        [b'+' | b'-', _, _, b':', _, _, ..] => 6,
        [b'+' | b'-', _, _, m, n, ..] if m.is_ascii_digit() && n.is_ascii_digit() => 5,
        [b'+' | b'-', _, _, ..] => 3,
        _ => 0,
    }
}

/// How much of `text` is a time of RFC 3339 or one of its relatives, or a number.
fn any_len(text: &[u8]) -> usize {
    let digits = text.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let is_dated = matches!(text, [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _, b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _, ..]);
    if !is_dated {
        return digits;
    }
    let mut end = 19;
    if let [b'.' | b',', rest @ ..] = &text[end..] {
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        end += if len > 0 { 1 + len } else { 0 };
    }
    let blank = usize::from(matches!(&text[end..], [b' ', b'+' | b'-', d, ..] if d.is_ascii_digit()));
    let offset = offset_len(&text[end + blank..]);
    if offset > 0 { end + blank + offset } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_takes_its_time_and_leaves_the_rest() {
        for (format, text, rest) in [
            ("%a %b %e %H:%M:%S %Y", "Tue Oct  1 03:04:05 2024 [pid 2]", " [pid 2]"),
            ("%Y-%m-%d %H:%M:%S,%f", "2024-10-01 03:04:05,123 INFO", " INFO"),
            ("%d/%b/%Y:%T %z", "01/Oct/2024:03:04:05 +0200 x", " x"),
            ("%m/%d/%Y %I:%M:%S %p", "10/1/2024 3:04:05 PM: x", ": x"),
            ("%s", "1700000000.123 x", " x"),
            ("%F %T %Z", "2024-10-01 03:04:05 CEST x", " x"),
            ("%F %T %Z", "2024-10-01 03:04:05 UTC:192.0.2.1", ":192.0.2.1"),
            ("%F %T %Z", "2024-10-01 03:04:05 +01:00 x", " x"),
        ] {
            let compiled = TimeFormat::compile(format).expect(format);
            assert_eq!(compiled.read(text.as_bytes()).map(|(_, behind)| behind), Some(rest.as_bytes()), "{format}");
        }
        let any = |text: &str| TimeFormat::any().read(text.as_bytes()).map(|(_, rest)| String::from_utf8_lossy(rest).into_owned());
        for (text, rest) in [
            ("2024-10-01T03:04:05Z x", " x"),
            ("2024-10-01 03:04:05.123 +01:00] x", "] x"),
            ("2024/10/01 03:04:05 -x", " -x"),
            ("1700000000 x", " x"),
        ] {
            assert_eq!(any(text).as_deref(), Some(rest), "{text}");
        }
        assert!(TimeFormat::compile("%Q").is_err());
    }
}
