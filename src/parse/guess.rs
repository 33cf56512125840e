//! What a run had to assume of times, the year and the zone, and what the files' own times say of the zone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::number::counted;
use crate::base::time::rfc3339;
use crate::io::block::Dating;
use crate::io::diagnostics::Diagnostics;
use crate::io::stats::Assumption;
use crate::parse::Config;
use crate::parse::run::ClassifiedBlock;

/// What offsets are multiples of, in seconds. **Source:** the IANA time zone database, of today's zones.
const QUARTER_SECONDS: i64 = 15 * 60;
/// How far a file's last line may be from when it was modified, in seconds.
const SLACK_SECONDS: i64 = 2 * 60;
/// The offsets that there are, in seconds.
const OFFSETS_SECONDS: std::ops::RangeInclusive<i64> = -12 * 60 * 60..=14 * 60 * 60;

/// The zone of times without an offset.
#[derive(Debug, Clone)]
pub struct AssumedZone {
    /// As `--tz` takes it.
    pub name: String,
    /// Whether it was asked for.
    pub is_given: bool,
}

/// One input, as far as it was read.
#[derive(Debug)]
struct InputTimes {
    file: Arc<str>,
    modified: i64,
    /// The latest time without an offset in its last lines, where they have such times.
    latest: Option<i64>,
}

/// Files whose last line and modification differ by one offset.
#[derive(Debug)]
struct ZoneHint {
    first: InputTimes,
    files: u64,
}

/// What a run had to assume.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    /// The years that were guessed, by how it is known when their input was modified.
    years: BTreeMap<&'static str, BTreeSet<i16>>,
    has_local_times: bool,
    /// An abbreviation of a zone that times name in place of an offset.
    zone_name: Option<Box<str>>,
    current: Option<InputTimes>,
    /// By offset, in seconds.
    hints: BTreeMap<i64, ZoneHint>,
}

impl Guesses {
    /// Takes what was assumed for a block.
    pub(super) fn add(&mut self, block: &ClassifiedBlock) {
        let assumed = &block.assumed;
        if !assumed.years.is_empty() {
            self.years.entry(source_of(block.dating)).or_default().extend(&assumed.years);
        }
        self.has_local_times |= assumed.latest.is_some();
        if self.zone_name.is_none() {
            self.zone_name.clone_from(&assumed.zone_name);
        }
        if block.counts.lines.total() == 0 {
            return;
        }
        if self.current.as_ref().is_none_or(|current| !Arc::ptr_eq(&current.file, &block.file)) {
            self.close_input();
        }
        // What a pipe or a caller says of the time is no clock beside the log's.
        self.current = (block.dating == Dating::File).then(|| InputTimes {
            file: Arc::clone(&block.file),
            modified: block.modified,
            latest: assumed.latest,
        });
    }

    /// Forgets the input that is being read, which was left before its end.
    pub(crate) fn leave_input(&mut self) {
        self.current = None;
    }

    fn close_input(&mut self) {
        let Some(current) = self.current.take() else { return };
        if let Some(offset) = current.latest.and_then(|latest| offset_between(latest, current.modified)) {
            self.hints.entry(offset).or_insert(ZoneHint { first: current, files: 0 }).files += 1;
        }
    }

    /// Says what was assumed; `leaves_nothing`: lines were outside the period, and none was in it.
    pub(super) fn tell(mut self, config: &Config, leaves_nothing: bool, diagnostics: &mut Diagnostics) {
        self.close_input();
        let zone = &config.zone;
        let hint = if zone.is_given { None } else { self.hints.iter().max_by_key(|(_, hint)| hint.files) };
        let suggested = hint.map(|(&offset, _)| show_offset(offset));
        for (&from, years) in &self.years {
            let values = years.iter().map(ToString::to_string).collect();
            diagnostics.stats.guesses.push(Assumption { what: "year", values, from, flag: "--year", suggested: None });
        }
        let zone_is_guessed = self.has_local_times && !zone.is_given;
        if zone_is_guessed {
            let (values, suggested) = (vec![zone.name.clone()], suggested.clone());
            diagnostics.stats.guesses.push(Assumption { what: "zone", values, from: "default", flag: "--tz", suggested });
        }
        let with_zone = zone_is_guessed && (!self.years.is_empty() || config.period.is_bounded() && !leaves_nothing);
        let zone_part = with_zone.then(|| format!("times without an offset are in {} (--tz sets it)", zone.name));
        let named = self.zone_name.as_ref().filter(|_| zone_is_guessed && !with_zone);
        let named_part = named.map(|name| format!("times that name the zone {name} are in {} (--tz sets it)", zone.name));
        let parts: Vec<_> = self.year_part().into_iter().chain(zone_part).chain(named_part).collect();
        if !parts.is_empty() {
            diagnostics.info(&format!("assumed: {}", parts.join("; ")));
        }
        if let Some((text, offset)) = hint.zip(suggested) {
            diagnostics.warn("zone", &self.hint_text(text.1, &zone.name, &offset));
        }
        if leaves_nothing {
            let taken = if self.has_local_times {
                format!(": times without an offset were taken for {} (--tz sets it)", zone.name)
            } else {
                String::new()
            };
            diagnostics.warn("empty_period", &format!("no line is {}{taken}", config.period));
        }
    }

