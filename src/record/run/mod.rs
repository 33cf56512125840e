//! What a run knows about itself: one `soar.run/1` object, written by `--stats` of every filter and shown by soar-report.
//!
//! What is counted has its names in two tables of [`count`].

pub(crate) mod count;

use serde::{Deserialize, Serialize};

use crate::base::escape;
use crate::base::escape::{QUOTED, shorten};
use crate::record::MAX_INTEGER;
use crate::record::json::pairs::Pairs;

/// The value of `schema` in what a run says of itself.
pub(crate) const RUN_SCHEMA: &str = "soar.run/1";

/// One run of one filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    /// [`RUN_SCHEMA`].
    pub schema: String,
    /// The filter.
    pub program: String,
    pub version: String,
    /// When it began, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: String,
    /// How it ended.
    pub exit: ExitRecord,
    /// What it read, in order.
    pub inputs: Vec<InputRecord>,
    /// How many lines it looked at, `total` and by class.
    pub lines: OrderedCounts,
    /// What else it counted.
    pub counts: OrderedCounts,
    /// What it had to assume.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guesses: Vec<AssumptionRecord>,
    /// The first lines of each class that were passed over, not understood or rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<RejectedLine>,
    /// How many more were rejected, by reason.
    #[serde(default, skip_serializing_if = "OrderedCounts::is_empty")]
    pub more: OrderedCounts,
    /// What it warned of on stderr.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// How many more warnings there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_warnings: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExitRecord {
    /// The exit code.
    pub code: u8,
    /// What it means.
    pub reason: String,
    /// The error that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One input of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InputRecord {
    /// What records call it.
    pub name: String,
    /// How much of its text was read, decompressed.
    pub bytes: u64,
    /// How it is compressed, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// How much was read of the compressed file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compressed_bytes: Option<u64>,
    /// How many lines.
    pub lines: u64,
    /// The number of the first of them, where that is not 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_line: Option<u64>,
    /// When the file was modified, RFC 3339; absent for a pipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    /// Whether it was read to its end.
    pub complete: bool,
    /// Why it could not be read, or not to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Something that the log does not say and the run had to assume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssumptionRecord {
    /// `year` or `zone`.
    pub what: String,
    /// What was assumed.
    pub values: Vec<String>,
    pub from: String,
    /// The flag that says it.
    pub flag: String,
    /// What that flag should say, as far as the input shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<String>,
}

/// A line of a class that is worth looking at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RejectedLine {
    pub class: String,
    /// The input.
    pub file: String,
    pub line: u64,
    /// Why it is of that class, where there is more to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Warning {
    /// What kind of warning.
    pub kind: String,
    /// The sentence.
    pub text: String,
}

/// Names and numbers, in the order in which they were written.
pub(crate) type OrderedCounts = Pairs<String, u64>;

impl OrderedCounts {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of `name`; 0 where there is none.
    pub(crate) fn get(&self, name: &str) -> u64 {
        self.0.iter().find(|(other, _)| other == name).map_or(0, |&(_, number)| number)
    }
}

impl<N: Into<String>> FromIterator<(N, u64)> for OrderedCounts {
    fn from_iter<I: IntoIterator<Item = (N, u64)>>(counts: I) -> Self {
        Self(counts.into_iter().map(|(name, number)| (name.into(), number.min(MAX_INTEGER))).collect())
    }
}

impl RunRecord {
    /// The record as one line with its end. What would disturb a terminal is an escape, as JSON allows of any character.
    pub(crate) fn to_line(&self) -> String {
        // Serialising texts and numbers cannot fail.
        let mut line = escape::json_text(&serde_json::to_string(self).unwrap_or_default()).into_owned();
        line.push('\n');
        line
    }

    /// Reads a line that [`Self::to_line`] wrote, keys in any order.
    pub(crate) fn from_line(line: &[u8]) -> Result<Self, String> {
        match crate::record::schema_of(line)?.as_deref() {
            Some(RUN_SCHEMA) => serde_json::from_slice(line).map_err(|error| crate::record::malformed(&error)),
            Some(other) => Err(format!("this is a {} record, not one that --stats wrote ({RUN_SCHEMA})", shorten(other, QUOTED))),
            None => Err(format!("no schema key: not what --stats wrote ({RUN_SCHEMA})")),
        }
    }
}

// serde's signature.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> RunRecord {
        let text = |text: &str| text.to_owned();
        RunRecord {
            schema: text(RUN_SCHEMA),
            program: text("soar-parse"),
            version: text("0.1.0"),
            started_at: text("2026-01-01T00:00:00Z"),
            ended_at: text("2026-01-01T00:00:01Z"),
            exit: ExitRecord { code: 0, reason: text("done"), error: None },
            inputs: vec![InputRecord {
                name: text("a\u{1b}\u{202e}\u{9b}.log"),
                bytes: 9,
                lines: 1,
                complete: true,
                ..InputRecord::default()
            }],
            lines: [("total", 3), ("event", 1), ("reject", 2)].into_iter().collect(),
            counts: [("invalid_utf8", u64::MAX)].into_iter().collect(),
            guesses: Vec::new(),
            places: Vec::new(),
            more: OrderedCounts::default(),
            warnings: Vec::new(),
            more_warnings: 0,
        }
    }

    #[test]
    fn a_record_is_one_line_that_disturbs_no_terminal_and_reads_as_it_was() {
        let line = record().to_line();
        assert!(line.starts_with(r#"{"schema":"soar.run/1","program":"soar-parse","#), "{line}");
        assert!(line.ends_with("}\n") && line.lines().count() == 1);
        assert!(line.contains(r#""name":"a\u001b\u202e\u009b.log""#), "{line}");
        assert!(line.contains(r#""lines":{"total":3,"event":1,"reject":2},"counts":{"invalid_utf8":9007199254740991}}"#), "{line}");
        assert_eq!(RunRecord::from_line(line.as_bytes()), Ok(record()));
    }

    #[test]
    fn what_is_no_record_of_a_run_is_named() {
        for (line, said) in [
            (&br#"{"schema":"soar.host/1","ip":"::1"}"#[..], "this is a soar.host/1 record, not one that --stats wrote (soar.run/1)"),
            (br#"{"a":1}"#, "no schema key: not what --stats wrote (soar.run/1)"),
            (b"x", "malformed record: expected value at byte 1"),
            (br#"{"schema":"soar.run/1"}"#, "malformed record: missing field `program` at byte 23"),
        ] {
            assert_eq!(RunRecord::from_line(line), Err(said.to_owned()));
        }
    }
}
