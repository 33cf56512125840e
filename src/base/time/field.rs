//! The fields of a written time: dates, times of day, offsets.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use crate::base::time::{IMPOSSIBLE, NOT_A_TIME, RFC3339_SECONDS, TimeError, utc_seconds};

/// Length of `2024-01-02T03:04:05`, what an RFC 3339 time starts with.
const RFC3339_START: usize = 19;

/// Local date and time, digits of the fraction, and the offset in seconds where there is one.
pub(crate) fn split_rfc3339(text: &[u8]) -> std::result::Result<(DateTime, &str, Option<i32>), TimeError> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't', rest @ ..] = text else { return Err(NOT_A_TIME) };
    let (clock, _) = rest.split_at_checked(8).ok_or(NOT_A_TIME)?;
    let (_, fraction, rest) = split_fraction(text);
    let year = year_number([*y1, *y2, *y3, *y4]).ok_or(NOT_A_TIME)?;
    let month = two_digits(*m1, *m2).ok_or(NOT_A_TIME)?;
    let day = two_digits(*d1, *d2).ok_or(NOT_A_TIME)?;
    let local = DateTime::from_parts(Date::new(year, month, day).map_err(|_| IMPOSSIBLE)?, time_of_day(clock)?);
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        _ => Some(offset_seconds(rest).ok_or(NOT_A_TIME)?),
    };
    Ok((local, fraction, offset))
}

/// When the day `10/Oct/2000:` begins in the zone ` -0700`, in seconds since 1970.
pub(crate) fn read_day(date: &[u8; 12], zone: [u8; 6]) -> std::result::Result<i64, TimeError> {
    let [d1, d2, b'/', m1, m2, m3, b'/', y1, y2, y3, y4, b':'] = *date else { return Err(NOT_A_TIME) };
    let [b' ', offset @ ..] = zone else { return Err(NOT_A_TIME) };
    let day = two_digits(d1, d2).ok_or(NOT_A_TIME)?;
    let month = month_number(&[m1, m2, m3]).ok_or(NOT_A_TIME)?;
    let year = year_number([y1, y2, y3, y4]).ok_or(NOT_A_TIME)?;
    let offset = offset_seconds(&offset).ok_or(NOT_A_TIME)?;
    let midnight = Date::new(year, month, day).map_err(|_| IMPOSSIBLE)?.at(0, 0, 0, 0);
    Ok(utc_seconds(midnight) - i64::from(offset))
}

/// `13:55:36` as seconds since midnight; a leap second (60) counts as 59, as POSIX time has none.
pub(crate) fn second_of_day(text: &[u8]) -> std::result::Result<i32, TimeError> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = text else { return Err(NOT_A_TIME) };
    let parts = [two_digits(*h1, *h2), two_digits(*m1, *m2), two_digits(*s1, *s2)];
    let [Some(hour), Some(minute), Some(second)] = parts.map(|part| part.map(i32::from)) else { return Err(NOT_A_TIME) };
    if hour > 23 || minute > 59 || second > 60 {
        return Err(IMPOSSIBLE);
    }
    Ok((hour * 60 + minute) * 60 + second.min(59))
}

/// The date and time of an RFC 3339 text, the first nine digits of its fraction, and the offset behind them.
pub(crate) fn split_fraction(text: &[u8]) -> (&[u8], &str, &[u8]) {
    let (start, rest) = text.split_at(text.len().min(RFC3339_START));
    let (fraction, zone) = match rest {
        [b'.' | b',', rest @ ..] => rest.split_at(rest.iter().take_while(|b| b.is_ascii_digit()).count()),
        _ => (&rest[..0], rest),
    };
    (start, std::str::from_utf8(&fraction[..fraction.len().min(9)]).unwrap_or_default(), zone)
}

/// `13:55:36`.
pub(crate) fn time_of_day(text: &[u8]) -> std::result::Result<Time, TimeError> {
    Ok(Time::midnight() + SignedDuration::from_secs(second_of_day(text)?.into()))
}

/// `+0200`, `+02:00` or `+02` in seconds.
pub(crate) fn offset_seconds(text: &[u8]) -> Option<i32> {
    let (sign, h1, h2, m1, m2) = match text {
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, h1, h2, m1, m2),
        [sign, h1, h2] => (sign, h1, h2, &b'0', &b'0'),
        _ => return None,
    };
    let (hours, minutes) = (i32::from(two_digits(*h1, *h2)?), i32::from(two_digits(*m1, *m2)?));
    let seconds = (hours * 60 + minutes) * 60;
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

pub(crate) fn in_range(local: DateTime, offset_s: i32) -> std::result::Result<i64, TimeError> {
    let seconds = utc_seconds(local) - i64::from(offset_s);
    if RFC3339_SECONDS.contains(&seconds) { Ok(seconds) } else { Err(IMPOSSIBLE) }
}

pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let value = |b: u8| b.is_ascii_digit().then(|| (b - b'0').cast_signed());
    Some(value(tens)? * 10 + value(ones)?)
}

pub(crate) fn year_number([thousands, hundreds, tens, ones]: [u8; 4]) -> Option<i16> {
    Some(i16::from(two_digits(thousands, hundreds)?) * 100 + i16::from(two_digits(tens, ones)?))
}

/// The month of a name such as `Oct`, from 1.
pub(crate) fn month_number(name: &[u8]) -> Option<i8> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let index = MONTHS.chunks_exact(3).position(|month| month == name)?;
    i8::try_from(index + 1).ok()
}
