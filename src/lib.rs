//! SOAR Light: four Unix filters that turn raw logs into a short list of addresses worth acting on.
//!
//! ```text
//!     floor 4   src/bin/* · cli                                                        what an analyst types           knows clap and one stage
//!     floor 3   parse · score · scan · report                                          the work                        stages never name each other
//!     floor 2   stream · record                                                        the pipe, and what flows in it  stream moves bytes, knows no record
//!     floor 1   error · escape · flaw · list · net · number · period · time · vector   the ground                      imports only its own floor
//! ```
//!
//! Arrows run down only. Two stages meet in [`record`] and nowhere else, just as two binaries meet in a pipe and nowhere else.

pub mod error;
pub mod escape;
pub mod flaw;
pub mod list;
pub mod net;
pub mod number;
pub mod period;
pub mod time;
pub mod vector;

pub mod record;
pub mod stream;

pub mod parse;
pub mod report;
pub mod scan;
pub mod score;

pub mod cli;
