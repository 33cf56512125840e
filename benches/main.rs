//! What takes the time inside the filters, one part of the work a row: `cargo bench` runs all, `cargo bench event::read` those rows.
//!
//! Where the code does something in a way of its own, the plain way stands beside it, so a comment that says "measured" names a row
//! here. `cargo test` runs each row once. Whole programs are timed by `scripts/bench`.

mod access;
mod clock;
mod event;
mod gzip;
mod host;
mod json;
mod line;
mod memory;
mod number;
mod pipe;
mod quote;
mod same;
mod sample;
mod sort;
mod sshd;

fn main() {
    divan::main();
}
