//! Every integration test, in one program: `cargo test --test it MODULE::` runs those of one file.
//!
//! What tests read stands beside this folder: `tests/cases`, and a folder for each tool that a test runs.

#[macro_use]
mod support;

mod accounts;
mod adapters;
mod adding;
mod addresses;
mod adverse;
mod analytics;
mod architecture;
mod browser;
mod cases;
mod columns;
mod combined;
mod compression;
mod crash;
mod cursor;
mod enrich;
#[cfg(feature = "enrich")]
mod enriching;
mod entries;
#[cfg(feature = "evtx")]
mod event_log;
mod exchange;
mod filters;
mod first_hour;
mod fleet;
mod followed;
mod groups;
mod handover;
mod heard;
mod hostile;
mod keys;
mod known;
mod labelled;
mod lines;
mod live;
mod live_properties;
mod look;
mod memory;
mod merge;
mod model;
mod named;
mod needs;
mod networks;
mod over_time;
mod overwrite;
mod packaging;
mod pictures;
mod pipeline;
mod properties;
mod readme;
mod recipes;
mod release;
mod report;
mod report_properties;
mod reported;
mod response;
mod rotation;
mod rules;
mod scanning;
mod services;
mod services_real;
mod sheets;
mod soar_flags;
mod spark;
mod suggest;
mod suite;
mod trace;
mod unasked;
mod update;
mod why;
mod wire;
mod words;
mod worker;
mod workflow;
