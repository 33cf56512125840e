//! SOAR Light: four Unix filters that turn raw logs into a short list of addresses worth acting on.
//!
//! ```text
//!     layer 4   src/bin/* · cli                  flags, help, exit codes                     know clap and one stage
//!     layer 3   parse · score · enrich · scan · report   the work of one filter each         stages never name each other
//!     layer 2   io · record · aggregate          the pipe; what is on the wire; the counts   io moves bytes and knows no record
//!     layer 1   base                             errors, text, numbers, time, addresses      imports nothing of the crate
//! ```
//!
//! Imports run downwards only. Two stages meet in [`record`] and nowhere else, just as two binaries meet in a pipe and nowhere else.
//! `ARCHITECTURE.md` follows a line of a log, a host and a probe through the functions.
//!
//! A line of a log becomes an event in three steps: the formats say what it is, detectors say which signals fire, the event is written.
//!
//! ```
//! use soar_light::base::time::Clock;
//! use soar_light::io::lines::Line;
//! use soar_light::parse::FORMATS;
//! use soar_light::parse::format::{Arena, ParsedLine};
//!
//! let line = br#"192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET /no HTTP/1.1" 404 - "-" "ExampleBot/1.0""#;
//! let (mut clock, arena) = (Clock::new("UTC", None)?, Arena::default());
//! let parsed = FORMATS.iter().find_map(|format| (format.read)(&Line::of(line), &arena, &mut clock).ok());
//! let Some(ParsedLine::Web(request)) = parsed else { panic!("a request") };
//! assert_eq!(request.status, Some(404));
//! # Ok::<(), soar_light::base::error::Error>(())
//! ```

pub mod cli;
#[cfg(feature = "enrich")]
pub mod enrich;
pub mod parse;
pub mod report;
pub mod scan;
pub mod score;

// For the stages, and for the tests, benches and fuzzers that look at them from outside: no promise to anybody else.
#[doc(hidden)]
pub mod aggregate;
#[doc(hidden)]
pub mod base;
#[doc(hidden)]
pub mod io;
#[doc(hidden)]
pub mod record;