    fn year_part(&self) -> Option<String> {
        let years: BTreeSet<_> = self.years.values().flatten().map(ToString::to_string).collect();
        let by = |source: &&str| match *source {
            FILE => "the modification time of the file",
            GIVEN => "--modified",
            _ => "today's date",
        };
        let (years, sources): (Vec<_>, Vec<_>) = (years.into_iter().collect(), self.years.keys().map(by).collect());
        let (years, sources) = (years.join(", "), sources.join(" and "));
        (!years.is_empty()).then(|| format!("times without a year are in {years}, by {sources} (--year sets it)"))
    }

    fn hint_text(&self, hint: &ZoneHint, zone: &str, offset: &str) -> String {
        let InputTimes { file, modified, latest } = &hint.first;
        let (last, modified) = (rfc3339(latest.unwrap_or_default()), rfc3339(*modified));
        let more = if hint.files > 1 { format!(" (and so {})", counted(hint.files - 1, "more file")) } else { String::new() };
        let others = if self.hints.len() > 1 { "; other files differ by other offsets" } else { "" };
        format!(
            "{file}: as {zone} its last line is of {last}, but it was modified at {modified}{more}: if its clock is not {zone}, \
             give --tz {offset}, or the name of the zone, which knows daylight saving time{others}"
        )
    }
}

const FILE: &str = "file_modified";
const GIVEN: &str = "given_modified";

const fn source_of(dating: Dating) -> &'static str {
    match dating {
        Dating::File => FILE,
        Dating::Given => GIVEN,
        Dating::Now => "now",
    }
}

/// The offset of a clock that wrote `latest`, taken for UTC, into a file that was modified at `modified` right then, both in seconds
/// since 1970; none where there is no such zone, or it is UTC.
fn offset_between(latest: i64, modified: i64) -> Option<i64> {
    let ahead = latest - modified;
    let offset = (ahead + QUARTER_SECONDS / 2).div_euclid(QUARTER_SECONDS) * QUARTER_SECONDS;
    (offset != 0 && (ahead - offset).abs() <= SLACK_SECONDS && OFFSETS_SECONDS.contains(&offset)).then_some(offset)
}

/// `offset` in seconds as `--tz` takes it.
fn show_offset(offset: i64) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Clock;

    #[test]
    fn a_zone_is_named_where_a_file_was_modified_a_multiple_of_a_quarter_beside_its_last_line() {
        const HOUR: i64 = 60 * 60;
        for (ahead, offset) in [
            (0, None),
            (120, None),
            (2 * HOUR, Some("+02:00")),
            (2 * HOUR + 120, Some("+02:00")),
            (2 * HOUR - 120, Some("+02:00")),
            (2 * HOUR + 121, None),
            (2 * HOUR - 121, None),
            (5 * HOUR + 30 * 60 - 7, Some("+05:30")),
            (5 * HOUR + 45 * 60, Some("+05:45")),
            (-HOUR - 60, Some("-01:00")),
            (-3 * HOUR - 30 * 60, Some("-03:30")),
            (14 * HOUR, Some("+14:00")),
            (14 * HOUR + 15 * 60, None),
            (-12 * HOUR, Some("-12:00")),
            (-12 * HOUR - 15 * 60, None),
            (7 * 60 + 30, None),
        ] {
            let shown = offset_between(1_700_000_000 + ahead, 1_700_000_000).map(show_offset);
            assert_eq!(shown.as_deref(), offset, "{ahead}");
            assert!(shown.is_none_or(|tz| Clock::new(&tz, None).is_ok()), "--tz takes it");
        }
    }
}
